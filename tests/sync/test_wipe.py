"""The order to destroy a vault: believed only from the server and for this device, carried out whole, nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import FixedClock
from app.notebook import entry as notebook
from app.problems import Problem
from app.store import exchange
from app.store.exchange import Accepted
from app.store.store import Author, Store
from app.vault import header, vault, wiped, wiping
from app.vault.device_secret import SecretsInMemory
from app.vault.disk import Disk, OneProgram
from app.vault.vault import FLOOR_COST, Unlocked
from sync.client import membership, wipe
from sync.client.membership import Membership
from sync.client.transport import Answer
from sync.server.statements import Signer
from sync.wire import sealed, signing
from sync.wire.messages import Outcome, Signed, Wiped, WipeNoted, encode
from tests.vault.doubles import BrokenDisk, DyingDisk, FullDisk, Killed

PASSPHRASE = "ferry lantern under the plum"
CASE = "c" * 32
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_SERVER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
NOW = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)


@dataclass
class Officer:
    """A real vault with three entries that wait, and the system's secret store."""

    unlocked: Unlocked
    store: Store
    secrets: SecretsInMemory | None

    @property
    def folder(self) -> Path:
        return self.unlocked.folder

    def order(self, signer: Signer = SIGNER, device: str = "") -> Signed:
        return signer.wipe(device or self.store.device, "e" * 32, NOW)

    def keep(self, order: Signed) -> bool:
        member = membership.membership(self.store)
        assert member is not None
        return wipe.keep_order(self.store, member, order)

    def carry_out(self, disk: Disk | None = None) -> bytes | None:
        return wipe.carry_out(
            self.store, clock(), lambda parcel: wiping.destroy(self.unlocked, parcel, disk=disk or Disk())
        )

    def write(self, note: str = "later") -> None:
        change = notebook.create(os.urandom(16).hex(), "answer", {"factor": "F01", "value": "yes", "note": note})
        self.store.write(CASE, [change], Author("Ilse Varga", "5" * 32), clock())

    def close(self) -> None:
        self.store.close()
        self.unlocked.close()


def clock() -> FixedClock:
    return FixedClock(NOW)


def make(folder: Path, secrets: SecretsInMemory | None) -> Officer:
    made = vault.create(folder, officer="Ilse Varga", passphrase=PASSPHRASE, cost=FLOOR_COST, secrets=secrets)
    store = Store.create(folder, made.unlocked.database_key(), made.unlocked.device_id)
    member = Membership(
        host="127.0.0.1",
        port=1,
        authority="",
        server_key=signing.to_text(SIGNER.public),
        organisation="o",
        officer="i",
        name="Ilse Varga",
        role="officer",
        unit="u",
        epoch="e" * 32,
        enrolled_at="",
    )
    membership.keep(store, member)
    officer = Officer(made.unlocked, store, secrets)
    for _ in range(3):
        officer.write("first")
    return officer


@dataclass
class Template:
    """A vault that is copied: stretching a passphrase for each of them would take half a minute."""

    folder: Path
    key: bytes
    secrets: dict[str, bytes]

    def copy(self, folder: Path) -> Officer:
        """Another one of the same content, with a secret store of its own."""
        shutil.copytree(self.folder, folder)
        return self.open(folder, SecretsInMemory(dict(self.secrets)))

    def open(self, folder: Path, secrets: SecretsInMemory | None) -> Officer:
        """A vault as the next start of the program finds it; the headers are read as unlocking reads them."""
        found, lock = header.read(folder).headers[0], OneProgram(folder / "vault.lock")
        unlocked = Unlocked(folder, found, bytearray(self.key), lock, slot="passphrase", secrets=secrets)
        return Officer(unlocked, Store.open(folder, unlocked.database_key(), unlocked.device_id), secrets)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    secrets = SecretsInMemory()
    made = make(tmp_path_factory.mktemp("template") / "vault", secrets)
    name = made.unlocked.secret_name
    kept = Template(made.folder, bytes(made.unlocked._key), {name: secrets.get(name) or b""})
    made.close()
    return kept


@pytest.fixture
def officer(template: Template, tmp_path: Path) -> Iterator[Officer]:
    made = template.copy(tmp_path / "vault")
    yield made
    made.close()


@dataclass
class Naming:
    """A server that names outcomes for so many entries of a box."""

    entries: int

    def ask(self, _method: str, _path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        asked = msgspec.json.decode(signing.unpack(body), type=Wiped)
        outcomes = [Outcome(first=n + 1, outcome="accepted") for n in range(self.entries)] if asked.box else []
        told = signing.pack(encode(WipeNoted(outcomes=outcomes, server_time="2026-11-14T01:10:00+00:00")))
        return Answer(200, {signing.SIGNATURE.lower(): SIGNER.answer(headers[signing.NONCE], 200, told)}, told)

    def close(self) -> None:
        pass


def handed(parcel: bytes, device: str) -> list[str]:
    """The notes that the server finds in what was sealed, in their order."""
    told = msgspec.json.decode(parcel, type=wipe.Parcel)
    entries = [one for box in told.boxes for one in sealed.open_box(signing.from_text(box), device, SIGNER.sealed_for)]
    read = [notebook.read(bytes(one.entry)) for one in entries]
    return [change["fields"]["note"] for entry in read for change in entry.changes]


# ---- Which order is one ----------------------------------------------------------------------------------------------


def test_an_order_of_the_server_for_this_device_stands(officer):
    assert officer.keep(officer.order())
    assert wipe.ordered(officer.store)


@pytest.mark.parametrize("forged", ["another server's", "another device's", "changed", "a lease", "none"])
def test_any_other_order_does_nothing(officer, forged):
    order = officer.order()
    wrong = {
        "another server's": officer.order(OTHER_SERVER),
        "another device's": officer.order(device="b" * 32),
        "changed": Signed(body=msgspec.Raw(bytes(order.body).replace(b"2026", b"2027")), signature=order.signature),
        "a lease": SIGNER.lease(officer.store.device, "i", 7, NOW),
        "none": None,
    }[forged]
    assert not officer.keep(wrong)
    if wrong is not None:
        officer.store.remember(wipe.ORDER, msgspec.json.encode(wrong).decode())  # planted past the check
    assert officer.carry_out() is None
    officer.write()
    assert officer.store.unsent()[0] == 4
    assert wiped.look(officer.folder) is None


def test_without_the_look_at_the_signature_a_forged_order_would_destroy_the_vault(officer, monkeypatch):
    monkeypatch.setattr(signing, "holds", lambda *_: True)
    assert officer.keep(officer.order(OTHER_SERVER))
    assert officer.carry_out() is not None


def test_an_order_for_the_device_that_this_vault_was_before_does_nothing(officer):
    officer.keep(officer.order())
    officer.store.device = "b" * 32
    assert officer.carry_out() is None


# ---- Carrying it out -------------------------------------------------------------------------------------------------


def test_the_keys_are_gone_and_the_unsent_work_is_sealed_for_the_server(officer):
    device, name = officer.store.device, officer.unlocked.secret_name
    assert officer.secrets.get(name) is not None
    officer.keep(officer.order())
    parcel = officer.carry_out()
    assert parcel is not None
    assert handed(parcel, device) == ["first"] * 3
    left = wiped.look(officer.folder)
    assert left is not None
    assert left.parcel == parcel
    assert sorted(path.name for path in officer.folder.iterdir()) == ["vault.lock", "vault.wiped"]
    assert officer.secrets.get(name) is None
    officer.close()
    for way in (
        lambda: vault.unlock(officer.folder, PASSPHRASE, secrets=officer.secrets, clock=clock()),
        lambda: vault.recover(officer.folder, "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", secrets=officer.secrets),
        lambda: vault.look(officer.folder),
    ):
        with pytest.raises(Problem):
            way()


def test_what_stays_of_it_is_still_told_where_nobody_can_read_it(officer):
    officer.keep(officer.order())
    officer.carry_out()
    officer.close()
    path = officer.folder / wiped.NAME
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Problem) as told:
        vault.look(officer.folder)
    assert told.value.code == "vault.wiped_unreadable"
    assert path.exists()


def test_beside_a_whole_vault_a_file_that_nobody_can_read_decides_nothing(officer):
    (officer.folder / wiped.NAME).write_bytes(b"rubbish")
    assert vault.look(officer.folder).short_name


def test_what_is_sealed_says_nothing_to_anybody_else(officer):
    officer.write("Mira hid the key under the stone")
    officer.keep(officer.order())
    parcel = officer.carry_out()
    assert parcel is not None
    assert b"Mira" not in parcel
    box = signing.from_text(msgspec.json.decode(parcel, type=wipe.Parcel).boxes[0])
    for device, key in ((officer.store.device, OTHER_SERVER), ("b" * 32, SIGNER)):
        with pytest.raises(ValueError, match="not sealed for this"):
            sealed.open_box(box, device, key.sealed_for)


def test_the_receipt_is_the_devices_and_names_the_order(officer):
    order, key = officer.order(), officer.store.public_key()
    officer.keep(order)
    parcel = officer.carry_out()
    assert parcel is not None
    receipt = msgspec.json.decode(parcel, type=wipe.Parcel).receipt
    assert signing.holds(receipt.signature, signing.receipt_bytes(bytes(receipt.body)), key)
    said = msgspec.json.decode(bytes(receipt.body))
    assert (said["kind"], said["device"], said["entries"]) == ("wiped", officer.store.device, 3)


def test_nothing_is_written_any_more_once_it_has_begun(officer):
    """Whoever still has the vault open at the screen is told that this was not saved: it could reach nobody."""
    beside = Store.open(officer.folder, officer.unlocked.database_key(), officer.unlocked.device_id)
    officer.keep(officer.order())
    officer.carry_out()
    with pytest.raises(Problem, match=r"wipe\.begun"):
        beside.write(CASE, [notebook.create("q" * 32, "person", {})], Author("Ilse Varga", "5" * 32), clock())
    beside.close()


def test_without_room_for_the_parcel_the_vault_stays_and_the_order_stands(officer):
    officer.keep(officer.order())
    with pytest.raises(Problem, match=r"vault\.disk_full"):
        officer.carry_out(FullDisk(50))
    officer.write("after")
    parcel = officer.carry_out()
    assert parcel is not None
    assert handed(parcel, officer.store.device) == ["first", "first", "first", "after"]


def test_where_the_folder_could_not_be_flushed_the_vault_stays_also_at_the_next_start(officer):
    """The parcel lay there already: it would end the vault later, with all that was written meanwhile."""
    officer.keep(officer.order())
    with pytest.raises(Problem, match=r"vault\.not_flushed"):
        officer.carry_out(BrokenDisk("sync_folder", errno.EIO))
    officer.write("after")
    assert wiped.look(officer.folder) is None
    parcel = officer.carry_out()
    assert parcel is not None
    assert handed(parcel, officer.store.device) == ["first", "first", "first", "after"]


@pytest.mark.parametrize("epoch", ["e" * 32, "f" * 32])
def test_for_a_server_that_was_put_back_all_of_the_devices_work_is_sealed(officer, epoch):
    """Also where nobody said that it was put back, and also where it is put back only after this."""
    exchange.acknowledge(officer.store, [Accepted(1, 1, "2026-11-14T01:10:00+00:00")])
    officer.keep(SIGNER.wipe(officer.store.device, epoch, NOW))
    parcel = officer.carry_out()
    assert parcel is not None
    assert handed(parcel, officer.store.device) == ["first"] * 3


def test_what_the_server_does_not_name_it_has_not_got(officer):
    """The parcel is the only copy: it goes once there is an outcome for each entry, and not before."""
    officer.keep(officer.order())
    parcel = officer.carry_out()
    assert parcel is not None
    with pytest.raises(Problem, match=r"sync\.not_understood"):
        wipe.hand_over(parcel, reach=lambda *_: Naming(2))
    wipe.hand_over(parcel, reach=lambda *_: Naming(3))


def test_many_entries_make_several_boxes(officer, monkeypatch):
    monkeypatch.setattr(wipe, "BOX_BYTES", 1000)
    officer.keep(officer.order())
    parcel = officer.carry_out()
    assert parcel is not None
    assert len(msgspec.json.decode(parcel, type=wipe.Parcel).boxes) == 3
    assert handed(parcel, officer.store.device) == ["first"] * 3


# ---- Ended at any moment ---------------------------------------------------------------------------------------------

Reopen = Callable[[Path, SecretsInMemory | None], Officer]


def again(folder: Path, secrets: SecretsInMemory | None) -> Officer:
    """As an officer opens it: by the passphrase."""
    unlocked = vault.unlock(folder, PASSPHRASE, secrets=secrets, clock=clock())
    return Officer(unlocked, Store.open(folder, unlocked.database_key(), unlocked.device_id), secrets)


def whole_or_destroyed(folder: Path, device: str, secrets: SecretsInMemory | None, reopen: Reopen) -> str:
    """What the next start makes of it: nothing that was written is lost, and the order is carried out to its end."""
    left = wiping.finish(folder, secrets)
    if left is None:
        there = reopen(folder, secrets)
        try:
            assert wipe.ordered(there.store)
            assert there.store.unsent()[0] == 3
            assert there.carry_out() is not None
        finally:
            there.close()
        found, state = wiped.look(folder), "whole"
    else:
        found, state = left, "destroyed"
    assert found is not None
    assert handed(found.parcel, device) == ["first"] * 3
    assert not (folder / "vault.header").exists()
    assert not (folder / "vault.header.previous").exists()
    assert secrets is None or secrets.get(found.secret_name) is None
    return state


def test_ended_after_any_step_it_is_whole_or_destroyed(template, tmp_path):
    states = []
    for steps in range(30):
        officer = template.copy(tmp_path / str(steps))
        device = officer.store.device
        officer.keep(officer.order())
        try:
            officer.carry_out(DyingDisk(steps))
            done = True
        except Killed:
            done = False
        officer.close()
        states.append(whole_or_destroyed(officer.folder, device, officer.secrets, template.open))
        if done:
            break
    assert done
    assert {"whole", "destroyed"} == set(states)
    assert states == sorted(states, reverse=True), "once decided, it is never undone"


def test_with_the_keys_destroyed_first_work_is_lost(template, tmp_path):
    """The order of the steps is the mechanism: the other way round the same check fails."""

    def keys_first(unlocked: Unlocked, parcel: bytes, disk: Disk) -> None:
        for name in ("vault.header", "vault.header.previous"):
            disk.remove(unlocked.folder / name)
        wiping.destroy(unlocked, parcel, disk=disk)

    lost = 0
    for steps in range(4):
        officer = template.copy(tmp_path / str(steps))
        device, disk = officer.store.device, DyingDisk(steps)
        officer.keep(officer.order())
        with pytest.raises(Killed):
            wipe.carry_out(officer.store, clock(), lambda parcel, o=officer, d=disk: keys_first(o.unlocked, parcel, d))
        officer.close()
        try:
            whole_or_destroyed(officer.folder, device, officer.secrets, template.open)
        except (AssertionError, Problem):
            lost += 1
    assert lost


@pytest.mark.parametrize("steps", [2, 9])
def test_a_killed_process_leaves_it_whole_or_destroyed(tmp_path, steps):
    """kill -9, for real: the process ends itself at the chosen step of the disk."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.sync.test_wipe import die; die()", str(tmp_path / "vault"), str(steps)],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    device = done.stdout.strip()
    whole_or_destroyed(tmp_path / "vault", device, None, again)


class KillingDisk(DyingDisk):
    """Ends the process where the other one only says so."""

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)


def die() -> None:
    """Make a vault, begin to destroy it, and be killed."""
    folder, steps = Path(sys.argv[1]), int(sys.argv[2])
    officer = make(folder, None)  # secrets in memory would be gone with the process
    print(officer.store.device)
    officer.keep(officer.order())
    officer.carry_out(KillingDisk(steps))
