"""A vault whose lease has ended, and one that was destroyed by order, at the command line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.casework import cases, operations
from app.casework.desk import close_desk, create_vault, open_desk
from app.clock import FixedClock, SystemClock, iso
from app.store import exchange
from app.vault import vault, wiped
from app.vault.aside import ASIDE
from app.vault.vault import FLOOR_COST
from sync.client import lease, membership, wipe
from sync.client.membership import Membership
from sync.server import authority
from sync.server.statements import Signer
from sync.wire import extension, signing
from tests.commands.conftest import PASSPHRASE, holdfast

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
MET = datetime.now(UTC) - timedelta(days=8)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with one case that waits, of a server that nobody answers for, met eight days ago."""
    folder = tmp_path_factory.mktemp("lease") / "vault"
    desk, _ = create_vault(folder, officer="Runa Okafor", passphrase=PASSPHRASE, cost=FLOOR_COST)
    cases.new_case(desk, "NM-2026-0417")
    lease.keep(desk.store, SIGNER.lease(desk.device_id, "o", 7, MET), iso(MET), FixedClock(MET))
    lease.keep_secret(desk.store, SIGNER.extension_secret(desk.device_id).hex())
    authority.make_authority(folder.parent)
    member = Membership(
        host="127.0.0.1",
        port=1,
        authority=(folder.parent / "authority.crt").read_text(),
        server_key=signing.to_text(SIGNER.public),
        organisation="o",
        officer="i",
        name="Runa Okafor",
        role="officer",
        unit="u",
        epoch="e" * 32,
        enrolled_at=iso(MET),
    )
    membership.keep(desk.store, member)
    close_desk(desk)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "vault")
    return tmp_path / "vault"


def run(folder: Path, *words: str):
    return holdfast(*words, "--vault", folder, given=PASSPHRASE + "\n")


def test_the_cases_are_closed_and_a_code_opens_them_for_a_day(folder):
    said = run(folder, "case", "show", "NM-2026-0417")
    assert said.code == 1
    assert said.err.startswith("This laptop has not met its server for too long")
    device = vault.look(folder).device_id
    wrong = run(folder, "extend", "AAAA-AAAA")
    assert (wrong.code, "not today’s code" in wrong.err) == (1, True)
    code = extension.code(SIGNER.extension_secret(device), device, datetime.now(UTC).date())
    assert run(folder, "extend", code).code == 0
    assert "NM-2026-0417" in run(folder, "case", "list").out
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=SystemClock()))
    assert "opened by extension code" in [one.what for one in operations.logged(desk, desk.device_id)]
    close_desk(desk)


def ordered(folder: Path):
    """The desk of a vault that is to be destroyed."""
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=SystemClock()))
    member = membership.membership(desk.store)
    assert member is not None
    assert wipe.keep_order(desk.store, member, SIGNER.wipe(desk.device_id, "e" * 32, MET))
    return desk


def test_who_has_the_recovery_code_finds_an_order_carried_out_too(folder):
    desk = ordered(folder)
    code = vault.renew_recovery_code(desk.unlocked)
    close_desk(desk)
    said = holdfast("vault", "recover", "--vault", folder, "--generate", given=code + "\n")
    assert said.code == 1
    assert said.err.startswith("This vault was destroyed by an order of the server")
    assert wiped.look(folder) is not None


def test_who_rebuilds_a_vault_finds_an_order_carried_out_too(folder):
    close_desk(ordered(folder))
    said = holdfast("vault", "rebuild", "--vault", folder, given=PASSPHRASE + "\n")
    assert said.code == 1
    assert said.err.startswith("This vault was destroyed by an order of the server")
    assert wiped.look(folder) is not None
    assert list((folder.parent / ASIDE).iterdir()) == []


def test_an_order_that_stands_is_carried_out_before_anything_is_shown(folder):
    desk = ordered(folder)
    waited = len(exchange.outgoing(desk.store))
    close_desk(desk)
    for _ in range(2):  # and again, where there is no vault any more
        said = run(folder, "case", "list")
        assert said.code == 1
        assert said.err.startswith("This vault was destroyed by an order of the server")
    left = wiped.look(folder)
    assert left is not None
    assert not left.delivered
    assert waited == 2
    assert not (folder / "vault.db").exists()
