"""Vaults that were copied or put back, and vaults that are to be destroyed: real files, a real server, real rounds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from app.casework import cases, edit, refused
from app.casework.desk import Desk
from app.clock import SystemClock
from app.i18n import translator
from app.problems import Problem
from app.store import exchange, identity
from app.store.store import Store
from app.vault import wiped, wiping
from sync.client import lease, wipe
from sync.client import round as rounds
from sync.server import administration, enrol
from sync.wire import limits
from tests.sync.police import Police, code_of, references, sync
from tests.sync.police import enrol as enrol_again


class Copies:
    """Copies of a vault's files, each opened beside the original as on a laptop of its own."""

    def __init__(self, police: Police) -> None:
        self.police, self.opened = police, []

    def of(self, desk: Desk) -> Desk:
        folder = self.police.folder / f"copy{len(self.opened)}"
        shutil.copytree(desk.unlocked.folder, folder)
        store = Store.open(folder, desk.unlocked.database_key(), desk.unlocked.device_id)
        self.opened.append(store)
        return replace(desk, store=store)


@pytest.fixture
def copies(police: Police) -> Iterator[Copies]:
    made = Copies(police)
    yield made
    for store in made.opened:
        store.close()


def rounds_of(desk: Desk) -> rounds.Round:
    """A round of a copy, and what the screen's connection makes of it."""
    done = rounds.run(desk.store, SystemClock())
    desk.store.look_again()
    return done


def events(police: Police, kind: str) -> list[tuple[str, str]]:
    return police.force.rows(
        "SELECT device_id, detail FROM event WHERE org_id = %s AND kind = %s", police.force.org, kind
    )


def test_a_vault_that_came_back_is_another_device_before_it_says_anything(police, copies):
    """The numbers after those in the backup were used; what was sent under them comes back and stands beside."""
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    unsent = cases.new_case(desk, "unsent when it was backed up")
    copy, old = copies.of(desk), desk.device_id
    edit.set_field(desk, case, case, "reference", "after the backup")
    sync(desk)
    identity.want(copy.store, "f" * 32)
    assert (copy.store.device, identity.wanted(copy.store)) == (old, True)
    edit.set_field(copy, case, case, "reference", "after it came back")
    rounds_of(copy)
    assert (copy.device_id != old, identity.wanted(copy.store)) == (True, False)
    assert references(copy, case) == ["after it came back", "after the backup"]
    assert references(copy, unsent) == ["unsent when it was backed up"]
    assert rounds_of(copy).waiting == 0
    told = police.force.rows("SELECT laptop FROM device WHERE device_id = %s", copy.device_id)
    assert told == [("f" * 32,)]
    assert events(police, "copied") == [(old, copy.device_id)]


def test_a_copy_goes_on_as_another_device_and_both_are_heard(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy, device = copies.of(desk), desk.device_id
    edit.set_field(desk, case, case, "reference", "on the laptop")
    sync(desk)
    edit.set_field(copy, case, case, "reference", "on the copy")
    beside = cases.new_case(copy, "made on the copy")
    rounds_of(copy)
    assert copy.device_id != device
    assert references(copy, case) == ["on the copy", "on the laptop"]
    # The laptop itself is told as well: whoever has its key could be either of the two.
    sync(desk)
    desk.store.look_again()
    assert desk.device_id not in (device, copy.device_id)
    assert references(desk, case) == ["on the copy", "on the laptop"]
    assert references(desk, beside) == ["made on the copy"]
    rounds_of(copy)
    for one in (desk, copy):
        assert one.store.unsent()[0] == 0
        one.store.verify()
    assert set(events(police, "copied")) == {(device, copy.device_id), (device, desk.device_id)}
    assert police.force.rows("SELECT count(*) FROM quarantine WHERE device_id = %s", device)[0][0] >= 2


def test_a_vault_that_was_put_back_goes_on_as_another_device(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    old = copies.of(desk)
    edit.set_field(desk, case, case, "reference", "later")
    sync(desk)
    rounds_of(old)  # nothing was written since: it is the head alone that tells
    assert old.device_id != desk.device_id
    assert references(old, case) == ["later"]
    edit.set_field(old, case, case, "reference", "after")
    rounds_of(old)
    old.store.verify()


def test_what_both_copies_still_had_to_send_arrives_once(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    copy = copies.of(desk)
    sync(desk)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    edit.set_field(copy, case, case, "reference", "C")
    rounds_of(copy)
    assert references(copy, case) == ["B", "C"]
    sessions = police.force.rows("SELECT count(*), count(DISTINCT hash) FROM entry WHERE case_id = %s", case)
    assert sessions == [(3, 3)], "the opening entry once, B, and C under its new name"


def test_without_a_new_identity_the_copy_would_stand_still(police, copies):
    """The mechanism switched off: the copy's work never arrives."""
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy = copies.of(desk)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    edit.set_field(copy, case, case, "reference", "C")
    with mock.patch.object(identity, "take_on", return_value=set()):
        assert code_of(lambda: rounds_of(copy)) == "sync.copied"
    assert copy.store.unsent()[0] == 1
    rounds_of(copy)
    assert copy.store.unsent()[0] == 0


def test_cut_off_at_each_question_it_takes_one_new_identity(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy = copies.of(desk)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    edit.set_field(copy, case, case, "reference", "C")
    for n in range(8):
        with mock.patch.object(rounds._Exchange, "ask", cut_off_after(n)):
            if code_of_or_none(copy) is None:
                break
    rounds_of(copy)
    assert references(copy, case) == ["B", "C"]
    assert len(events(police, "copied")) == 1


def cut_off_after(questions: int):
    asked = rounds._Exchange.ask
    left = [questions]

    def ask(self, *question):
        answer = asked(self, *question)  # the server has answered, and nobody hears it
        left[0] -= 1
        if left[0] < 0:
            raise Problem("sync.unreachable")
        return answer

    return ask


def code_of_or_none(desk: Desk) -> str | None:
    try:
        rounds_of(desk)
    except Problem as problem:
        return problem.code
    return None


def test_an_officer_with_as_many_devices_as_allowed_is_told_and_loses_nothing(police, copies):
    officer = police.force.officer()
    desk, *_ = [police.enrolled(officer) for _ in range(limits.DEVICES_PER_OFFICER)]
    case = cases.new_case(desk, "A")
    sync(desk)
    first, second = copies.of(desk), copies.of(desk)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    edit.set_field(first, case, case, "reference", "C")
    rounds_of(first)  # in the place of the copied one
    edit.set_field(second, case, case, "reference", "D")
    assert code_of(lambda: rounds_of(second)) == "sync.copied"
    assert second.store.unsent()[0] == 1
    assert references(second, case) == ["D"]


def test_whoever_revokes_a_copied_device_revokes_what_took_its_place(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy, device = copies.of(desk), desk.device_id
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    rounds_of(copy)
    police.force.do(lambda c, org: enrol.revoke(c, org, [device]))
    assert code_of(lambda: rounds_of(copy)) == "sync.revoked"
    assert wipe.ordered(copy.store)


# ---- A server that was put back and knows a former device alone ------------------------------------------------------


def renewed(desk: Desk, copies: Copies) -> Desk:
    """The laptop takes another device, for a copy of its vault was at the server first. Returns the copy."""
    copy, before = copies.of(desk), desk.device_id
    cases.new_case(copy, "made on the copy")
    rounds_of(copy)
    cases.new_case(desk, "made on the laptop")
    rounds_of(desk)
    assert desk.device_id != before
    return copy


def revoke(police: Police, *devices: str) -> int:
    return police.force.do(lambda c, org: enrol.revoke(c, org, list(devices)))


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("by", ["device", "retired"])
def test_a_stolen_vault_is_destroyed_though_the_server_knows_only_what_it_was_before(police, copies, times, by):
    """The backup is from before the vault was copied; whoever revokes finds that device alone."""
    officer = police.force.officer()
    desk = police.enrolled(officer)
    cases.new_case(desk, "A")
    sync(desk)
    kept, first = police.backup(), desk.device_id
    for _ in range(times):
        renewed(desk, copies)
    police.put_back(kept)
    if by == "device":
        assert revoke(police, first) == 1
    else:
        unit = police.force.unit
        police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", unit, active=False))
    assert code_of(lambda: rounds_of(desk)) == "sync.revoked"
    assert wipe.ordered(desk.store)
    parcel = wipe.carry_out(desk.store, SystemClock(), lambda parcel: wiping.destroy(desk.unlocked, parcel))
    assert parcel is not None
    wipe.hand_over(parcel)
    assert police.force.rows("SELECT wiped_at IS NOT NULL FROM device WHERE device_id = %s", desk.device_id) == [
        (True,)
    ]
    kept_apart = police.force.rows(
        "SELECT count(*) FROM quarantine WHERE device_id = %s AND reason = 'revoked'", desk.device_id
    )
    assert kept_apart[0][0] >= 1, "what it had sent to the server that is no more"


def test_nobody_elses_vault_is_destroyed_with_a_copy(police, copies):
    """A thief's copy is revoked; the laptop whose vault it was shares a former device with it, and no more."""
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy, first = copies.of(desk), desk.device_id
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    rounds_of(copy)  # it was behind, and takes another device
    kept = police.backup()
    rounds_of(desk)
    assert len({first, copy.device_id, desk.device_id}) == 3
    police.put_back(kept)
    revoke(police, copy.device_id)
    for _ in range(2):
        assert code_of(lambda: rounds_of(desk)) == "sync.not_enrolled", "nobody ordered its end"
    assert not wipe.ordered(desk.store), "and it cannot show either that it is not the thief"
    assert police.force.rows("SELECT count(*) FROM device WHERE device_id = %s", desk.device_id) == [(0,)]
    assert code_of(lambda: rounds_of(copy)) == "sync.revoked"
    assert wipe.ordered(copy.store)
    ((officer,),) = police.force.rows("SELECT officer_id FROM device WHERE device_id = %s", first)
    enrol_again(desk, police.code(officer))
    assert rounds_of(desk).waiting == 0, "its officer has shown whose it is"
    assert references(desk, case) == ["B"]
    assert revoke(police, first, desk.device_id) == 2, "the administrator means the whole laptop after all"
    assert code_of(lambda: rounds_of(desk)) == "sync.revoked"
    assert wipe.ordered(desk.store)


def test_what_a_server_that_was_put_back_refuses_of_a_former_device_is_kept_and_shown(police, copies):
    colleague, desk = police.enrolled(), police.enrolled()
    case = cases.new_case(colleague, "A")
    sync(colleague)
    sync(desk)
    desk.store.look_again()
    kept, first = police.backup(), desk.device_id
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    renewed(desk, copies)
    police.put_back(kept)
    ((officer,),) = police.force.rows("SELECT officer_id FROM device WHERE device_id = %s", first)
    other = police.force.do(lambda c, org: administration.new_unit(c, org, "South"))
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", other))
    with police.force.owner() as owner:
        # So long ago that this is no work in good faith any more.
        owner.execute("UPDATE subscription SET until_at = until_at - interval '40 days' WHERE device_id = %s", (first,))
    rounds_of(desk)
    found = exchange.refused(desk.store)
    assert [(one.entry.device, one.entry.case, one.reason) for one in found] == [(first, case, "scope")]
    (line,) = refused.refused(desk, translator("en"))
    assert line.why == "the case is not yours to change"
    rounds_of(desk)
    assert len(exchange.refused(desk.store)) == 1
    # The server is put back once more, to a time at which it is theirs to write: then it counts.
    police.put_back(kept)
    rounds_of(desk)
    assert exchange.refused(desk.store) == []
    assert references(desk, case) == ["B"]


def test_what_a_copy_had_sent_in_its_place_is_kept_and_shown(police, copies):
    """The server was put back, and a copy was there first: the former device's chain is another one now."""
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    kept, first, copy = police.backup(), desk.device_id, copies.of(desk)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    renewed(desk, copies)
    police.put_back(kept)
    edit.set_field(copy, case, case, "reference", "C")
    rounds_of(copy)
    rounds_of(desk)
    found = [one for one in exchange.refused(desk.store) if one.entry.case == case]
    assert [(one.entry.device, one.reason) for one in found] == [(first, "forked")]
    (line,) = [one for one in refused.refused(desk, translator("en")) if one.case_id == case]
    assert line.why == "a copy of this vault had sent something else before"
    assert references(desk, case) == ["C"]
    rounds_of(desk)
    assert references(desk, case) == ["C"]
    desk.store.verify()


# ---- Destroyed by order ----------------------------------------------------------------------------------------------


def test_a_revoked_vault_is_destroyed_and_its_work_is_handed_over(police):
    desk = police.enrolled()
    cases.new_case(desk, "sent")
    sync(desk)
    device = desk.device_id
    police.force.do(lambda c, org: enrol.revoke(c, org, [device]))
    assert code_of(lambda: sync(desk)) == "sync.revoked"
    cases.new_case(desk, "after the revocation, without a network")
    parcel = wipe.carry_out(desk.store, SystemClock(), lambda parcel: wiping.destroy(desk.unlocked, parcel))
    assert parcel is not None
    for _ in range(2):  # also when the answer was lost
        wipe.hand_over(parcel)
    assert police.force.rows("SELECT wiped_at IS NOT NULL FROM device WHERE device_id = %s", device) == [(True,)]
    kept = police.force.rows("SELECT count(*) FROM quarantine WHERE device_id = %s AND reason = 'revoked'", device)
    assert kept == [(1,)]
    wiped.delivered(desk.unlocked.folder)
    left = wiped.look(desk.unlocked.folder)
    assert left is not None
    assert (left.delivered, left.parcel) == (True, b"")
    assert not Path(desk.unlocked.folder / "vault.db").exists()


def test_a_revoked_vault_without_a_server_is_destroyed_all_the_same(police):
    desk = police.enrolled()
    sync(desk)
    police.force.do(lambda c, org: enrol.revoke(c, org, [desk.device_id]))
    assert code_of(lambda: sync(desk)) == "sync.revoked"
    cases.new_case(desk, "A")
    parcel = wipe.carry_out(desk.store, SystemClock(), lambda parcel: wiping.destroy(desk.unlocked, parcel))
    assert parcel is not None

    def away(*_: object) -> object:
        raise Problem("sync.unreachable")

    with pytest.raises(Problem, match=r"sync\.unreachable"):
        wipe.hand_over(parcel, reach=away)
    left = wiped.look(desk.unlocked.folder)
    assert left is not None
    wipe.hand_over(left.parcel)
    found = police.force.rows("SELECT count(*) FROM quarantine WHERE device_id = %s", desk.store.device)
    assert found == [(1,)]


# ---- Extension codes -------------------------------------------------------------------------------------------------


def test_a_vault_that_was_enrolled_before_there_were_codes_learns_them_with_its_next_round(police):
    desk = police.enrolled()
    told = desk.store.recall(lease.SECRET)
    assert told
    desk.store.remember(lease.SECRET, "")
    sync(desk)
    assert desk.store.recall(lease.SECRET) == told


def test_another_device_has_other_codes(police, copies):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    copy, before = copies.of(desk), desk.store.recall(lease.SECRET)
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    rounds_of(copy)
    assert copy.store.recall(lease.SECRET) not in ("", None, before)
