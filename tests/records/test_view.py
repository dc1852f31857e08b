"""Reading a case: order, roles, archived records, and an archive that meets an edit."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings

from app.notebook import entry as notebook
from app.notebook.fold import fold
from app.records.build import case_view
from app.records.names import case_short_name, full_name, short_name
from app.records.view import CaseView
from tests.notebook.histories import CASE, histories
from tests.notebook.writers import Writer


def view_of(entries) -> CaseView:
    return CaseView(fold(CASE, [(entry, None) for entry in entries]))


def put_away(writer: Writer, record: str) -> notebook.Entry:
    state = writer.state()
    knew = state.known() if record == CASE else state.records[record].known()
    return writer.write(notebook.assign(record, {"archived": ("yes", state.records[record].seen("archived"))}, knew))


def started(record: str = "p", kind: str = "person") -> tuple[Writer, Writer, notebook.Entry]:
    a, b = Writer("a"), Writer("b")
    start = a.write(notebook.create(record, kind, {"given_name": "Mira"}))
    b.read(start)
    return a, b, start


def test_a_record_that_was_put_away_is_hidden_and_kept():
    a, _, start = started()
    view = view_of([start, put_away(a, "p")])
    assert view.of("person") == []
    assert [p.get("given_name") for p in view.of("person", archived=True)] == ["Mira"]
    assert view.conflicts() == []


def test_an_archive_that_meets_an_edit_is_a_conflict_in_view_and_the_edit_is_kept():
    a, b, start = started()
    entries = [start, put_away(a, "p"), b.put("phone", "0700 000 000", "p")]
    for chosen in permutations(entries):
        view = view_of(chosen)
        [person] = view.of("person")
        assert person.get("phone") == "0700 000 000"
        assert view.conflicts() == [(person, "archived")]
        assert sorted(s.value for s in person.standing("archived")) == ["no", "yes"]


def test_deciding_between_archive_and_edit_ends_the_conflict():
    a, b, start = started()
    archived, edited = put_away(a, "p"), b.put("phone", "0700 000 000", "p")
    a.read(edited)
    again = put_away(a, "p")
    view = view_of([start, archived, edited, again])
    assert view.of("person") == []
    assert view.conflicts() == []
    restored = a.put("archived", "no", "p")
    assert view_of([start, archived, edited, again, restored]).conflicts() == []


def test_an_archive_that_knew_the_edit_is_no_conflict():
    a, b, start = started()
    edited = b.put("phone", "0700 000 000", "p")
    a.read(edited)
    entries = [start, edited, put_away(a, "p")]
    for chosen in permutations(entries):
        assert view_of(chosen).of("person") == []


def test_a_case_put_away_while_somebody_else_works_on_it_stays_in_view():
    a, b, start = started(CASE, "case")
    incident = b.write(notebook.create("i", "incident", {"place": "Quay Street"}))
    entries = [start, put_away(a, CASE), incident]
    for chosen in permutations(entries):
        view = view_of(chosen)
        assert not view.case.archived
        assert view.case.in_conflict("archived")


def test_looking_at_a_case_that_was_put_away_does_not_bring_it_back():
    a, b, start = started(CASE, "case")
    archived = put_away(a, CASE)
    b.read(archived)
    looked = b.write(notebook.append("o", "operation", {"operation": "consultation"}))
    assert view_of([start, archived, looked]).case.archived


@settings(max_examples=200)
@given(histories())
def test_a_view_reads_alike_whatever_the_order_of_arrival(entries):
    def read(view: CaseView):
        return [
            (
                r.id,
                r.type,
                r.archived,
                r.field_names(),
                r.conflicts() and sorted(r.conflicts()),
                {name: r.get(name) for name in r.field_names()},
            )
            for r in sorted(view, key=lambda r: r.id)
        ]

    assert read(view_of(entries)) == read(view_of(reversed(entries)))


def test_records_come_in_the_order_in_which_they_were_made():
    a = Writer("a")
    entries = [a.write(*(notebook.create(f"m{n}", "measure", {}) for n in range(12)))]
    assert [m.id for m in view_of(entries).of("measure")] == [f"m{n}" for n in range(12)]


def test_people_are_found_by_role_and_a_role_can_be_added_twice():
    view = case_view(
        [
            ("person", "v", {"given_name": "Keira", "family_name": "Hall-Byrne", "roles": ["victim"]}),
            ("person", "s", {"original_name": "Невена", "roles": ["suspect", "witness"]}),
        ]
    )
    assert [p.id for p in view.people("victim")] == ["v"]
    assert [p.id for p in view.people("witness")] == ["s"]
    assert view.victim is not None
    assert case_short_name(view) == "Keira H.-B."
    assert full_name(view.victim) == "Keira Hall-Byrne"
    assert short_name(view.record("s")) == "Невена"
    assert full_name(None) == short_name(None) == ""


def test_a_case_without_a_record_of_its_own_can_be_read():
    view = case_view([])
    assert view.case.get("grade", "none yet") == "none yet"
    assert view.victim is None
    assert view.one("incident") is None
    assert view.latest("incident") is None


def test_what_is_computed_once_is_computed_again_after_every_change():
    a, _, start = started()
    view = CaseView(a.state())
    ran = []
    for _ in range(3):
        assert view.once("name", lambda: ran.append(1) or view.record("p").get("given_name")) == "Mira"
    assert view.once("other", lambda: "x") == "x"
    a.put("given_name", "Myra", "p")
    assert view.once("name", lambda: ran.append(1) or view.record("p").get("given_name")) == "Myra"
    assert len(ran) == 2
    a.state().mark_received(start, "2026-11-14T03:00:00+00:00")
    view.once("name", lambda: ran.append(1))
    assert len(ran) == 3
