"""Every sentence for people is found: in code by its marks, in the data files by not being a code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def messages():
    spec = importlib.util.spec_from_file_location("messages", ROOT / "packaging" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(
        'ONE = N_("Kept on this laptop")\n'
        "def say(tr, n):\n"
        '    tr.plural("{n} case", "{n} cases", n)\n'
        '    return tr.text("Saved {at}", at=n) + tr.text(ONE)\n'
    )
    (tmp_path / "resources" / "forms").mkdir(parents=True)
    (tmp_path / "resources" / "forms" / "f.toml").write_text(
        "id = 'rr-1'\ncode = 'F01'\nweight = 'critical'\nwhen = 'floor = high and F08'\n"
        "question = 'Has “it” happened before?'\nprompts = ['Where?', 'Saved {at}']\n[labels]\nmon = 'Monday'\n"
    )
    return tmp_path


def test_words_are_found_and_codes_are_not(messages, project):
    found = {message.id for message in messages.catalogue(project) if message.id}
    assert found == {
        "Kept on this laptop",
        ("{n} case", "{n} cases"),
        "Saved {at}",
        "Has “it” happened before?",
        "Where?",
        "Monday",
    }


def test_the_file_can_be_read_back_and_is_the_same_each_time(messages, project, tmp_path):
    written = messages.as_bytes(messages.catalogue(project))
    assert messages.as_bytes(messages.catalogue(project)) == written
    (tmp_path / "x.pot").write_bytes(written)
    with (tmp_path / "x.pot").open("rb") as file:
        read = read_po(file)
    assert [place for place, _line in read.get("Saved {at}").locations] == ["app/a.py", "resources/forms/f.toml"]
    assert read.get("{n} case").pluralizable


def test_the_project_has_words_from_code_and_from_data(messages):
    found = messages.catalogue(ROOT)
    places = {place.split("/")[0] for message in found for place, _line in message.locations}
    assert places >= {"app", "resources", "ui"}
