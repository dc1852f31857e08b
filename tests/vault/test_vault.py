"""A vault is made, opened, given a new passphrase, recovered; and what it says when that cannot be."""

from __future__ import annotations

import copy
import os
import pickle
import re
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from app.i18n import translator
from app.problems import CATALOGUE, Problem
from app.vault import disk, header, slots, vault
from app.vault.device_secret import SecretsInMemory, StoreUnavailable
from tests.vault.doubles import OFFICER, OTHER, PASSPHRASE, clock, make

ROOT = Path(__file__).parents[2]


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_what_was_made_is_what_opens(vault_folder: Path) -> None:
    made = make(vault_folder, short_name="Rhona")
    first = made.unlocked
    key, mail = first.database_key(), first.derive("outbox")
    first.close()
    with vault.unlock(vault_folder, PASSPHRASE, clock=clock()) as again:
        assert (again.officer, again.short_name, again.slot) == (OFFICER, "Rhona", "passphrase")
        assert (again.database_key(), again.derive("outbox")) == (key, mail)
        assert len({key, mail, again.derive("search")}) == 3
        assert (again.device_id, again.laptop_id, again.practice) == (first.device_id, first.laptop_id, False)
        assert (len(key), again.device_secret, again.mended, again.counter) == (32, "none", False, 1)


def test_shipped_cost_is_the_promised_one(vault_folder: Path) -> None:
    promised = slots.Cost(memory_mib=256, passes=3, lanes=2)
    vault.create(vault_folder, officer=OFFICER, passphrase=PASSPHRASE, clock=clock()).unlocked.close()
    assert vault.look(vault_folder).cost == promised
    assert (vault.FLOOR_COST.memory_mib, vault.FLOOR_COST.passes) == (64, 3)


@pytest.mark.parametrize("cost", [(63, 3, 2), (64, 2, 2), (64, 3, 0), (4096, 3, 2)])
def test_no_vault_is_made_outside_floor_and_ceiling(vault_folder: Path, cost: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        make(vault_folder, cost=slots.Cost(*cost))
    assert list(vault_folder.iterdir()) == []


def test_passphrase_is_read_in_one_spelling(vault_folder: Path) -> None:
    make(vault_folder, passphrase="la forêt où l'été dort").unlocked.close()
    decomposed = unicodedata.normalize("NFD", "la forêt où l'été dort")
    vault.unlock(vault_folder, decomposed, clock=clock()).close()


@pytest.mark.parametrize("typed", ["", PASSPHRASE.upper(), PASSPHRASE + " ", "\ud800" * 20, "a\0b", "x" * 1_000_000])
def test_wrong_passphrase(vault_folder: Path, typed: str) -> None:
    make(vault_folder).unlocked.close()
    assert code_of(lambda: vault.unlock(vault_folder, typed, clock=clock())) == "vault.wrong_passphrase"


def test_face_tells_no_more_than_the_unlock_screen_shows(vault_folder: Path) -> None:
    make(vault_folder).unlocked.close()
    face = vault.look(vault_folder, clock=clock())
    assert (face.short_name, face.practice, face.practice_passphrase) == ("RCN", False, None)
    assert (face.device_secret, face.wait_s, face.damaged) == ("none", 0, False)
    on_disk = b"".join(path.read_bytes() for path in vault_folder.iterdir())
    assert b"Castell" not in on_disk
    assert PASSPHRASE.encode() not in on_disk


def test_practice_vault_shows_its_passphrase(vault_folder: Path) -> None:
    made = make(vault_folder, passphrase="practice", practice_passphrase="practice")
    assert made.unlocked.practice
    made.unlocked.close()
    assert vault.look(vault_folder).practice_passphrase == "practice"
    vault.unlock(vault_folder, "practice", clock=clock()).close()


def test_files_and_folders_are_for_the_officer_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = tmp_path / "vaults" / "one"
        make(folder).unlocked.close()
    finally:
        os.umask(old)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}
    (folder / "vault.db").write_bytes(b"")
    for path in (folder / "vault.db", folder / "vault.header"):
        path.chmod(0o644)
    folder.chmod(0o755)
    vault.unlock(folder, PASSPHRASE, clock=clock()).close()
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_vaults_of_one_laptop_share_its_id_and_have_their_own(tmp_path: Path) -> None:
    one, two, far = (make(tmp_path / name).unlocked for name in ("a/one", "a/two", "b/three"))
    assert one.laptop_id == two.laptop_id != far.laptop_id
    assert len({one.device_id, two.device_id, far.device_id}) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", text) for text in (one.laptop_id, one.device_id))
    (tmp_path / "a" / vault.LAPTOP).write_bytes(b"\xff\0 nonsense")
    assert re.fullmatch("[0-9a-f]{32}", make(tmp_path / "a/four").unlocked.laptop_id)


@pytest.mark.parametrize("inside", ["notes.txt", "vault.header", "vault.db", "vault.header.previous"])
def test_creating_refuses_a_folder_with_something_in_it(vault_folder: Path, inside: str) -> None:
    vault_folder.mkdir()
    (vault_folder / inside).write_bytes(b"theirs")
    assert code_of(lambda: make(vault_folder)) == "vault.not_empty"
    assert [(path.name, path.read_bytes()) for path in vault_folder.iterdir()] == [(inside, b"theirs")]


def test_creating_refuses_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"theirs")
    assert code_of(lambda: make(tmp_path / "file")) == "vault.not_empty"
    assert code_of(lambda: make(tmp_path / "file" / "vault")) == "vault.not_empty"
    assert (tmp_path / "file").read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["", "  \n ", "A\0B", "\ud800", "x" * 201])
def test_a_vault_needs_a_name(vault_folder: Path, name: str) -> None:
    assert code_of(lambda: make(vault_folder, officer=name)) == "vault.name_missing"


def test_weak_passphrases_are_refused_at_both_doors(vault_folder: Path) -> None:
    assert code_of(lambda: make(vault_folder, passphrase="Rhona Castell 1984")) == "vault.weak_local"
    local = {"passphrase": "northmere police", "local_words": ["Northmere"]}
    assert code_of(lambda: make(vault_folder, **local)) == "vault.weak_local"
    with make(vault_folder).unlocked as unlocked:
        assert code_of(lambda: vault.change_passphrase(unlocked, "too short")) == "vault.weak_short"


def test_no_vault_there(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        assert code_of(lambda folder=folder: vault.look(folder)) == "vault.not_there"
        assert code_of(lambda folder=folder: vault.unlock(folder, PASSPHRASE, clock=clock())) == "vault.not_there"
    assert list(tmp_path.iterdir()) == []


def test_new_passphrase_opens_and_the_old_one_does_not(vault_folder: Path) -> None:
    made = make(vault_folder)
    with made.unlocked as unlocked:
        key, before = unlocked.database_key(), header.read(vault_folder).headers[0]
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST)
        assert unlocked.counter == 2
    after = header.read(vault_folder).headers[0]
    assert (after.recovery, after.device_id, after.sealed) == (before.recovery, before.device_id, before.sealed)
    assert after.passphrase.salt != before.passphrase.salt
    assert (vault_folder / "vault.header").read_bytes() == (vault_folder / "vault.header.previous").read_bytes()
    now = clock()
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=now)) == "vault.wrong_passphrase"
    now.advance(60)
    with vault.unlock(vault_folder, OTHER, clock=now) as unlocked:
        assert unlocked.database_key() == key
    with vault.recover(vault_folder, made.recovery_code) as unlocked:
        assert unlocked.database_key() == key


def test_recovery_says_so_and_leads_to_a_new_passphrase_and_code(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    made = make(vault_folder, secrets=kept)
    key, code = made.unlocked.database_key(), made.recovery_code
    made.unlocked.close()
    # Another laptop, another session: the device secret is not there.
    with vault.recover(vault_folder, code.lower().replace("-", " ").replace("0", "o"), clock=clock()) as unlocked:
        assert (unlocked.slot, unlocked.database_key()) == ("recovery", key)
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST)
        fresh = vault.renew_recovery_code(unlocked)
        assert unlocked.device_secret == "none"
    vault.unlock(vault_folder, OTHER, clock=clock()).close()
    assert code_of(lambda: vault.recover(vault_folder, code)) == "vault.wrong_recovery_code"
    vault.recover(vault_folder, fresh).close()


def test_recovery_needs_no_wait(vault_folder: Path) -> None:
    made = make(vault_folder)
    made.unlocked.close()
    assert code_of(lambda: vault.unlock(vault_folder, OTHER, clock=clock())) == "vault.wrong_passphrase"
    vault.recover(vault_folder, made.recovery_code, clock=clock()).close()


def test_device_secret_is_the_second_half(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    with make(vault_folder, secrets=kept).unlocked as unlocked:
        assert unlocked.device_secret == "system"
    assert vault.look(vault_folder).device_secret == "system"
    vault.unlock(vault_folder, PASSPHRASE, secrets=kept, clock=clock()).close()
    for store in (None, SecretsInMemory(), Silent()):
        assert (
            code_of(lambda store=store: vault.unlock(vault_folder, PASSPHRASE, secrets=store, clock=clock()))
            == "vault.device_secret_missing"
        )
    name = header.read(vault_folder).headers[0].passphrase.secret_name
    secret = kept.get(name) or b""
    on_disk = b"".join(path.read_bytes() for path in vault_folder.iterdir())
    assert len(secret) == 32
    assert secret not in on_disk
    now = clock()
    for other, code in ((bytes(32), "vault.wrong_passphrase"), (b"short", "vault.device_secret_missing")):
        kept.put(name, other)
        assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, secrets=kept, clock=now)) == code
        now.advance(60)


class Silent(SecretsInMemory):
    """A store that does not answer."""

    def get(self, name: str) -> bytes | None:
        raise StoreUnavailable

    def put(self, name: str, secret: bytes) -> None:
        raise StoreUnavailable

    def delete(self, name: str) -> None:
        raise StoreUnavailable


class Forgetful(SecretsInMemory):
    """A store that takes everything and keeps nothing."""

    def put(self, name: str, secret: bytes) -> None:
        return


@pytest.mark.parametrize("store", [None, Silent(), Forgetful()])
def test_without_a_secret_store_the_slot_says_so(vault_folder: Path, store: SecretsInMemory | None) -> None:
    with make(vault_folder, secrets=store).unlocked as unlocked:
        assert unlocked.device_secret == "none"
    assert vault.look(vault_folder).device_secret == "none"
    vault.unlock(vault_folder, PASSPHRASE, secrets=store, clock=clock()).close()


def test_a_new_passphrase_takes_up_a_secret_store_that_came_later(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    with make(vault_folder).unlocked as unlocked:
        vault.change_passphrase(unlocked, OTHER, secrets=kept, cost=vault.FLOOR_COST)
        assert unlocked.device_secret == "system"
    assert code_of(lambda: vault.unlock(vault_folder, OTHER, clock=clock())) == "vault.device_secret_missing"
    vault.unlock(vault_folder, OTHER, secrets=kept, clock=clock()).close()


def test_asking_again_while_the_vault_is_open(vault_folder: Path) -> None:
    kept, now = SecretsInMemory(), clock()
    with make(vault_folder, secrets=kept).unlocked as unlocked:
        vault.confirm(unlocked, PASSPHRASE, clock=now)
        assert code_of(lambda: vault.confirm(unlocked, OTHER, clock=now)) == "vault.wrong_passphrase"
        assert code_of(lambda: vault.confirm(unlocked, PASSPHRASE, clock=now)) == "vault.wait"
        now.advance(1)
        vault.confirm(unlocked, PASSPHRASE, clock=now)
        assert len(unlocked.database_key()) == 32


def test_one_program_at_a_time(vault_folder: Path) -> None:
    made = make(vault_folder)
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=clock())) == "vault.in_use"
    assert code_of(lambda: vault.recover(vault_folder, made.recovery_code)) == "vault.in_use"
    assert vault.look(vault_folder).short_name == "RCN"
    made.unlocked.close()
    made.unlocked.close()
    program = (
        "import sys; from pathlib import Path; from app.vault import vault;"
        "kept = vault.recover(Path(sys.argv[1]), sys.argv[2]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(vault_folder), made.recovery_code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        assert code_of(lambda: vault.recover(vault_folder, made.recovery_code)) == "vault.in_use"
        other.kill()
    vault.recover(vault_folder, made.recovery_code).close()


def test_a_failed_opening_leaves_the_vault_free(vault_folder: Path) -> None:
    made = make(vault_folder)
    made.unlocked.close()
    now = clock()
    assert code_of(lambda: vault.unlock(vault_folder, OTHER, clock=now)) == "vault.wrong_passphrase"
    now.advance(1)
    vault.unlock(vault_folder, PASSPHRASE, clock=now).close()


def test_secrets_show_nowhere(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    made = make(vault_folder, secrets=kept)
    unlocked = made.unlocked
    shown = f"{made!r} {made} {unlocked!r} {unlocked} {kept!r}"
    key = bytes(unlocked._key)
    for secret in (made.recovery_code, "Castell", key.hex(), repr(key), unlocked.database_key().hex()):
        assert secret not in shown
    for copier in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copier(unlocked)
    unlocked.close()
    assert unlocked._key == bytearray(32)
    with pytest.raises(ValueError):
        unlocked.database_key()
    with pytest.raises(ValueError):
        vault.renew_recovery_code(unlocked)


def test_a_read_only_folder(vault_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(vault_folder).unlocked.close()
    real = os.open

    def read_only(path: Path, flags: int, *rest: int) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *rest)

    monkeypatch.setattr(disk.os, "open", read_only)
    assert vault.look(vault_folder).short_name == "RCN"
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=clock())) == "vault.read_only"
    assert code_of(lambda: make(vault_folder.parent / "second")) == "vault.read_only"


def test_an_unreadable_header(vault_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(vault_folder).unlocked.close()

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(disk.os, "open", denied)
    assert code_of(lambda: vault.look(vault_folder)) == "vault.cannot_read"
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=clock())) == "vault.cannot_read"


def test_files_that_cannot_be_closed_to_others(vault_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(vault_folder).unlocked.close()
    (vault_folder / "vault.header").chmod(0o644)

    def denied(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", denied)
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=clock())) == "vault.open_to_others"


def test_a_link_in_the_folder_is_not_followed(vault_folder: Path, tmp_path: Path) -> None:
    make(vault_folder).unlocked.close()
    target, whole = tmp_path / "theirs", (vault_folder / "vault.header").read_bytes()
    target.write_bytes(whole)
    (vault_folder / "vault.attempts.new").symlink_to(target)
    (vault_folder / "vault.header").unlink()
    (vault_folder / "vault.header").symlink_to(target)
    now = clock()
    assert code_of(lambda: vault.unlock(vault_folder, OTHER, clock=now)) == "vault.wrong_passphrase"
    now.advance(60)
    with vault.unlock(vault_folder, PASSPHRASE, clock=now) as unlocked:
        # However whole it is: what lies behind a link is not this vault's header.
        assert unlocked.mended
    assert target.read_bytes() == whole


def test_too_little_memory_is_a_problem(vault_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(vault_folder).unlocked.close()

    def starved(**_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(slots, "Argon2id", starved)
    assert code_of(lambda: vault.unlock(vault_folder, PASSPHRASE, clock=clock())) == "vault.no_memory"


def test_every_problem_of_the_vault_has_its_sentences_and_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "app" / "vault").glob("*.py"))
    named = set(re.findall(r'"(vault\.[a-z_]+)"', code))
    named -= {"vault.header", "vault.lock", "vault.db", "vault.attempts", "vault.returned"}  # these are files
    assert named == {code for code in CATALOGUE if code.startswith("vault.")}
    facts = {"wait_s": 1, "least": 15, "folder": "f", "file": "f", "known": 1, "error": "EIO", "memory_mib": 256}
    facts["most"] = 24
    for code in sorted(named):
        sentences = Problem(code, **facts).sentences(translator("en"))
        for sentence in (sentences.happened, sentences.safe, sentences.next):
            assert sentence.endswith(".")
            assert "{" not in sentence


def test_unlock_screen_loads_nothing_slow() -> None:
    look = "import sys; from app.vault import vault, process; print([m for m in sys.argv[1:] if m in sys.modules])"
    slow = ["keyring", "secretstorage", "jeepney", "cryptography.x509", "PySide6", "ctypes.wintypes"]
    out = subprocess.run([sys.executable, "-c", look, *slow], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout == "[]\n"
