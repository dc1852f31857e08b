"""The commands for cases, run as the real program on a real vault."""

from __future__ import annotations

import json
import os
import stat

import pytest

from app import paths
from app.casework import cases, edit, operations
from app.casework.desk import close_desk
from app.casework.one_change import set_from_text
from app.i18n import translator
from app.notebook import entry as notebook
from app.problems import Problem
from tests.casefile.made import assessed, least

PRACTICE = paths.resources() / "practice"
KEYS = [
    *["file", "case", "present", "unknown", "rules", "floor", "grade", "extreme", "provisional"],
    *["review_due", "tasks", "measures", "print_default", "findings"],
]
CASE = "NM-2026-0417"


def write(folder, name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return folder / name


# -- import


def test_import_prints_what_was_concluded_one_line_for_each_file(full, tmp_path):
    one = write(tmp_path, "b1.json", assessed([], [], rating=2))
    two = write(tmp_path, "b3.json", assessed([36], [], rating=9))
    lines = full.json("case", "import", two, one)
    assert [list(line) for line in lines] == [KEYS, KEYS]
    assert [line["file"] for line in lines] == [str(two), str(one)]
    assert [(line["present"], line["rules"], line["floor"], line["grade"]) for line in lines] == [
        (["F36"], ["M1"], "high", None),
        ([], [], "standard", None),
    ]
    assert {line["case"] for line in lines} <= {line["case"] for line in full.json("case", "list")}


def test_a_file_that_fails_is_said_and_the_others_go_on(full, tmp_path):
    good = write(tmp_path, "good.json", least())
    bad = write(tmp_path, "bad.json", least(people=[{"nmae": "x", "sex": "q"}]))
    said = full.run("case", "import", bad, good, tmp_path / "missing.json", "--json")
    assert said.code == 1
    first, second, third = said.lines
    assert first["file"] == str(bad)
    assert list(first) == ["file", "problem"]
    assert list(first["problem"]) == ["code", "happened", "safe", "next"]
    assert first["problem"]["code"] == "casefile.refused"
    assert "$.people[0].nmae: unknown field" in first["problem"]["happened"]
    assert "$.people[0].sex" in first["problem"]["happened"]
    assert "female, male, other, unknown" in first["problem"]["happened"]
    assert second["case"]
    assert third["problem"]["code"] == "casefile.unreadable"
    assert "$.people[0].nmae" in said.err


def test_a_folder_is_all_its_case_files_in_order_with_one_unlocking(full, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("b.json", "a.json", "c.txt"):
        write(folder, name, least(reference=name))
    before = len(full.json("case", "list"))
    assert [line["file"] for line in full.json("case", "import", folder)] == [f"{folder}/a.json", f"{folder}/b.json"]
    assert len(full.json("case", "list")) == before + 2


def test_a_folder_without_case_files_is_a_problem(full, tmp_path):
    (tmp_path / "none").mkdir()
    said = full.run("case", "import", tmp_path / "none", "--json")
    assert (said.code, said.line["problem"]["code"]) == (1, "casefile.none")


def test_hostile_bytes_end_in_a_problem(full, tmp_path):
    bodies = [b"", b"\0" * 100, b"\xff" * 100, b"[" * 100_000, b'{"a":1e999}', b"SQLite format 3\0", b'"\\ud800"']
    files = [write(tmp_path, f"{n}.json", body) for n, body in enumerate(bodies)]
    said = full.run("case", "import", *files, "--json")
    assert said.code == 1
    assert [line["problem"]["code"] for line in said.lines] == ["casefile.refused"] * len(bodies)


def test_the_same_reference_makes_a_second_case_with_a_finding(full):
    line = full.json("case", "import", PRACTICE / "sc01.json")[0]
    assert [(f["path"], f["code"]) for f in line["findings"]] == [("$.reference", "reference_exists")]
    assert CASE in line["findings"][0]["text"]
    said = full.run("case", "show", CASE)
    assert said.code == 1
    assert "More than one case" in said.err
    assert full.json("case", "show", line["case"])[0]["case"] == line["case"]


def test_without_json_a_person_can_read_it(full, tmp_path):
    said = full.run("case", "import", write(tmp_path, "x.json", assessed([5, 6], [])))
    assert said.code == 0
    assert "High (H1" in said.out


# -- list, show, set, conflicts


def test_list_has_one_object_a_line_with_these_keys(full):
    lines = full.json("case", "list")
    keys = ["case", "reference", "grade", "floor", "review_due", "conflicts", "unsent"]
    assert {tuple(line) for line in lines} == {tuple(keys)}
    line = next(line for line in lines if line["reference"] == CASE)
    assert (line["grade"], line["floor"], line["conflicts"], line["unsent"]) == ("high", "high", 0, 1)


def test_show_is_one_object_of_standing_values_and_is_logged(full):
    shown = full.json("case", "show", CASE, "--reason", "handover")[0]
    assert shown["reference"] == CASE
    assert shown["grade"] == "high"
    victim = next(p for p in shown["people"] if "victim" in p["roles"])
    assert (victim["record"], victim["given_name"], len(victim["id"])) == ("person", "Keira", 32)
    assert len(shown["answers"]) == 43
    desk = full.desk()
    last = operations.logged(desk, shown["case"])[-1]
    assert (last.operation, last.reason) == ("consultation", "handover")
    close_desk(desk)


def test_follow_up_is_shown_and_set_from_the_command_line(full):
    case = "NM-2026-0385"
    shown = full.json("case", "show", case)[0]
    [order] = shown["orders"]
    assert (order["record"], order["type"]) == ("order", "Bail or release condition")
    assert shown["breaches"][0]["order"] == order["id"]
    assert [f.get("feels") for f in shown["follow_ups"]] == ["same", None, "safer"]
    words = full.run("case", "show", case).out
    assert f"\norder {order['id']}\n  type: Bail or release condition\n" in words
    assert full.json("case", "set", case, "programme", "status", "missed")[0]["value"] == "missed"
    refused = full.run("case", "set", case, shown["follow_ups"][0]["id"], "channel", "text")
    assert refused.code != 0
    assert "not a safe way to reach the victim" in refused.err


def test_set_changes_one_field_as_a_screen_would(full):
    before = full.json("status")[0]["unsent"]
    done = full.json("case", "set", CASE, "incident", "injury", "unknown")[0]
    assert (done["field"], done["value"], done["finding"]) == ("injury", "unknown", None)
    assert full.json("case", "show", CASE)[0]["incidents"][0]["injury"] == "unknown"
    assert full.json("status")[0]["unsent"] == before + 2  # the change, and that the case was shown


KINDS = [
    ("case", "grade", "medium", "medium"),
    ("case", "reference", CASE + "/1", CASE + "/1"),
    ("safe_contact", "channels", "call,visit", ["call", "visit"]),
    ("safe_contact", "never_use", '["the phone, upstairs", "mail"]', ["the phone, upstairs", "mail"]),
    ("safe_contact", "cover", "", None),
    ("incident", "incidents_12_months", "3", 3),
    ("incident", "narrative", "5 < 6 & <b>", "5 < 6 & <b>"),
    ("paper", "kept_where", "outside", "outside"),
    ("plan", "priorities", "children,money", ["children", "money"]),
    ("assessment", "place", "phone", "phone"),
    ("victim_view", "rating", "10", 10),
]


def test_every_kind_of_field_can_be_set(full):
    desk = full.desk()
    case_id = cases.which_case(desk, CASE)
    for record, field, value, _stands in KINDS:
        set_from_text(desk, case_id, record, field, value)
    view = cases.read_case(desk, case_id)
    for record, field, _value, stands in KINDS:
        held = view.case if record == "case" else view.one(record)
        assert held.get(field) == stands
    close_desk(desk)


IMPOSSIBLE = [
    ("case", "grade", "extreme", "standard, medium, high"),
    ("case", "colour", "red", "no field"),
    ("incident", "injury", "maybe", "yes, no, unknown"),
    ("incident", "incidents_12_months", "two", "whole number"),
    ("incident", "incidents_12_months", "--3", "whole number"),
    ("safe_contact", "channels", "call,fax", "'fax'"),
    ("safe_contact", "never_use", "[1", "not a list"),
    ("safe_contact", "never_use", "[1]", "not a list of texts"),
    ("safe_contact", "person", "f" * 32, "unknown value"),
    ("person", "sex", "male", "more than one record"),
    ("horoscope", "sign", "x", "no record"),
    ("grade", "grade", "standard", "cannot be changed"),
    ("f" * 32, "sex", "male", "no record"),
]


def test_what_no_screen_could_enter_is_a_problem_and_changes_nothing(full):
    desk = full.desk()
    case_id, before = cases.which_case(desk, CASE), desk.store.unsent()
    for record, field, value, words in IMPOSSIBLE:
        with pytest.raises(Problem) as met:
            set_from_text(desk, case_id, record, field, value)
        assert words in str(met.value.sentences(translator("en")))
    assert desk.store.unsent() == before
    close_desk(desk)


def test_a_mistake_in_a_value_is_said_in_three_sentences(full):
    said = full.run("case", "set", CASE, "incident", "incidents_12_months", "--", "--3")
    assert said.code == 1
    assert "whole number" in said.err
    assert len(said.err.strip().splitlines()) == 3


def test_a_task_is_closed_by_the_rules_of_the_screen(full):
    shown = full.json("case", "show", CASE)[0]
    release = next(t["id"] for t in shown["tasks"] if t["code"] == "T08")
    said = full.run("case", "set", CASE, release, "status", "done")
    assert said.code == 1
    assert "custody" in said.err


def test_a_doubtful_value_is_kept_and_said(full):
    victim = next(p["id"] for p in full.json("case", "show", CASE)[0]["people"] if "victim" in p["roles"])
    done = full.json("case", "set", CASE, victim, "born", "2099-01-01")[0]
    assert done["finding"]["code"] == "date_future"


@pytest.fixture
def differing(full):
    """A case in which two officers set the incident's injury without seeing each other's answer."""
    desk = full.desk()
    case_id = cases.which_case(desk, CASE)
    incident = cases.read_case(desk, case_id).one("incident").id
    seen = desk.store.case(case_id).records[incident].seen("injury")
    for value in ("no", "unknown"):
        edit.write(desk, case_id, [notebook.assign(incident, {"injury": (value, seen)})])
    close_desk(desk)
    return case_id, incident


def test_values_that_differ_are_shown_with_the_one_in_force(full, differing):
    case_id, incident = differing
    held = full.json("case", "show", CASE)[0]["incidents"][0]["injury"]
    assert held["in_force"] == "unknown"
    assert [v["value"] for v in held["conflict"]] == ["no", "unknown"]
    assert {tuple(v) for v in held["conflict"]} == {("value", "officer", "device_time", "received")}
    found = full.json("case", "conflicts")
    assert [(c["case"], c["record"], c["field"], c["in_force"]) for c in found] == [
        (case_id, incident, "injury", "unknown")
    ]
    assert next(line for line in full.json("case", "list") if line["case"] == case_id)["conflicts"] == 1


def test_values_that_differ_are_decided_only_on_purpose(full, differing):
    said = full.run("case", "set", CASE, "incident", "injury", "yes")
    assert said.code == 1
    assert "--resolve" in said.err
    full.json("case", "set", CASE, "incident", "injury", "yes", "--resolve")
    assert full.json("case", "conflicts") == []
    assert full.json("case", "show", CASE)[0]["incidents"][0]["injury"] == "yes"


@pytest.mark.parametrize("name", ["show", "set", "export", "print"])
def test_a_case_that_is_not_there_is_a_problem(full, tmp_path, name):
    more = {
        "set": ["case", "reference", "x"],
        "export": ["--out", tmp_path / "x.json", "--reason", "r"],
        "print": ["--document", "to-do", "--out", tmp_path / "x.pdf", "--reason", "r"],
    }
    said = full.run("case", name, "NOT-THERE", *more.get(name, []))
    assert said.code == 1
    assert "no case" in said.err
    assert not (tmp_path / "x.json").exists()
    assert not (tmp_path / "x.pdf").exists()


# -- export and print


def test_export_writes_the_case_0600_and_says_who_can_read_it(full, tmp_path):
    out = tmp_path / "case.json"
    said = full.run("case", "export", CASE, "--out", out, "--reason", "records system")
    assert said.code == 0
    assert "whoever has it can read" in said.out
    assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
    again = full.json("case", "import", out)[0]
    second = tmp_path / "again.json"
    full.json("case", "export", again["case"], "--out", second, "--reason", "compare")
    one, two = json.loads(out.read_bytes()), json.loads(second.read_bytes())
    assert one.pop("case") != two.pop("case")
    assert one == two


def test_export_never_replaces_a_file_and_needs_a_reason(full, tmp_path):
    out = tmp_path / "case.json"
    assert full.run("case", "export", CASE, "--out", out).code == 1
    assert not out.exists()
    out.write_text("mine")
    assert full.run("case", "export", CASE, "--out", out, "--reason", "r").code == 1
    assert out.read_text() == "mine"


PAPERS = [("safety-plan", "card"), ("risk-assessment", "full"), ("to-do", "full"), ("handover", "full"),
          ("timeline", "full"), ("case-file", "full")]  # fmt: skip


def test_print_makes_a_pdf_0600_and_logs_it(full, tmp_path):
    logged = []
    for document, variant in PAPERS:
        out = tmp_path / f"{document}.pdf"
        line = ["case", "print", CASE, "--document", document, "--variant", variant, "--reason", "asked for"]
        done = full.json(*line, "--language", "en", "--out", out)[0]
        assert out.read_bytes().startswith(b"%PDF-")
        assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
        logged.append((document, variant, done["copy_number"], "saved"))
    prints = full.json("case", "show", CASE)[0]["prints"]
    assert [(p["document"], p["variant"], p["copy_number"], p["outcome"]) for p in prints] == logged


@pytest.mark.parametrize("variant", ["card", "discreet"])
def test_nothing_leaves_while_nobody_asked_what_is_safe(full, tmp_path, variant):
    said = full.run("case", "print", "NM-2026-0409", "--document", "safety-plan", "--variant", variant, "--reason", "r",
                    "--out", tmp_path / "x.pdf")  # fmt: skip
    assert said.code == 1
    assert "not answered" in said.err
    assert not (tmp_path / "x.pdf").exists()


def test_a_paper_that_is_not_safe_needs_a_reason_why_it_is(full, tmp_path):
    arguments = ["case", "print", "CR-2026-0160", "--document", "safety-plan", "--variant", "card", "--reason", "r"]
    assert full.run(*arguments, "--out", tmp_path / "a.pdf").code == 1
    assert not (tmp_path / "a.pdf").exists()
    said = full.run(*arguments, "--safe-because", "kept at the school", "--out", tmp_path / "b.pdf")
    assert said.code == 0, said.err


def test_a_paper_is_never_printed_in_one_language_and_called_another(full, tmp_path):
    said = full.run("case", "print", "NM-2026-0421", "--document", "safety-plan", "--variant", "card", "--reason", "r",
                    "--language", "ti", "--out", tmp_path / "x.pdf")  # fmt: skip
    assert said.code == 1
    assert "read it out" in said.err
    assert not (tmp_path / "x.pdf").exists()


def test_print_never_replaces_a_file_and_logs_nothing_then(full, tmp_path):
    out = tmp_path / "paper.pdf"
    out.write_text("mine")
    said = full.run("case", "print", CASE, "--document", "to-do", "--reason", "r", "--out", out)
    assert said.code == 1
    assert out.read_text() == "mine"
    missing = tmp_path / "no" / "x.pdf"
    assert full.run("case", "print", CASE, "--document", "to-do", "--reason", "r", "--out", missing).code == 1
    assert "prints" not in full.json("case", "show", CASE)[0]


# -- what falls due


def test_today_has_one_object_a_line_what_hurts_first_in_front(full):
    lines = full.json("today")
    keys = ["case", "reference", "grade", "extreme", "kind", "what", "because", "due", "overdue"]
    assert {tuple(line) for line in lines} == {tuple(keys)}
    order = [(not line["extreme"], not line["overdue"]) for line in lines]
    assert order == sorted(order)
    assert {line["kind"] for line in lines} >= {"task", "contact"}
    assert all(line["what"] and line["because"] and "{" not in line["what"] + line["because"] for line in lines)


def test_today_as_a_table_says_what_when_and_why(full):
    said = full.run("today")
    assert said.code == 0
    head, *rows = said.out.splitlines()
    assert head.split() == ["Reference", "Name", "Grade", "Due", "What", "Why"]
    assert any("overdue since" in row and "Follow-up contact" in row and "Graded" in row for row in rows)
    assert not any("Ruskin" in row or "Holt" in row for row in rows)  # short names only
