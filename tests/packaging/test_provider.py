"""The identity provider of the tests comes by a locked list with hashes, with the environment of a developer alone."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "tests" / "sync" / "provider" / "package-lock.json"


def test_its_list_is_that_of_what_it_asks_for():
    packages = json.loads(LOCK.read_text())["packages"]
    own = packages.pop("")
    assert own["dependencies"] == json.loads(LOCK.with_name("package.json").read_text())["dependencies"]
    assert packages


def test_it_is_fetched_for_developers_and_again_where_its_list_changed(environment, project, monkeypatch):
    monkeypatch.setattr(environment, "_has_module", lambda name: name != "ensurepip")
    monkeypatch.setattr(environment.Environment, "_install", lambda _self, _arguments: None)
    fetched = []
    monkeypatch.setattr(environment.Environment, "_fetch_provider", lambda self: fetched.append(self.root))
    environment.Environment(project).ensure("run")
    assert not fetched
    lock = project / environment.PROVIDER / "package-lock.json"
    lock.parent.mkdir(parents=True)
    for text in ("{}", "{}", '{"packages": {}}'):
        lock.write_text(text)
        environment.Environment(project).ensure("dev")
    assert len(fetched) == 2
