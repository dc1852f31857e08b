"""How the command line reads, and what wrong usage is."""

from __future__ import annotations

import pytest

from tests.commands.conftest import PASSPHRASE, holdfast
from ui.commands import arguments


@pytest.mark.parametrize(
    "line",
    [
        "--vault V --passphrase-file P case list --json",
        "case --vault V list --passphrase-file P --json",
        "--json case list --passphrase-file=P --vault=V",
        "case list --json --vault V --passphrase-file P",
    ],
)
def test_options_stand_before_and_after_the_commands_words(full, line):
    words = [w.replace("=V", f"={full.folder}").replace("=P", f"={full.file}") for w in line.split()]
    words = [str(full.folder) if w == "V" else str(full.file) if w == "P" else w for w in words]
    said = holdfast(*words)
    assert said.code == 0, said.err
    assert len(said.lines) == 10


def test_options_stand_between_arguments(full, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text('{"format": "holdfast-case/1", "people": [{}]}')
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    assert len(full.run("case", "import", a, "--json", b).lines) == 2
    said = full.run("case", "set", "NM-2026-0417", "--json", "incident", "injury", "--language", "en", "no")
    assert said.code == 0, said.err
    assert said.line["value"] == "no"


@pytest.mark.parametrize(
    "line, command, rest",
    [
        ("case import a.json --json", ("case", "import"), ["a.json", "--json"]),
        ("--vault case case list", ("case", "list"), ["--vault", "case"]),
        ("--vault=case case list", ("case", "list"), ["--vault=case"]),
        ("--json status", ("status",), ["--json"]),
        ("status case", ("status",), ["case"]),
        ("--scheme dark", (), ["--scheme", "dark"]),
        ("", (), []),
        ("case", ("case",), []),
        ("case set C -- R", ("case", "set"), ["C", "--", "R"]),
    ],
)
def test_the_words_of_a_command_are_found_among_options(line, command, rest):
    assert arguments.divide(line.split()) == (command, rest)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "case",
        "case nonsense",
        "case import",
        "case list --nonsense",
        "case list extra",
        "case show",
        "case show A B",
        "case set A B C",
        "case print A",
        "case print A --document poem --out x.pdf",
        "case print A --document to-do --variant poem --out x.pdf",
        "case export A",
        "vault create",
        "vault",
        "enrol",
        "case list --passphrase secret",
        "case list --pass x",
    ],
)
def test_wrong_usage_ends_with_two_and_says_so_on_standard_error(line):
    said = holdfast(*line.split())
    assert said.code == 2
    assert said.out == ""
    assert "holdfast" in said.err


@pytest.mark.parametrize(
    "line, said_so", [("enrol ABC-DEF", "not an enrolment code"), ("sync", "belongs to no server")]
)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_wrong_code_and_a_vault_without_a_server_are_told_in_three_sentences(full, line, said_so, more):
    said = full.run(*line.split(), *more)
    assert (said.code, said.out) == (1, "")
    assert said_so in said.err
    assert len(said.err.strip().splitlines()) == 3


def test_without_a_screen_the_window_is_a_problem():
    said = holdfast(QT_QPA_PLATFORM="")
    assert said.code == 1
    assert "no screen" in said.err


@pytest.mark.parametrize("group, other", [("case", "vault create"), ("vault", "case list")])
def test_help_of_a_group_lists_its_commands(group, other):
    said = holdfast(group, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"{group} " in said.out
    assert other not in said.out


def test_help_lists_every_command():
    said = holdfast("--help")
    assert said.code == 0
    assert all(" ".join(command.words) in said.out for command in arguments.COMMANDS)


@pytest.mark.parametrize("command", arguments.COMMANDS, ids=lambda command: " ".join(command.words))
def test_every_command_explains_itself_and_takes_no_passphrase_as_an_argument(command, capsys):
    with pytest.raises(SystemExit) as ended:
        arguments.parser(command).parse_args(["--help"])
    assert ended.value.code == 0
    assert command.says[1:] in " ".join(capsys.readouterr().out.split())
    assert "--passphrase" not in command.options


def test_signs_that_a_terminal_cannot_show_end_no_command(full, tmp_path):
    (tmp_path / "x.json").write_text('{"format": "holdfast-case/1", "reference": "Ω-ሰላም", "people": [{}]}', "utf-8")
    assert full.run("case", "import", tmp_path / "x.json", PYTHONIOENCODING="ascii", PYTHONUTF8="0").code == 0
    said = full.run("case", "list", PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0", LC_ALL="C")
    assert said.code == 0
    assert "NM-2026-0417" in said.out


def test_the_pseudo_language_is_spoken(full):
    said = full.run("status", "--language", "xx")
    assert said.code == 0
    assert "[" in said.out


def test_a_surrogate_from_the_command_line_is_refused(full):
    said = full.run(
        "case", "set", "NM-2026-0417", "incident", "narrative", b"\xff\xfe".decode("utf-8", "surrogateescape")
    )
    assert said.code == 1
    assert "half a character" in said.err
    assert PASSPHRASE not in said.err
