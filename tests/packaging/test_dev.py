"""dev.py as a person starts it: the list of commands, wrong words, and a line that says what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "packaging" / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_a_command_the_commands_are_listed():
    listed = dev()
    assert listed.returncode == 0
    for name in ("run", "test", "check", "setup"):
        assert f"  {name} " in listed.stdout


def test_a_command_that_is_not_there_is_wrong_usage():
    wrong = dev("fly")
    assert wrong.returncode == 2
    assert "There is no command 'fly'." in wrong.stderr


def test_a_command_that_takes_nothing_more_says_so():
    wrong = dev("check", "tests")
    assert wrong.returncode == 2
    assert "check takes no further arguments: tests" in wrong.stderr


def test_only_modules_that_are_there_become_commands(commands, project):
    assert "bench" not in commands.all_commands(project)
    (project / "packaging" / "bench.py").write_text('"""Measure the program.\n\nMore about it.\n"""\n')
    assert commands.all_commands(project)["bench"].says == "Measure the program."


def test_run_opens_the_window_only_where_one_can_be_shown(commands, machine, project, monkeypatch):
    handed, joins = [], commands.TRIAL_CODE
    monkeypatch.delenv(joins, raising=False)
    monkeypatch.setattr(commands.Environment, "ensure", lambda *_: None)
    monkeypatch.setattr(machine, "ensure", lambda needs, _purpose: handed.append([len(needs) > 0]))
    monkeypatch.setattr(
        machine,
        "hand_over",
        lambda command, told: handed.append([*command[1:], *([told[joins]] if joins in told else [])]),
    )
    monkeypatch.setattr(commands, "start_trial_server", lambda program, _code: handed.append([program.stem]))
    monkeypatch.setattr(machine, "has_display", lambda: True)
    commands.open_practice(project, ["--language", "xx"])
    monkeypatch.setattr(machine, "has_display", lambda: False)
    commands.open_practice(project, [])
    code = str(project / ".venv" / "practice-code")
    assert handed[:3] == [[True], ["holdfast-server"], ["practice", "--language", "xx", code]]
    assert handed[3:] == [[False], ["practice", "--headless"]]


BESIDE = """
import os, sys
sys.path.insert(0, {packaging!r})
import commands
from pathlib import Path
commands.start_trial_server(Path({server!r}), Path({server!r}).with_name("code"))
# What the program is to the server: another program in the same process, which knows nothing of it.
os.execv(sys.executable, [sys.executable, "-c", "input()"])
"""


def test_the_trial_server_lives_as_long_as_the_program_and_no_longer(tmp_path):
    server, mark, of_before = tmp_path / "server", tmp_path / "ended", tmp_path / "code"
    of_before.write_text("of a server that was killed")
    server.write_text(f'#!/bin/sh\necho "$*"\ncat >/dev/null\necho "ended" >{mark}.new\nmv {mark}.new {mark}\n')
    server.chmod(0o755)
    code = BESIDE.format(packaging=str(ROOT / "packaging"), server=str(server))
    program = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == f"trial --until-input-ends --practice-code {of_before}\n"
    assert not of_before.exists()
    assert not mark.exists()
    program.communicate("\n")
    # Its output ends only with the server's own, so by now it has ended.
    assert mark.exists()


def test_without_a_trial_server_the_program_starts_all_the_same(commands, tmp_path, capfd):
    commands.start_trial_server(tmp_path / "not-there", tmp_path / "code")
    assert "No trial server beside the program" in capfd.readouterr().out


def test_the_checks_end_at_the_first_that_fails(commands, project, capfd):
    steps = {
        name: [sys.executable, "-c", f"import sys; sys.exit({code})"] for name, code in (("a", 0), ("b", 3), ("c", 0))
    }
    assert commands._in_turn(project, steps) == 3
    said = capfd.readouterr()
    assert "── b" in said.out
    assert "── c" not in said.out
    assert "── b: failed" in said.err
