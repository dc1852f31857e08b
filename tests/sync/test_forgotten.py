"""A server that was put back to a time before it knew a vault: that is enrolled once more, and nothing is lost."""

from __future__ import annotations

import msgspec
import pytest

from app.casework import cases, edit
from app.casework.desk import Desk
from app.clock import SystemClock
from app.store import identity
from app.vault import wiping
from sync.client import lease, membership, wipe
from sync.server import deciding
from sync.server import enrol as revoking
from sync.wire import signing
from tests.sync.police import Police, code_of, enrol, references, sync
from tests.sync.test_copied import Copies, copies, renewed, rounds_of

__all__ = ["copies"]


def known(police: Police, desk: Desk) -> set[str]:
    """What the cases on the server are called, as somebody else of the unit sees them."""
    colleague = police.enrolled()
    sync(colleague)
    return {line.reference for line in cases.list_cases(colleague)}


def test_a_vault_that_the_server_lost_is_enrolled_once_more(police: Police):
    officer = police.force.officer()
    kept, desk = police.backup(), police.enrolled(officer)
    device, before = desk.device_id, desk.store.recall(lease.SECRET)
    case = cases.new_case(desk, "sent before")
    sync(desk)
    cases.new_case(desk, "not sent yet")
    police.put_back(kept)
    assert code_of(lambda: sync(desk)) == "sync.not_enrolled"
    enrol(desk, police.code(officer))
    assert sync(desk).waiting == 0
    desk.store.look_again()
    assert (desk.device_id, desk.store.recall(lease.SECRET)) == (device, before)
    assert known(police, desk) == {"sent before", "not sent yet"}
    edit.set_field(desk, case, case, "reference", "after it")
    assert sync(desk).waiting == 0
    assert known(police, desk) == {"after it", "not sent yet"}
    assert code_of(lambda: enrol(desk, police.code(officer))) == "enrol.already"
    desk.store.verify()


def test_what_it_was_before_and_is_lost_as_well_vouches_for_it(police: Police, copies: Copies):
    """The oldest that is lost is enrolled; the next round sends its chain again, and then that of the present one."""
    officer = police.force.officer()
    kept, desk = police.backup(), police.enrolled(officer)
    case = cases.new_case(desk, "by the first device")
    sync(desk)
    renewed(desk, copies)
    secret = desk.store.recall(lease.SECRET)
    police.put_back(kept)
    assert code_of(lambda: rounds_of(desk)) == "sync.not_enrolled"
    enrol(desk, police.code(officer))
    assert desk.store.recall(lease.SECRET) == secret, "codes are made for the present device"
    assert rounds_of(desk).waiting == 0
    rows = police.force.rows(
        "SELECT device_id, in_place_of FROM device WHERE org_id = %s ORDER BY enrolled_at", police.force.org
    )
    assert (desk.device_id, identity.former_ids(desk.store)[0]) in rows
    assert known(police, desk) == {"by the first device", "made on the laptop"}
    assert references(desk, case) == ["by the first device"]


@pytest.mark.parametrize("officer_too", [False, True])
def test_what_a_destroyed_vault_hands_over_is_taken_though_the_server_lost_it(police: Police, officer_too: bool):
    """The order was carried out, then the server was put back to a time before it knew the device, or its officer."""
    before = police.backup()
    officer = police.force.officer()
    kept = before if officer_too else police.backup()
    desk = police.enrolled(officer)
    cases.new_case(desk, "sent before")
    sync(desk)
    cases.new_case(desk, "never sent")
    police.force.do(lambda c, org: revoking.revoke(c, org, [desk.device_id]))
    assert code_of(lambda: sync(desk)) == "sync.revoked"
    parcel = wipe.carry_out(desk.store, SystemClock(), lambda parcel: wiping.destroy(desk.unlocked, parcel))
    assert parcel is not None
    police.put_back(kept)
    for _ in range(2):
        wipe.hand_over(parcel)
    force = police.force
    assert force.rows(
        "SELECT wiped_at IS NOT NULL, officer_id FROM device WHERE org_id = %s AND device_id = %s",
        force.org,
        desk.device_id,
    ) == [(True, officer)]
    apart = force.do(deciding.waiting)
    assert [(one.reason, one.officer, one.decidable) for one in apart] == [("revoked", officer, True)] * 3
    assert force.rows("SELECT active FROM officer WHERE officer_id = %s", officer) == [(not officer_too,)]


def test_no_other_server_takes_a_vault_that_its_own_still_knows(police: Police):
    officer = police.force.officer()
    desk = police.enrolled(officer)
    member = membership.membership(desk.store)
    assert member is not None
    elsewhere = msgspec.structs.replace(member, server_key=signing.to_text(bytes(32)))
    membership.keep(desk.store, elsewhere)
    code = police.code(officer)
    assert code_of(lambda: enrol(desk, code)) == "enrol.already"
    assert membership.membership(desk.store) == elsewhere
    membership.keep(desk.store, member)
    assert sync(desk).waiting == 0
