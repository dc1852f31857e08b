"""The virtual environment is made by the way that the machine offers, and left alone once it is as locked."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def installed(environment, monkeypatch):
    """Environments that are made for real, without pip, and filled by nothing; the list of what would be installed."""
    asked = []
    monkeypatch.setattr(environment, "_has_module", lambda name: name != "ensurepip")
    monkeypatch.setattr(environment.Environment, "_install", lambda _self, arguments: asked.append(arguments))
    return asked


def test_the_second_start_is_only_a_check(environment, installed, project, monkeypatch):
    environment.Environment(project).ensure("dev")
    assert [("--require-hashes" in arguments, "-e" in arguments) for arguments in installed] == [
        (True, False),
        (False, True),
    ]
    assert environment.Environment(project).python.exists()
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: pytest.fail("worked again"))
    environment.Environment(project).ensure("dev")
    environment.Environment(project).ensure("run")
    assert len(installed) == 2


def test_what_the_program_needs_is_not_yet_what_its_tests_need(environment, installed, project):
    environment.Environment(project).ensure("run")
    environment.Environment(project).ensure("dev")
    assert [arguments[-1].rsplit("-", 1)[-1] for arguments in installed[::2]] == ["run.txt", "dev.txt"]


@pytest.mark.parametrize("name", ["packaging/locked-dev.txt", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_another_list_another_project_or_another_python_installs_again(environment, installed, project, name):
    environment.Environment(project).ensure("dev")
    text = (project / name).read_text().replace('version = "0.1.0"', 'version = "0.1.1"')
    (project / name).write_text(text + "\n# changed")
    environment.Environment(project).ensure("dev")
    assert len(installed) == 4


def test_settings_of_tools_install_nothing_again(environment, installed, project):
    environment.Environment(project).ensure("dev")
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace("line-length = 120", "line-length = 100"))
    environment.Environment(project).ensure("dev")
    assert len(installed) == 2


@pytest.mark.parametrize("what", ["python", "too old", "stamp"])
def test_a_broken_environment_is_mended(environment, installed, project, what):
    ground = environment.Environment(project)
    ground.ensure("dev")
    settings = ground.folder / "pyvenv.cfg"
    if what == "python":
        for link in ground.programs.glob("python*"):
            link.unlink()
    elif what == "too old":
        settings.write_text("version = 3.10.4\n")
    else:
        (ground.folder / environment.STAMP).write_text("{half a st")
    environment.Environment(project).ensure("dev")
    assert len(installed) == 4
    assert "3.10.4" not in settings.read_text()
    assert subprocess.run([ground.python, "-c", ""], check=False).returncode == 0


@pytest.fixture
def debian(environment, machine, monkeypatch):
    """A Python as Debian installs it alone: without ensurepip and pip, and no uv on the machine."""
    monkeypatch.setattr(environment, "_has_module", lambda _name: False)
    monkeypatch.setattr(environment, "find_uv", lambda: None)
    monkeypatch.setattr(machine, "_rights", lambda: None)
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(machine.Need, "is_met", lambda need: need.package == "xdotool")


def test_a_debian_python_without_venv_asks_for_everything_in_one_line(commands, debian, machine, project):
    with pytest.raises(machine.GroundMissingError) as said:
        commands.setup(project, [])
    line = str(said.value).splitlines()[-1]
    assert f" python3.{sys.version_info.minor}-venv " in line
    assert " xvfb" in line
    assert "xdotool" not in line


def test_an_environment_that_is_there_needs_no_venv(environment, installed, project, monkeypatch):
    environment.Environment(project).ensure("run")
    monkeypatch.setattr(environment, "_has_module", lambda _name: False)
    monkeypatch.setattr(environment, "find_uv", lambda: None)
    assert environment.Environment(project).needs() == ()


def test_nothing_half_made_stays(environment, debian, machine, project):
    (project / ".venv").mkdir()
    with pytest.raises(machine.GroundMissingError, match="no ensurepip, no pip and no uv"):
        environment.Environment(project).ensure("run")
    assert not (project / ".venv").exists()


def test_an_installation_that_fails_says_what_was_tried_and_leaves_no_stamp(environment, machine, project, monkeypatch):
    monkeypatch.setattr(environment, "_has_module", lambda name: name == "venv" or name == "pip")
    nowhere = ["python3", "-c", "import sys; sys.exit('no route to the packages')"]
    monkeypatch.setattr(environment.Environment, "_installers", lambda _self: [nowhere, nowhere])
    with pytest.raises(machine.GroundMissingError, match="no route to the packages"):
        environment.Environment(project).ensure("run")
    assert not (project / ".venv" / environment.STAMP).exists()
