"""The description of the paths is made from the code and stays with it; only a trial shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

import sync.server.app
from sync.server import app, described
from sync.server.statements import Signer
from tests.sync.laptops import Laptop


def test_every_path_of_the_code_is_described_and_no_other():
    text = Path(sync.server.app.__file__).read_text(encoding="utf-8")
    served = set(re.findall(r'@(?:get|post)\("(/v1/[a-z]+)"', text))
    assert served == set(described.document()["paths"])
    for path, (takes, _) in described.ASKED.items():
        assert re.search(rf'@post\("{path}".*\n.*read\(body, {takes.__name__}\)|"{path}"', text)
        assert f"read(body, {takes.__name__})" in text


def test_every_name_in_it_is_explained():
    told = described.document()
    text = json.dumps(told)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named == set(told["components"]["schemas"])


def test_a_trial_shows_it(laptop: Laptop):
    status, _, body = laptop.raw("GET", "/v1/schema/openapi.json", b"", {})
    assert status == 200
    assert json.loads(body) == json.loads(msgspec.json.encode(described.document()))


def test_a_server_for_production_does_not(monkeypatch):
    shown = []
    monkeypatch.setattr(app, "Litestar", lambda handlers, **_: shown.append(len(handlers)))
    for openapi in (True, False):
        app.make(_Closed(), None, Signer.__new__(Signer), bytes, openapi)
    assert shown[0] == shown[1] + 1


class _Closed:
    def close(self) -> None:
        """Nothing to close."""
