"""Each call by which the program logs is taken out of it in turn: the smallest tests that should see that, do.

The calls are found in the source, so a new one without a test stands here as a fault. What is taken out, and how, is
in `removed/`; the tests run in a process of their own, which loads the module without the call, as do all programs that
it starts.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.proof.frame import Proved
from tests.proof.removed import removing
from tests.proof.removed.removing import Logging

PROMISE: str = (
    "Whatever is collected, altered, looked at, disclosed, combined or erased is logged; no logging call can be lost."
)
GOALS: tuple[str, ...] = ("G32",)
REMOVED = Path(removing.__file__).parent
_RED = 1
"""How pytest ends where a test failed; whatever else it ends with, it is not known what it would have said."""
SAMPLE = 10
"""How many the gate takes, other ones with each change of the program."""

_LOGGED = "tests/casework/test_logged.py"
_EVENTS = "tests/sync/server/test_events.py"
_OF_ADMINISTRATORS = f"{_EVENTS}::test_what_an_administrator_does_is_noted"
_OF_DECISIONS = f"{_EVENTS}::test_what_people_decide_about_a_case_is_noted"
_OF_LAPTOPS = f"{_EVENTS}::test_what_is_done_to_laptops_is_noted"
_REFUSED = "tests/sync/server/test_rights.py::test_a_refused_write_and_a_refused_proof_are_heard_of_too"
_BACKED_UP = "tests/sync/test_backup.py::test_laptops_may_rely_on_backups_once_a_drill_has_shown_that_they_open"
_NEW_LAPTOP = "tests/casework/test_new_laptop.py::test_it_arrives_whole_as_another_device_and_is_closed_where_it_was"
_CUSTODIANS = "tests/commands/test_custodians.py::test_two_custodians_open_a_vault_and_the_officer_is_told"
_OWN_PAGE = "tests/ui/test_new_vault.py::test_a_vault_has_its_own_page_for_passphrase_and_code"
_RECOVERY = "tests/commands/test_vault.py::test_the_recovery_code_opens_the_vault_sets_a_passphrase_and_is_logged"

SEEN_BY = {
    "app/casework/casefile.py:_Making.changes:1": _LOGGED,
    "app/casework/casefile_out.py:export_case:1": (
        "tests/casefile/test_export.py::test_the_export_is_logged_as_a_disclosure_with_its_reason"
    ),
    "app/casework/cases.py:open_case:1": (
        "tests/store/test_what_is_typed.py::test_opening_a_case_is_a_logged_consultation_and_reading_on_is_not"
    ),
    "app/casework/cases.py:linked_case:1": (
        "tests/casework/test_cases.py::test_a_counter_allegation_is_a_second_case_and_no_address_crosses"
    ),
    "app/casework/conflicts.py:_changes:1": _LOGGED,
    "app/casework/desk.py:_desk_with:1": (
        "tests/casework/test_keeping.py::test_it_comes_back_as_it_was_and_goes_on_as_another_device"
    ),
    "app/casework/desk.py:_desk_with:2": "tests/ui/test_unlock.py::test_an_update_is_said_while_it_runs",
    "app/casework/desk.py:_desk_with:3": "tests/casework/test_cases.py::test_recovery_by_code_is_logged",
    "app/casework/desk.py:from_vault:1": _LOGGED,
    "app/casework/desk.py:go_back:1": "tests/ui/test_unlock.py::test_the_program_of_before_goes_back",
    "app/casework/desk.py:renew_recovery_code:1": _OWN_PAGE,
    "app/casework/desk.py:create_vault:1": "tests/casework/test_cases.py::test_recovery_by_code_is_logged",
    "app/casework/desk.py:change_passphrase:1": _RECOVERY,
    "app/casework/desk.py:choose_short_name:1": _LOGGED,
    "app/casework/handing_over.py:_logged:1": (
        "tests/casework/test_shift.py::test_the_hand_over_is_logged_in_each_case_with_the_name_that_was_typed"
    ),
    "app/casework/keeping.py:back_up:1": (
        "tests/casework/test_keeping.py::test_it_comes_back_as_it_was_and_goes_on_as_another_device"
    ),
    "app/casework/move.py:_written:1": _LOGGED,
    "app/casework/move.py:_written:2": _LOGGED,
    "app/casework/new_laptop.py:move_out:1": _NEW_LAPTOP,
    "app/casework/new_laptop.py:take_back:1": (
        "tests/casework/test_recovery.py"
        "::test_a_vault_on_its_way_to_another_laptop_opens_and_is_logged_once_it_is_taken_back"
    ),
    "app/casework/new_laptop.py:take_back:2": _LOGGED,
    "app/casework/new_laptop.py:move_in:1": _NEW_LAPTOP,
    "app/casework/paper.py:print_out:1": (
        "tests/casework/test_cases.py::test_a_paper_that_leaves_needs_the_questions_and_a_reason"
    ),
    "app/casework/paper.py:nothing_given:1": _LOGGED,
    "app/casework/rebuild.py:rebuild:1": _LOGGED,
    "app/casework/recovery.py:note:1": _LOGGED,
    "app/casework/recovery.py:acknowledge:1": _LOGGED,
    "app/casework/recovery.py:begin_anew:1": _CUSTODIANS,
    "app/casework/recovery.py:set_custodians:1": _LOGGED,
    "app/casework/rekey.py:rekey:1": _LOGGED,
    "app/casework/shift.py:end:1": (
        "tests/casework/test_shift.py::test_after_its_end_the_next_unlocking_begins_another_one"
    ),
    "sync/server/administration.py:extended:1": (
        "tests/sync/server/test_leases_given.py::test_an_extension_code_is_todays_and_this_devices_and_noted"
    ),
    "sync/server/administration.py:new_epoch:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:new_officer:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:new_unit:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:identify:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:move_officer:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:involve:1": _OF_ADMINISTRATORS,
    "sync/server/administration.py:transfer:1": _OF_ADMINISTRATORS,
    "sync/server/anew.py:register:1": (
        "tests/sync/server/test_anew.py::test_the_new_device_is_the_officers_and_holds_what_the_officer_may"
    ),
    "sync/server/backup.py:_note:1": _BACKED_UP,
    "sync/server/carrying.py:take_in.work:1": (
        "tests/sync/test_rescue.py::test_what_was_not_sent_is_carried_there_and_back"
    ),
    "sync/server/deciding.py:read:1": _OF_DECISIONS,
    "sync/server/deciding.py:_note:1": _OF_DECISIONS,
    "sync/server/enrol.py:make_code:1": _OF_ADMINISTRATORS,
    "sync/server/enrol.py:enrol:1": _OF_LAPTOPS,
    "sync/server/enrol.py:revoke:1": _OF_ADMINISTRATORS,
    "sync/server/erasure.py:order:1": "tests/sync/test_erasure.py::test_two_people_with_a_reason_and_no_hold",
    "sync/server/erasure.py:note_receipt:1": (
        "tests/sync/test_erasure.py::test_a_receipt_that_is_another_devices_is_not_noted"
    ),
    "sync/server/exchange.py:Exchange._note_sign_in:1": (
        "tests/sync/test_production.py::test_a_code_in_other_hands_opens_nothing"
    ),
    "sync/server/exchange.py:Exchange.pull.work:1": (
        "tests/sync/server/test_scope.py::test_a_head_below_the_servers_is_noted"
    ),
    "sync/server/exchange.py:Exchange.pull.work:2": (
        "tests/sync/test_rounds.py::test_a_case_that_differs_is_mended_alone_and_what_stood_in_it_is_kept_and_said"
    ),
    "sync/server/exchange.py:Exchange._note_number:1": _REFUSED,
    "sync/server/exchange.py:Exchange._note_refused.work:1": (
        f"{_EVENTS}::test_asking_for_a_case_about_a_colleague_is_noted_and_answered_as_if_it_were_not_there"
    ),
    "sync/server/fleet.py:cases:1": _OF_LAPTOPS,
    "sync/server/least.py:want:1": _OF_LAPTOPS,
    "sync/server/marks.py:lift:1": _OF_DECISIONS,
    "sync/server/postgres.py:PostgresTaking._set_apart:1": _REFUSED,
    "sync/server/postgres.py:PostgresTaking._set_apart:2": (
        f"{_EVENTS}::test_a_forged_entry_is_noted_and_an_honest_slip_is_not"
    ),
    "sync/server/postgres.py:PostgresTaking._set_apart:3": (
        "tests/sync/server/test_push.py::test_a_fork_is_kept_apart_on_both_sides_and_never_merged"
    ),
    "sync/server/restore.py:_note_drill:1": _BACKED_UP,
    "sync/server/retention.py:hold:1": _OF_DECISIONS,
    "sync/server/retention.py:release:1": _OF_DECISIONS,
    "sync/server/rotation_commands.py:_note:1": (
        "tests/sync/test_rotation.py::test_another_certificate_is_served_without_a_new_start"
    ),
    "sync/server/scope.py:_note:1": _OF_DECISIONS,
    "sync/server/scope.py:_note:2": _OF_DECISIONS,
    "sync/server/wiping.py:know_again:1": (
        "tests/sync/server/test_wiped.py::test_a_device_that_was_lost_is_known_again_by_its_very_order_alone"
    ),
    "sync/server/wiping.py:know_again:2": (
        "tests/sync/server/test_wiped.py::test_an_officer_who_was_lost_comes_back_out_of_service_and_is_noted"
    ),
    "sync/server/wiping.py:note_receipt:1": (
        "tests/sync/server/test_wiped.py::test_what_was_sealed_is_kept_apart_and_the_receipt_noted"
    ),
    "ui/commands/exchange.py:extend:1": (
        "tests/commands/test_lease.py::test_the_cases_are_closed_and_a_code_opens_them_for_a_day"
    ),
    "ui/shell/closed.py:ClosedPage._extend:1": "tests/ui/test_lease.py::test_a_code_opens_the_cases_again",
}
"""Each call, and the tests that must see that it is gone."""


def gate() -> Proved:
    """A sample, drawn anew by any change of the files that log; that each call has its test is looked at for all."""
    every = sorted(removing.every(), key=str)
    files = sorted({one.file for one in every})
    source = "".join((removing.ROOT / file).read_text(encoding="utf-8") for file in files)
    # That the tests are green without anything taken out, the tests have said just before.
    return _proved(random.Random(source).sample(every, SAMPLE), green=True)


def deep() -> Proved:
    """Every one."""
    return _proved(list(removing.every()))


def control() -> Proved:
    """Tests that look at something else."""
    other = f"{_LOGGED}::test_nothing_given_is_a_disclosure_too"
    lost = [one for one in removing.every() if str(one) == "app/casework/shift.py:end:1"]
    return Proved(
        f"{len(lost)} call taken out, seen by the wrong test", [str(one) for one in lost if _run(other, str(one)) == 0]
    )


def _proved(some: list[Logging], *, green: bool = False) -> Proved:
    every = {str(one) for one in removing.every()}
    faults = [f"{one} is seen by no test" for one in sorted(every - SEEN_BY.keys())]
    faults += [f"{one} is not there any more" for one in sorted(SEEN_BY.keys() - every)]
    known = [one for one in some if str(one) in SEEN_BY]
    if not green:
        said = _pytest(sorted({SEEN_BY[str(one)] for one in known}))
        failed = [line for line in said.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        faults += [f"though nothing was taken out: {line}" for line in failed]
        if said.returncode and not failed:
            faults.append(f"the tests end with {said.returncode} though nothing was taken out")
    for one in known:
        code = _run(SEEN_BY[str(one)], str(one))
        if code != _RED:
            faults.append(f"nobody missed {one}" if code == 0 else f"{SEEN_BY[str(one)]} could not be run ({code})")
    return Proved(f"{len(some)} of {len(every)} logging calls taken out in turn: {len(faults)} not missed", faults)


def _run(test: str, without: str) -> int:
    return _pytest([test], without).returncode


def _pytest(tests: Sequence[str], without: str = "") -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(REMOVED), str(removing.ROOT)))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=removing.ROOT,
        env={**os.environ, "PYTHONPATH": path, "HOLDFAST_WITHOUT": without, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
