"""`holdfast --self-check`: what it says of a sound installation, and that each thing it looks at can fail."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from app import paths
from app.casework import installation
from app.casework.installation import FAILED, NOTED, PASSED, Finding
from app.documents import sample
from app.problems import Problem
from app.store import database, probe
from tests.commands.conftest import holdfast

WORDS = probe.CANARY


@pytest.fixture
def screen(qapp):
    from ui import installation as on_screen

    return on_screen


def found(look: Callable[[], installation.Says]) -> Finding:
    return installation.run("One", look)


def test_it_reports_a_sound_installation_in_lines_and_as_json():
    said = holdfast("--self-check", "--json", DISPLAY="", QT_PLUGIN_PATH="")
    assert said.code == 0, said.out
    assert said.line["passed"] is True
    results = {check["check"]: check["result"] for check in said.line["checks"]}
    assert {name for name, result in results.items() if result == FAILED} == set()
    for name in ("Encryption", "Paper", "Names", "Fonts", "Window", "Time zones", "Versions"):
        assert results[name] == PASSED
    assert results["Files"] == NOTED  # from source nothing says what they should be
    assert set(said.line["versions"]) == {
        "Holdfast",
        "Python",
        "Qt",
        "PySide6",
        "SQLCipher",
        "SQLite",
        "OpenSSL in Python",
        "OpenSSL in SQLCipher",
        "OpenSSL in cryptography",
    }
    lines = holdfast("--self-check", DISPLAY="")
    assert lines.code == 0
    assert lines.out.splitlines()[-1] == "The installation is well."


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    shutil.copytree(paths.resources() / "forms", folder / "resources" / "forms")
    (folder / "library.so").write_bytes(b"library")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    lines = [f"{installation._hash(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / installation.LIST).write_text("".join(lines))
    return folder


def test_files_as_they_were_built_pass(program):
    assert found(lambda: installation.files(program)).result == PASSED


def change(folder: Path) -> None:
    form = folder / "resources" / "forms" / "rr-1.toml"
    form.write_bytes(form.read_bytes().replace(b"F06", b"F60", 1))


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (change, "resources/forms/rr-1.toml"),
        (lambda folder: (folder / "library.so").unlink(), "library.so"),
        (lambda folder: (folder / "os.py").write_text(""), "os.py"),
        (lambda folder: (folder / installation.LIST).unlink(), installation.LIST),
    ],
)
def test_a_file_changed_missing_or_added_is_named(program, harm, named):
    harm(program)
    failed = found(lambda: installation.files(program))
    assert failed.result == FAILED
    assert failed.what == (named,)


# --- encryption ----------------------------------------------------------------------------------------------------


def test_a_database_that_is_written_in_clear_is_found(tmp_path):
    connection = sqlite.connect(str(tmp_path / probe.FILE))
    connection.execute("CREATE TABLE probe (words TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(Problem) as header:
        probe.look(tmp_path)
    assert header.value.facts == {"check": "first page"}


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le"])
def test_words_that_anybody_can_read_are_found(tmp_path, code):
    (tmp_path / f"{probe.FILE}-wal").write_bytes(b"\x01" * 100 + WORDS.encode(code))
    with pytest.raises(Problem) as clear:
        probe.look(tmp_path)
    assert clear.value.facts == {"check": "words in clear"}


def test_with_the_cipher_off_the_check_fails(monkeypatch):
    connect, plainly = database.connect, sqlite.connect

    def without_key(path, key, **more):
        # What a mistyped PRAGMA would do: no error, and no encryption.
        with monkeypatch.context() as unkeyed:
            unkeyed.setattr(sqlite, "connect", lambda *a, **k: plainly(*a, factory=Keyless, **k))
            return connect(path, key, **more)

    class Keyless(sqlite.Connection):
        def set_key(self, _key: str) -> None: ...

    monkeypatch.setattr(database, "connect", without_key)
    failed = found(installation.cipher)
    assert failed.result == FAILED
    assert failed.what == ("store.cipher",)


# --- paper and fonts -----------------------------------------------------------------------------------------------


def test_a_page_without_its_words_is_found(monkeypatch):
    assert sample.missing(sample.build_sample()) == []
    other = sample.build_sample()
    monkeypatch.setattr(sample, "LINES", ("Holdfast 0123456789", "what is not on it"))
    assert sample.missing(other) == ["what is not on it"]


def test_fonts_are_loaded_and_draw(screen):
    assert found(lambda: screen.fonts(paths.resources() / "fonts")).result == PASSED


def test_a_missing_font_is_named(screen, tmp_path):
    shutil.copy(paths.resources() / "fonts" / "NotoSans-Regular.ttf", tmp_path)
    failed = found(lambda: screen.fonts(tmp_path))
    assert (failed.result, failed.what) == (FAILED, ("NotoSans-Bold.ttf",))


def test_a_font_that_draws_every_letter_alike_is_found(screen, monkeypatch):
    monkeypatch.setattr(screen, "_drawn", lambda _sign, _weight: b"box")
    failed = found(lambda: screen.fonts(paths.resources() / "fonts"))
    assert (failed.result, failed.what) == (FAILED, ("NotoSans-Regular.ttf",))


# --- the rest ------------------------------------------------------------------------------------------------------


def test_a_check_that_breaks_is_a_failure_and_tells_no_message():
    def broken() -> installation.Says:
        raise RuntimeError("Keira Holt-Baines")

    failed = found(broken)
    assert failed.result == FAILED
    assert "Keira" not in str(failed)
    assert "RuntimeError in broken" in str(failed.facts)


def test_without_time_zones_it_says_which_package(monkeypatch, tmp_path):
    monkeypatch.setattr(installation.zoneinfo, "ZoneInfo", refuse_zone)
    failed = found(installation.time_zones)
    assert failed.result == FAILED
    assert "tzdata" in failed.says


def refuse_zone(key: str) -> None:
    raise installation.zoneinfo.ZoneInfoNotFoundError(key)
