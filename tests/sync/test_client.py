"""The laptop's end with nothing pretended: real vaults, TLS to a pinned authority, the server's own process.

Each mechanism stands beside what happens without it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from unittest import mock

import msgspec

from app.casework import cases, edit, refused, status
from app.casework.desk import Desk, close_desk
from app.clock import SystemClock
from app.i18n import translator
from app.store import exchange
from app.store.store import Author
from sync.client import membership, transport
from sync.server import administration, authority
from sync.wire import limits, signing
from tests.sync.police import PASSPHRASE, code_of, enrol, references, sync
from ui.commands.main import main

# ---- Enrolment -------------------------------------------------------------------------------------------------------


def test_a_vault_is_enrolled_by_its_code_and_says_whose_it_is(police):
    officer = police.force.officer(name="Ada Lark")
    desk = police.vault()
    member = enrol(desk, police.code(officer))
    assert (member.name, member.role, member.trial) == ("Ada Lark", "officer", True)
    assert membership.membership(desk.store) == member
    assert code_of(lambda: enrol(desk, police.code(officer))) == "enrol.already"


def test_a_code_holds_once_and_for_its_time(police):
    used = police.code()
    enrol(police.vault(), used)
    desk = police.vault()
    assert code_of(lambda: enrol(desk, used)) == "enrol.code_used"
    assert code_of(lambda: enrol(desk, police.code(minutes=-1))) == "enrol.code_used"
    assert code_of(lambda: enrol(desk, used[:-1])) == "enrol.code_wrong"
    assert not status.waiting(desk).enrolled
    assert enrol(desk, police.code()).epoch  # and none of it hurt the vault


def test_a_wrong_pin_is_refused_before_anything_secret_is_sent(police):
    desk = police.vault()
    code = police.code(pin=bytes(32))
    assert code_of(lambda: enrol(desk, code)) == "enrol.not_the_server"
    assert not status.waiting(desk).enrolled
    with mock.patch.object(transport, "pin_of", return_value=bytes(32)):
        assert enrol(desk, code).epoch  # without the comparison the very same code would have been used


def test_a_vault_for_work_joins_no_trial_by_accident_and_keeps_its_code(police):
    desk, code = police.vault(), police.code()
    assert code_of(lambda: enrol(desk, code, trial=False)) == "enrol.trial"
    assert enrol(desk, code).trial


def test_a_server_of_another_authority_is_not_spoken_to(police, tmp_path):
    desk = police.enrolled()
    member = membership.membership(desk.store)
    authority.make_authority(tmp_path)
    stranger = (tmp_path / "authority.crt").read_text()
    membership.keep(desk.store, msgspec.structs.replace(member, authority=stranger))
    assert code_of(lambda: sync(desk)) == "sync.unreachable"
    membership.keep(desk.store, msgspec.structs.replace(member, server_key=signing.to_text(bytes(32))))
    assert code_of(lambda: sync(desk)) == "sync.not_the_server"
    membership.keep(desk.store, member)
    assert sync(desk).waiting == 0


def test_the_certificate_is_measured_by_what_the_server_attested_and_by_no_clock_of_the_laptop(police):
    desk = police.enrolled()
    member = membership.membership(desk.store)

    def health(attested: datetime | None) -> int:
        line = transport.Https(member.host, member.port, member.authority, attested)
        try:
            return line.ask("GET", "/v1/health", {}, b"").status
        finally:
            line.close()

    assert health(None) == health(SystemClock().now()) == 200
    assert code_of(lambda: health(SystemClock().now() + timedelta(days=366 * 30))) == "sync.unreachable"


def test_the_same_without_a_window(police, tmp_path, capsys):
    desk = police.vault()
    case = cases.new_case(desk, "A")
    close_desk(desk)
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE)
    told = ["--vault", str(desk.unlocked.folder), "--passphrase-file", str(file), "--json"]
    code = police.code()
    assert main(["enrol", code, *told]) == 1
    assert capsys.readouterr().err.startswith("The code is of a trial server")
    assert main(["sync", *told]) == 1
    assert main(["enrol", code, "--trial", *told]) == 0
    assert main(["sync", *told]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["refused"], said["mended"], said["waiting"]) == (0, 0, 0)
    assert said["sent"] >= 2
    there = police.enrolled()
    assert sync(there).changed == {case}


# ---- Two laptops -----------------------------------------------------------------------------------------------------


def test_what_is_recorded_on_one_appears_on_the_other(police):
    here, there = police.enrolled(), police.enrolled()
    case = cases.new_case(here, "NM-2026-0417")
    edit.create(here, case, "person", {"roles": ["victim"], "given_name": "Mira"})
    waits = status.waiting(here)
    assert waits.unsent >= 2
    assert sync(here).sent >= waits.unsent
    assert status.waiting(here).unsent == 0
    assert sync(there).changed == {case}
    assert [line.reference for line in cases.list_cases(there)] == ["NM-2026-0417"]
    edit.set_field(there, case, case, "reference", "NM-2026-0418")
    sync(there)
    sync(here)
    assert [line.reference for line in cases.list_cases(here)] == ["NM-2026-0418"]
    assert here.store.case(case).snapshot() == there.store.case(case).snapshot()


def test_what_two_recorded_apart_stands_on_both_until_a_person_decides(police):
    here, there = police.enrolled(), police.enrolled()
    case = cases.new_case(here, "A")
    for desk in (here, there):
        sync(desk)
    edit.set_field(here, case, case, "reference", "B")
    edit.set_field(there, case, case, "reference", "C")
    for desk in (here, there, here):
        sync(desk)
    assert references(here, case) == references(there, case) == ["B", "C"]
    edit.resolve(there, case, case, "reference", "C")
    for desk in (there, here):
        sync(desk)
    assert references(here, case) == references(there, case) == ["C"]


def test_a_round_without_news_is_three_small_requests(police):
    desk = police.enrolled()
    sync(desk)
    done = sync(desk)
    assert (done.sent, done.received, done.changed, done.waiting) == (0, 0, set(), 0)
    assert done.bytes_sent < 1000


# ---- What goes wrong -------------------------------------------------------------------------------------------------


def test_without_the_server_the_work_goes_on_and_is_sent_later(police):
    desk = police.enrolled()
    sync(desk)
    member = membership.membership(desk.store)
    membership.keep(desk.store, msgspec.structs.replace(member, port=1))
    case = cases.new_case(desk, "A")
    assert code_of(lambda: sync(desk)) == "sync.unreachable"
    edit.set_field(desk, case, case, "reference", "B")
    assert status.waiting(desk).unsent >= 2
    membership.keep(desk.store, member)
    assert sync(desk).waiting == 0


def test_a_refused_entry_is_kept_with_its_reason_and_holds_up_nothing(police):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    named = Author("Somebody Else", desk.session)
    with mock.patch.object(Desk, "author", named):
        edit.set_field(desk, case, case, "reference", "B")
    cases.new_case(desk, "later")
    done = sync(desk)
    assert (done.refused, done.waiting) == (1, 0)
    assert references(desk, case) == ["A"]  # it stands nowhere,
    (line,) = refused.refused(desk, translator("en"))  # and is shown
    assert line.case_id == case
    assert line.why == "the name in it is not the one that was enrolled"
    assert status.waiting(desk).refused == 1


def test_a_revoked_device_is_told_so_and_keeps_what_it_has_not_sent(police):
    desk = police.enrolled()
    sync(desk)
    police.force.do(lambda c, org: administration.enrol.revoke(c, org, [desk.device_id]))
    case = cases.new_case(desk, "A")
    assert code_of(lambda: sync(desk)) == "sync.revoked"
    assert case in desk.store.cases() or exchange.refused(desk.store)


def test_more_than_one_push_holds_goes_in_several(police):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    for n in range(limits.ENTRIES + 5):
        edit.set_field(desk, case, case, "reference", str(n))
    assert sync(desk).sent > limits.ENTRIES
