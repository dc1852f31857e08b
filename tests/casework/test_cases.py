"""Cases made, linked, found and returned to; what is logged and what is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.casework import (
    cases,
    contact,
    edit,
    find,
    operations,
    paper,
    place,
    plan,
    risk,
    status,
    steps,
    timeline,
    today,
    wording,
)
from app.casework.desk import Desk, beside, check_vault, close_desk, create_vault, open_desk
from app.casework.values import clean
from app.clock import FixedClock
from app.i18n import translator
from app.notebook import entry as notebook
from app.notebook.entry import Entry
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.vault import vault
from tests.casework.conftest import PASSPHRASE, SceneOne
from ui.shell.lines import case_line

ENGLISH = translator("en")


def test_looking_at_a_case_is_logged_once_a_session(desk: Desk, scene: SceneOne) -> None:
    for _ in range(3):
        cases.open_case(desk, scene.case, "handover")
    looked = [o for o in operations.logged(desk, scene.case) if o.operation == "consultation"]
    assert [(o.who, o.reason, o.at) for o in looked] == [
        ("Sergeant Ilse Marrow", "handover", "2026-11-14T02:00:00+00:00")
    ]


def test_a_profile_can_demand_a_reason_for_each_look(desk: Desk, scene: SceneOne) -> None:
    strict = msgspec.structs.replace(desk.library.profile(), reason_for=("consultation",))
    desk.library = replace(desk.library, profiles={"neutral": strict})
    with pytest.raises(Problem) as raised:
        cases.open_case(desk, scene.case)
    assert raised.value.code == "case.reason_missing"
    cases.open_case(desk, scene.case, "on the rota tonight")
    assert [o.reason for o in operations.logged(desk, scene.case) if o.operation == "consultation"] == [
        "on the rota tonight"
    ]


def test_pages_and_entries_are_checked_from_beside(desk: Desk, scene: SceneOne) -> None:
    check_vault(desk)
    check_vault(desk, 3)
    desk.store._connection.execute(
        "UPDATE entry SET body = cast(replace(cast(body AS TEXT), 'Ruskin', 'Rusken') AS BLOB)"
    )
    check_vault(desk, 1)
    with pytest.raises(Problem) as raised:
        check_vault(desk)
    assert raised.value.code == "store.rolled_back"


def test_collection_and_alteration_are_the_entries_themselves(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.victim, "occupation", "bakery worker")
    kinds = [o.operation for o in operations.logged(desk, scene.case)]
    assert kinds.count("alteration") == 1
    assert kinds.count("collection") == len(kinds) - 1


def test_making_the_vault_is_in_the_devices_own_notebook(desk: Desk) -> None:
    assert [o.what for o in operations.logged(desk, desk.device_id)] == ["vault created"]
    assert cases.list_cases(desk) == []


def test_recovery_by_code_is_logged(vault_folder: Path, clock: FixedClock) -> None:
    made, code = create_vault(
        vault_folder, officer="Constable Brook", passphrase=PASSPHRASE, cost=vault.FLOOR_COST, clock=clock
    )
    close_desk(made)
    again = open_desk(vault.recover(vault_folder, code, clock=clock), clock=clock)
    assert [o.what for o in operations.logged(again, again.device_id)] == ["vault created", "opened by recovery code"]
    close_desk(again)


def test_a_counter_allegation_is_a_second_case_and_no_address_crosses(desk: Desk, scene: SceneOne) -> None:
    edit.create(desk, scene.case, "safe_contact", {"person": scene.victim, "number": "555 0101", "channels": ["call"]})
    other = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation", "says that he was hit")
    second = cases.read_case(desk, other)
    assert second.victim is not None
    assert second.victim.get("given_name") == "Dane"
    assert [p.get("given_name") for p in second.people("suspect")] == ["Keira"]
    everything = json.dumps(desk.store.case(other).snapshot())
    for secret in ("Quay Row", "7946", "555 0101"):
        assert secret not in everything
    assert [link.get("other_case") for link in second.of("link")] == [scene.case, scene.case]
    here = cases.read_case(desk, scene.case).of("link")
    assert {link.get("other_case") for link in here} == {other}
    assert "combination" in [o.operation for o in operations.logged(desk, scene.case)]


def test_immediate_danger_is_noted_with_its_time_and_goes_out_first(desk: Desk, scene: SceneOne) -> None:
    cases.immediate_danger(desk, scene.case)
    case = cases.read_case(desk, scene.case)
    assert (case.case.get("danger_at"), case.case.get("send_first")) == ("2026-11-14T02:00:00+00:00", "yes")
    assert [e.get("kind") for e in case.of("event")] == ["immediate_danger"]
    assert today.today(desk).due[0].case.id == scene.case


def test_today_puts_first_what_hurts_first(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    quiet = cases.new_case(desk, "NM-2026-0001")
    first, _ = risk.start_assessment(desk, quiet)
    risk.answer(desk, quiet, first, "F27", value="yes")
    assert {(d.case.id, d.due.kind) for d in today.today(desk).due} == {
        *((case, kind) for case in (scene.case, quiet) for kind in ("completion", "task")),
    }
    assert today.today(desk).due[0].case.id == scene.case
    clock.advance(8 * 86400)
    assert today.today(desk).due[0].case.id == scene.case
    assert {c.id for c in today.today(desk).in_hand} == {scene.case, quiet}


@pytest.mark.parametrize("typed", ["kei", "holt baines", "HOLT", "nm-2026-0417", "0417", "quay row", "ruskin d"])
def test_a_case_is_found_by_name_reference_and_place(desk: Desk, scene: SceneOne, typed: str) -> None:
    assert scene.case in {f.case_id for f in find.find(desk, typed)}


@pytest.mark.parametrize("typed", ["", "zzz", '" OR *', "keira zzz", "%", "\x00"])
def test_what_is_not_there_is_not_found(desk: Desk, scene: SceneOne, typed: str) -> None:
    assert find.find(desk, typed) == []


def test_a_changed_name_is_no_longer_found_by_the_old_one(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.victim, "given_name", "Ørla")
    assert find.find(desk, "orla")
    assert not find.find(desk, "keira")


def test_roles_are_added_and_taken_out_one_by_one(desk: Desk, scene: SceneOne) -> None:
    edit.add(desk, scene.case, scene.victim, "roles", "witness")
    edit.remove(desk, scene.case, scene.victim, "roles", "victim")
    person = cases.read_case(desk, scene.case).record(scene.victim)
    assert person is not None
    assert person.get("roles") == ["witness"]


def test_an_archived_record_comes_back(desk: Desk, scene: SceneOne) -> None:
    edit.archive(desk, scene.case, scene.suspect, "entered twice")
    assert cases.read_case(desk, scene.case).people("suspect") == []
    edit.restore(desk, scene.case, scene.suspect)
    assert len(cases.read_case(desk, scene.case).people("suspect")) == 1


def test_nul_and_halves_of_characters_are_taken_out(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.victim, "occupation", "ba\x00ker\ud800")
    person = cases.read_case(desk, scene.case).record(scene.victim)
    assert person is not None
    assert person.get("occupation") == "baker?"
    assert clean(["a\x00b"]) == ["ab"]


def test_a_megabyte_of_words_is_kept_in_full(desk: Desk, scene: SceneOne) -> None:
    words = "wort " * 210_000
    incident = cases.read_case(desk, scene.case).one("incident")
    assert incident is not None
    edit.set_field(desk, scene.case, incident.id, "narrative", words)
    again = cases.read_case(desk, scene.case).one("incident")
    assert again is not None
    assert again.get("narrative") == words


def test_doubtful_values_are_kept_and_marked(desk: Desk, scene: SceneOne) -> None:
    for kind, field, value, code in (
        ("person", "born", "2031-01-01", "date_future"),
        ("person", "born", "31.2.1990", "date_malformed"),
        ("person", "phone", "call me", "phone_malformed"),
        ("child", "age", 77, "number_unusual"),
        ("incident", "reported_at", "yesterday", "moment_malformed"),
    ):
        found = edit.finding(desk, kind, field, value)
        assert found is not None
        assert found.code == code
    edit.set_field(desk, scene.case, scene.victim, "born", "31.2.1990")
    person = cases.read_case(desk, scene.case).record(scene.victim)
    assert person is not None
    assert person.get("born") == "31.2.1990"


def test_the_place_is_kept_inside_the_vault(desk: Desk, scene: SceneOne) -> None:
    assert place.place(desk) is None
    place.stand(desk, {"case": scene.case, "step": "risk", "field": "F06"})
    assert place.place(desk) == {"case": scene.case, "step": "risk", "field": "F06"}


def test_what_waits_is_told_truthfully(desk: Desk, scene: SceneOne) -> None:
    waiting = status.waiting(desk)
    assert waiting.unsent == 7
    assert waiting.oldest == "2026-11-14T02:00:00+00:00"


def test_the_steps_say_what_is_missing(desk: Desk, scene: SceneOne) -> None:
    found = steps.progress(desk, cases.read_case(desk, scene.case))
    assert tuple(found) == steps.STEPS
    assert not found["people"].done
    assert found["risk"].facts == {"answered": 0, "total": 43}


def test_without_a_safe_contact_nobody_is_contacted(desk: Desk, scene: SceneOne) -> None:
    text, agreed = contact.banner(desk, cases.read_case(desk, scene.case), ENGLISH)
    assert not agreed
    assert "none agreed yet" in text
    assert contact.rule(desk, cases.read_case(desk, scene.case)).allowed == ()


def test_the_banner_says_no_more_than_all_agreements_allow(desk: Desk, scene: SceneOne) -> None:
    agreed = {
        "person": scene.victim,
        "channels": ["call", "text"],
        "text": "yes",
        "days": ["mon"],
        "hours": "09:00-12:00",
    }
    edit.create(desk, scene.case, "safe_contact", {**agreed, "voicemail": "no", "channels": ["call"]})
    edit.create(desk, scene.case, "safe_contact", {**agreed, "voicemail": "yes"})
    text, safe = contact.banner(desk, cases.read_case(desk, scene.case), ENGLISH)
    assert (text, safe) == ("Safe contact: Call · Monday · 09:00-12:00 · no voicemail, no text, no letter", True)


def test_what_incidents_alone_say_shows_in_the_list(desk: Desk) -> None:
    case = cases.new_case(desk, "NM-2026-0500")
    assert cases.list_cases(desk)[0].floor is None
    edit.create(desk, case, "incident", {"incidents_12_months": 3})
    line = cases.list_cases(desk)[0]
    assert (line.floor, line.grade, line.review_due is not None) == ("medium", None, True)


def test_a_paper_that_leaves_needs_the_questions_and_a_reason(desk: Desk, scene: SceneOne) -> None:
    def refused(code: str, **kw: str) -> None:
        with pytest.raises(Problem) as raised:
            paper.print_out(desk, scene.case, "safety-plan", "card", **kw)
        assert raised.value.code == code

    refused("paper.reason_missing")
    refused("paper.not_answered", reason="asked for it")
    paper.set_answers(desk, scene.case, lives_with_suspect="no", searched="unknown", kept_where="home")
    refused("paper.unsafe", reason="asked for it")
    assert cases.read_case(desk, scene.case).of("print") == []
    made = paper.print_out(
        desk, scene.case, "safety-plan", "card", reason="asked for it", all_the_same="kept at the bakery"
    )
    assert made.pdf.startswith(b"%PDF")
    logged = cases.read_case(desk, scene.case).of("print")
    assert [(p.get("copy_number"), p.get("variant"), p.get("outcome")) for p in logged] == [
        (made.copy_number, "card", "printed")
    ]
    disclosed = [o for o in operations.logged(desk, scene.case) if o.operation == "disclosure"]
    assert [(o.what, o.recipient) for o in disclosed] == [("safety-plan card", "Keira Holt-Baines")]


def test_nothing_given_and_read_out_is_an_outcome_too(desk: Desk, scene: SceneOne) -> None:
    paper.nothing_given(desk, scene.case, "bag is searched", read_out=True)
    logged = cases.read_case(desk, scene.case).of("print")
    assert [(p.get("variant"), p.get("outcome")) for p in logged] == [("nothing", "read_out")]


def test_a_saved_copy_replaces_nothing_and_is_private(tmp_path: Path) -> None:
    target = tmp_path / "copy.pdf"
    paper.save_copy(b"%PDF-1", target)
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Problem) as raised:
        paper.save_copy(b"%PDF-2", target)
    assert raised.value.code == "paper.out_exists"
    assert target.read_bytes() == b"%PDF-1"
    with pytest.raises(Problem) as raised:
        paper.save_copy(b"%PDF-2", tmp_path / "no" / "copy.pdf")
    assert raised.value.code == "paper.out_folder"


def test_the_timeline_tells_every_change_in_words(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes", note="black spots")
    lines = timeline.timeline(desk, scene.case, ENGLISH)
    assert "black spots" in lines[0].text
    assert "Answer: Yes" in lines[0].text
    assert lines[0].here
    assert {x.kind for x in timeline.timeline(desk, scene.case, ENGLISH, kind="person")} == {"person"}


def test_a_case_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(Problem) as raised:
        cases.open_case(desk, "f" * 32)
    assert raised.value.code == "case.unknown"


def test_references_that_are_used_twice_need_the_id(desk: Desk) -> None:
    first, _second = cases.new_case(desk, "A-1"), cases.new_case(desk, "A-1")
    with pytest.raises(Problem) as raised:
        cases.which_case(desk, "A-1")
    assert raised.value.code == "case.ambiguous"
    assert cases.which_case(desk, first) == first


def test_a_field_that_no_record_has_is_refused(desk: Desk, scene: SceneOne) -> None:
    with pytest.raises(Problem) as raised:
        edit.set_field(desk, scene.case, scene.victim, "nmae", "x")
    assert raised.value.code == "record.field_unknown"


def test_every_code_list_that_a_field_names_is_installed(desk: Desk) -> None:
    for declared in RECORD_TYPES.values():
        for field in declared.fields:
            assert not field.codes or desk.library.codes(field.codes), f"{declared.name}.{field.name}: {field.codes}"


def test_a_language_is_shown_by_its_name_and_any_other_word_as_it_was_written(desk: Desk, scene: SceneOne) -> None:
    edit.set_field(desk, scene.case, scene.victim, "languages", ["ti", "Saho"])
    view = cases.read_case(desk, scene.case)
    declared = RECORD_TYPES["person"].field("languages")
    assert declared is not None
    assert wording.say(desk, view, declared, ["ti", "Saho"], ENGLISH) == "Tigrinya, Saho"


def test_a_paper_that_could_not_be_written_is_logged_as_not_printed(
    desk: Desk, scene: SceneOne, tmp_path: Path
) -> None:
    made = paper.print_out(desk, scene.case, "to-do", "full", reason="for the file", outcome="saved")
    with pytest.raises(Problem) as raised:
        paper.save_printed(desk, scene.case, made, tmp_path / "gone" / "copy.pdf")
    assert raised.value.code == "paper.out_folder"
    logged = cases.read_case(desk, scene.case).of("print")
    assert [(p.get("copy_number"), p.get("document"), p.get("copies"), p.get("outcome")) for p in logged] == [
        (made.copy_number, "to-do", 1, "saved"),
        (made.copy_number, "to-do", 0, "not_printed"),
    ]
    again = paper.print_out(desk, scene.case, "to-do", "full", reason="for the file")
    assert again.copy_number != made.copy_number
    paper.save_printed(desk, scene.case, again, tmp_path / "copy.pdf")
    assert len(cases.read_case(desk, scene.case).of("print")) == 3


def test_a_link_stands_in_both_cases_or_in_none(desk: Desk, scene: SceneOne, monkeypatch: pytest.MonkeyPatch) -> None:
    insert, before = desk.store.insert, desk.store.unsent()[0]

    def fails_at_the_second(entry: Entry, *rest: object) -> None:
        if entry.case == scene.case:
            raise Problem("store.full", file="vault.db")
        insert(entry, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.store, "insert", fails_at_the_second)
    with pytest.raises(Problem):
        cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    monkeypatch.undo()
    assert [line.id for line in cases.list_cases(desk)] == [scene.case]
    assert desk.store.unsent()[0] == before
    other = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    for case in (scene.case, other):
        assert len(cases.read_case(desk, case).of("link")) == 2
    desk.store.verify()


def test_immediate_danger_stands_on_top_until_an_assessment_after_it_is_completed(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    cases.immediate_danger(desk, scene.case)
    assert cases.list_cases(desk)[0].danger_at is not None
    clock.advance(3600)
    risk.complete(desk, scene.case, scene.assessment)
    assert cases.list_cases(desk)[0].danger_at is None
    assert cases.read_case(desk, scene.case).case.get("danger_at") == "2026-11-14T02:00:00+00:00"
    clock.advance(3600)
    cases.immediate_danger(desk, scene.case)
    assert cases.list_cases(desk)[0].danger_at == "2026-11-14T04:00:00+00:00"


def test_the_timeline_shows_no_codes_that_only_the_program_knows(desk: Desk, scene: SceneOne) -> None:
    plan.add_measure(desk, scene.case, "P05", what="rye or wheat", factors=["F13"])
    cases.linked_case(desk, scene.case, scene.victim, "counter_allegation")
    said = "\n".join(x.text for x in timeline.timeline(desk, scene.case, ENGLISH))
    factor = desk.library.factor("F13")
    assert factor is not None
    assert f"Answers to: {factor.label}" in said
    codes = ("F13", "rr-1", "neutral", *(x.id for x in cases.list_cases(desk)))
    assert [code for code in codes if code in said] == []


def test_the_banner_says_why_nobody_may_be_contacted(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    def says() -> tuple[str, bool]:
        return contact.banner(desk, cases.read_case(desk, scene.case), ENGLISH)

    agreed = {"person": scene.victim, "number": "555 0101", "confirmed_at": "2026-11-14T02:00:00+00:00"}
    record, _ = edit.create(desk, scene.case, "safe_contact", agreed)
    assert says() == ("Safe contact: no way is safe now. This way was not agreed with the victim.", False)
    edit.set_field(desk, scene.case, record, "channels", ["call"])
    assert says() == ("Safe contact: Call · no voicemail, no text, no letter", True)
    clock.advance(31 * 86400)
    text, safe = says()
    assert "last confirmed 14 Nov 2026" in text
    assert not safe


@pytest.mark.parametrize("value", [5, {"a": 1}, [1], [{}], True, 1.5, "odd"])
def test_no_odd_value_of_another_version_stops_a_screen(desk: Desk, scene: SceneOne, value: object) -> None:
    odd = [
        notebook.create(f"{number:032x}", kind.name, {field.name: value})
        for number, (kind, field) in enumerate((k, f) for k in RECORD_TYPES.values() for f in k.fields)
    ]
    desk.store.write(scene.case, odd, desk.author, desk.clock)
    view = cases.read_case(desk, scene.case)
    assert cases.list_cases(desk)[0].id == scene.case
    assert timeline.timeline(desk, scene.case, ENGLISH)
    assert tuple(steps.progress(desk, view)) == steps.STEPS
    assert contact.banner(desk, view, ENGLISH)[0]
    assert paper.preview(desk, scene.case, "case-file", "full").startswith(b"%PDF")
    assert len(operations.logged(desk, scene.case)) > len(odd) / 100


def test_lines_made_over_another_connection_are_only_read_where_the_list_is_shown(desk, scene, monkeypatch):
    with desk.store.reading() as connection:
        connection.execute("UPDATE case_line SET stale = 1")
    store = beside(desk)()
    cases.make_lines(desk, store, {scene.case})
    store.close()
    made = []
    monkeypatch.setattr(cases, "summary", lambda *_: made.append(1))
    lines = cases.lines_of(desk, {scene.case})
    assert [line.id for line in lines] == [scene.case]
    assert made == []


def test_how_far_many_lines_are_is_told_while_they_are_made_anew(desk):
    for number in range(101):
        cases.new_case(desk, f"NM-2026-{number:04}")
    heard = []
    assert len(cases.list_cases(desk, lambda *told: heard.append(told))) == 101
    assert heard == [(cases.LISTING, 99)]
    assert len(cases.list_cases(desk, lambda *told: heard.append(told))) == 101
    assert len(heard) == 1


def test_a_case_that_cannot_be_read_stands_in_the_list_with_what_was_known_of_it(
    desk: Desk, scene: SceneOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {line.id: line for line in cases.list_cases(desk)}
    never = cases.new_case(desk, "NM-never-listed")
    edit.create(desk, scene.case, "incident", {"place": "Mill Lane"})
    load = desk.store.load

    def damaged(case: str) -> object:
        if case in (scene.case, never):
            raise Problem("store.damaged")
        return load(case)

    other = cases.new_case(desk, "NM-other")
    monkeypatch.setattr(desk.store, "load", damaged)
    found = {line.id: line for line in cases.list_cases(desk)}
    assert {line.id for line in found.values() if line.unread} == {scene.case, never}
    assert found[other].reference == "NM-other"
    known = before[scene.case]
    assert (found[scene.case].short_name, found[scene.case].grade) == (known.short_name, known.grade)
    assert not found[never].reference
    for line in found.values():
        shown = case_line(line, desk.clock.now(), ENGLISH)
        assert (shown.end == "damaged, cannot be read") is line.unread
