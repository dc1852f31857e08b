"""The version of the program is known wherever it runs, also where the server's modules alone are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import version


@pytest.fixture
def server_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has the server's wheel and not the program."""
    about = tmp_path / "holdfast_server-9.8.7.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: holdfast-server\nVersion: 9.8.7\n")
    monkeypatch.setattr("sys.path", [str(tmp_path)])


def test_a_server_knows_it_by_its_own_package(server_alone: None):
    assert version.program_version.__wrapped__() == "9.8.7"


def test_where_nobody_knows_it_it_is_older_than_any(server_alone: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(version, "PACKAGES", ("holdfast",))
    assert version.program_version.__wrapped__() == "0"
