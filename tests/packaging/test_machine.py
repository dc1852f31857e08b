"""What the machine lacks is found, installed where that is allowed, and otherwise named with the line to type."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def linux(machine, monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")


def test_a_library_a_program_and_a_file_are_looked_for(machine, tmp_path, monkeypatch):
    (tmp_path / "there").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.Need(str(tmp_path / "there"), "x").is_met()
    assert not machine.Need(str(tmp_path / "gone"), "x").is_met()
    assert not machine.Need("libnosuchthing.so.9", "x").is_met()
    assert not machine.Need("no-such-program", "x").is_met()
    assert machine.Need("there", "x").is_met()


def test_nothing_is_asked_of_the_package_manager_where_nothing_is_missing(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "install_packages", lambda *_: pytest.fail("asked"))
    machine.ensure((machine.Need(str(tmp_path), "x"),), "the tests")


def test_without_rights_the_exact_line_is_said(machine, linux, monkeypatch):
    monkeypatch.setattr(machine, "_rights", lambda: None)
    needs = (machine.Need("libnosuchthing.so.9", "libnosuch9"), machine.Need("/no/such/program", "anothing"))
    with pytest.raises(machine.GroundMissingError) as said:
        machine.ensure(needs, "the window")
    assert str(said.value).splitlines() == [
        "Missing for the window: anothing libnosuch9.",
        "Type this, then start again:",
        "  sudo apt-get update && sudo apt-get install -y --no-install-recommends anothing libnosuch9",
    ]


def test_a_system_without_apt_is_told_the_names(machine, monkeypatch):
    monkeypatch.setattr(machine.sys, "platform", "linux")
    monkeypatch.setattr(machine.shutil, "which", lambda _name: None)
    with pytest.raises(machine.GroundMissingError, match="This system has no apt-get"):
        machine.ensure((machine.Need("/no/such/file", "xvfb"),), "the tests")


def test_the_lists_are_fetched_only_when_the_first_try_fails(machine, linux, monkeypatch):
    ran = []

    def run(command, **_):
        ran.append([word for word in command if word in ("install", "update")])
        failed = ran == [["install"]]
        return subprocess.CompletedProcess(command, 100 if failed else 0, stdout="no such package\n")

    monkeypatch.setattr(machine, "_rights", list)
    monkeypatch.setattr(machine.subprocess, "run", run)
    machine.install_packages(["xvfb"], "the tests")
    assert ran == [["install"], ["update"], ["install"]]
    machine.install_packages(["xvfb"], "the tests")
    assert ran[3:] == [["install"]]


def test_what_apt_said_is_passed_on(machine, linux, monkeypatch):
    failed = subprocess.CompletedProcess([], 100, stdout="E: Unable to locate package xvfb\n")
    monkeypatch.setattr(machine, "_rights", list)
    monkeypatch.setattr(machine.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(machine.GroundMissingError, match="Unable to locate package xvfb\nType this"):
        machine.install_packages(["xvfb"], "the tests")


@pytest.mark.parametrize(
    ("platform", "variables", "shown"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_display_is_where_the_environment_says_so(machine, monkeypatch, platform, variables, shown):
    monkeypatch.setattr(machine.sys, "platform", platform)
    monkeypatch.setattr(machine.os, "environ", variables)
    assert machine.has_display() is shown


@pytest.mark.parametrize("version", [(3, 10, 2), (3, 15, 0)])
def test_a_python_that_does_not_fit_hands_over_to_one_that_does(machine, monkeypatch, version):
    handed = []
    monkeypatch.setattr(machine.sys, "version_info", version)
    monkeypatch.setattr(machine.sys, "argv", ["packaging/dev.py", "test"])
    monkeypatch.setattr(machine.shutil, "which", lambda name: sys.executable if name == "python3.12" else None)
    monkeypatch.setattr(machine, "hand_over", lambda command, _environment: handed.append(command))
    with pytest.raises(machine.GroundMissingError, match=r"needs Python 3.11 to 3.14"):
        machine.go_on_with_a_python_that_fits()
    assert handed == [[sys.executable, "packaging/dev.py", "test"]]
