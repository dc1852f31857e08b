"""Laptops of other versions: what an old one sends is taken for ever, and what a newer one writes is lost by nobody."""

from __future__ import annotations

import copy
import json
from typing import Any
from unittest import mock

import pytest

from app.casework import casefile, cases, edit, timeline
from app.i18n import translator
from app.notebook import entry as notebook
from app.notebook import fold
from app.notebook.ids import random_id
from app.problems import Problem
from app.store.store import Author
from sync.server import described
from sync.wire import messages, signing
from tests.sync import recorded
from tests.sync.laptops import Force, Laptop
from tests.sync.police import Police, sync
from tests.sync.recorded import Recorded

# ---- Older ones ------------------------------------------------------------------------------------------------------


class Old(Laptop):
    """A recorded laptop, with its own key."""

    def __init__(self, force: Force, told: Recorded) -> None:
        super().__init__(force, force.officer(), told.device)
        self.told = told

    def headers(self, path: str, packed: bytes, **wrong: Any) -> dict[str, str]:
        return super().headers(path, packed, **{"signer": self.told.key, **wrong})

    def say(self, path: str, packed: bytes) -> tuple[int, Any]:
        """Send what was recorded; returns the status and the answer as it came."""
        status, _headers, body = self.send(path, packed)
        return status, json.loads(signing.unpack(body))


@pytest.mark.parametrize("version", recorded.versions())
def test_what_a_released_version_sent_is_taken_and_stands_as_it_stood_there(version: str, police: Police):
    told = recorded.read(version)
    old = Old(police.force, told)
    answers = []
    for path, packed in told.requests:
        if path == "/v1/authority":
            continue
        sent = packed
        if path == "/v1/enrol":
            sent = recorded.with_another_secret(packed, police.force.secret(old.officer).hex())
        status, answer = old.say(path, sent)
        assert status == 200, (path, answer)
        answers.append((path, answer))
    outcomes = [one["outcome"] for path, answer in answers if path == "/v1/push" for one in answer["outcomes"]]
    assert len(outcomes) > 20
    assert set(outcomes) == {"accepted"}
    # Another laptop of that officer, of today, shows what the old one showed.
    desk = police.enrolled(old.officer)
    sync(desk)
    here = {case: desk.store.case(case).snapshot() for case in desk.store.cases()}
    assert json.loads(json.dumps(here)) == told.standing
    old.close()


@pytest.mark.parametrize("version", recorded.versions())
def test_what_a_released_version_asks_and_reads_is_still_there(version: str):
    assert broken_promises(recorded.read(version).description, described.document()) == []


def broken_promises(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Where an old laptop would be refused for what it leaves out, or would miss what it needs."""
    before, now = old["components"]["schemas"], json.loads(json.dumps(new))["components"]["schemas"]
    found = [f"{path} is gone" for path in set(old["paths"]) - set(new["paths"])]
    asked = {takes.__name__ for takes, _ in described.ASKED.values()} | {"SentEntry", "Head", "Signed"}
    for name, schema in before.items():
        if name not in now:
            found.append(f"{name} is gone")
            continue
        needed, given = set(schema.get("required", ())), set(now[name].get("required", ()))
        if name in asked and given - needed:
            found.append(f"{name} wants {sorted(given - needed)} of a laptop that does not know them")
        if name not in asked and needed - given:
            found.append(f"{name} may leave out {sorted(needed - given)}, which a laptop waits for")
        for field, rule in schema.get("properties", {}).items():
            kind = now[name]["properties"].get(field, {})
            if {key: rule.get(key) for key in ("type", "$ref")} != {key: kind.get(key) for key in ("type", "$ref")}:
                found.append(f"{name}.{field} is not what it was")
    return found


def test_a_broken_promise_is_found():
    told = json.loads(json.dumps(described.document()))
    assert broken_promises(told, told) == []
    for change in (
        lambda new: new["paths"].pop("/v1/push"),
        lambda new: new["components"]["schemas"]["Push"]["required"].append("colour"),
        lambda new: new["components"]["schemas"]["Pushed"]["required"].remove("head"),
        lambda new: new["components"]["schemas"]["Push"]["properties"]["epoch"].update(type="integer"),
        lambda new: new["components"]["schemas"].pop("Outcome"),
    ):
        new = copy.deepcopy(told)
        change(new)
        assert len(broken_promises(told, new)) == 1


# ---- Newer ones ------------------------------------------------------------------------------------------------------


def written_by_a_newer_version(desk: Any, case: str) -> dict[str, str]:
    """A record, a field, a value and an operation that nobody knows yet; returns the ids."""
    person, _ = edit.create(desk, case, "person", {"given_name": "Mira", "roles": ["victim"]})
    sensor = random_id()
    desk.store.write(
        case,
        [
            notebook.create(sensor, "sensor of a later time", {"level": 3, "words": ["a", {"b": None}]}),
            notebook.assign(person, {"aura": ("blue", []), "custody": ("on the moon", [])}),
            {"op": "entangle", "record": person, "with": [sensor, {"deep": [1, 2.5]}], "how": None},
        ],
        Author(desk.officer, "5" * 32),
        desk.clock,
    )
    return {"person": person, "sensor": sensor}


def unknown_things(desk: Any, case: str, ids: dict[str, str]) -> Any:
    """What stands of them on a laptop."""
    told = desk.store.load(case).snapshot()
    person, sensor = told[ids["person"]], told[ids["sensor"]]
    fields = {name: [value for _, value in person["fields"][name]] for name in ("aura", "custody")}
    made = {name: [value for _, value in values] for name, values in sensor["fields"].items()}
    return sensor["type"], made, fields, person["unknown"]


def test_what_only_a_newer_version_knows_survives_the_way_to_the_other_laptop_and_back(police: Police):
    here, there = police.enrolled(), police.enrolled()
    case = cases.new_case(here, "NM-2026-0417")
    ids = written_by_a_newer_version(here, case)
    written = unknown_things(here, case, ids)
    assert written[0] == "sensor of a later time"
    assert len(written[3]) == 1
    sync(here)
    sync(there)
    assert unknown_things(there, case, ids) == written
    # An officer there goes on with what is known, and nothing else is blanked.
    edit.set_field(there, case, ids["person"], "given_name", "Mirela")
    for desk in (there, here):
        sync(desk)
    assert unknown_things(here, case, ids) == unknown_things(there, case, ids) == written
    assert cases.read_case(here, case).record(ids["person"]).get("given_name") == "Mirela"
    # A laptop that comes later gets it from a snapshot, which the server folded.
    late = police.enrolled()
    sync(late)
    assert unknown_things(late, case, ids) == written
    for desk in (here, there, late):
        desk.store.verify()
        before = desk.store.load(case).snapshot()
        desk.store.rebuild()
        assert desk.store.load(case).snapshot() == before


def test_it_is_shown_as_needing_a_newer_version_and_left_out_of_no_file(police: Police):
    here, there = police.enrolled(), police.enrolled()
    case = cases.new_case(here, "NM-2026-0417")
    for desk in (here, there):
        sync(desk)
    ids = written_by_a_newer_version(here, case)
    for desk in (here, there):
        sync(desk)
    words = translator("en")
    said = [line.text for line in timeline.timeline(there, case, words) if "newer version" in line.text]
    assert len(said) == 2
    person = cases.read_case(there, case).record(ids["person"])
    assert person.get("custody") == "on the moon"
    with pytest.raises(Problem) as problem:
        casefile.case_file(cases.read_case(there, case))
    assert problem.value.code == "casefile.newer"


def test_a_fold_that_drops_what_it_does_not_know_is_found_out(police: Police):
    apply = fold.RecordState.apply

    def only_what_is_known(self: Any, name: Any, change: Any, written: Any) -> None:
        if change["op"] in fold.KNOWN_OPERATIONS:
            apply(self, name, change, written)

    here, there = police.enrolled(), police.enrolled()
    case = cases.new_case(here, "NM-2026-0417")
    for desk in (here, there):
        # So that what follows comes entry by entry, and is folded here and not by the server.
        sync(desk)
    ids = written_by_a_newer_version(here, case)
    sync(here)
    with mock.patch.object(fold.RecordState, "apply", only_what_is_known):
        sync(there)
    assert unknown_things(there, case, ids) != unknown_things(here, case, ids)


def test_messages_with_more_in_them_than_is_known_are_read(police: Police):
    laptop = police.force.laptop()
    laptop.new_case()
    entry = laptop.writer.entries[0]
    body = b'{"entry":' + entry.body + b',"signature":"' + signing.to_text(entry.signature).encode() + b'","new":1}'
    more = signing.pack(b'{"colour":"red","protocol":1,"epoch":"","entries":[' + body + b'],"later":{"x":[1]}}')
    answer = laptop.believed(*laptop.send("/v1/push", more), messages.Pushed)
    assert [one.outcome for one in answer.outcomes] == ["accepted"]
    laptop.close()
