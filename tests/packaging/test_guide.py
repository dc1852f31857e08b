"""No command stands in the administrators' guide that nothing runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.packages import guide

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {"toml", "ini", "text"}
RUN_BY = {
    "policy-sign": "tests/commands/test_policy.py::test_a_closed_key_is_its_makers_alone_and_signs_with_its_passphrase",
    "pack-make": "tests/commands/test_packs.py::test_a_pack_is_made_and_checked",
    "pack-install": "tests/commands/test_packs.py::test_a_laptop_takes_lists_and_gives_back_what_its_policy_trusts",
    "pack-server": "tests/sync/test_packs.py::test_an_administrator_adds_lists_and_takes_away",
    "update-go-back": "tests/commands/test_going_back.py::test_a_newer_vault_is_refused_and_goes_back_when_told",
    "server-recovery-key": "tests/sync/test_server_guide.py::test_back_up_drill_and_restore",
    "server-backup": "tests/sync/test_server_guide.py::test_back_up_drill_and_restore",
    "server-drill": "tests/sync/test_server_guide.py::test_back_up_drill_and_restore",
    "server-restore": "tests/sync/test_server_guide.py::test_back_up_drill_and_restore",
    "server-fleet": "tests/sync/test_server_guide.py::test_the_fleet_a_list_and_a_least_version",
    "server-lost": "tests/sync/test_server_guide.py::test_a_lost_laptop",
    "server-erase": "tests/sync/test_server_guide.py::test_what_is_due_and_an_order",
    "server-rotate": "tests/sync/test_server_guide.py::test_new_keys",
    "rescue-custodians": "tests/commands/test_custodians.py::test_a_vault_is_made_with_custodians",
    "rescue-backup": "tests/commands/test_keeping.py::test_a_backup_is_made_and_put_back",
    "rescue-rebuild": "tests/commands/test_keeping.py::test_a_damaged_vault_is_rebuilt_and_says_what_is_missing",
    "rescue-diagnostics": "tests/commands/test_diagnostics.py::"
    "test_at_the_command_line_also_of_a_vault_that_does_not_open",
    "rescue-carrier": "tests/sync/test_rescue.py::test_the_commands_carry_it_there_and_back",
    "rescue-move": "tests/commands/test_keeping.py::test_a_vault_moves_to_another_laptop",
}
"""Blocks that no proof in tests/packages runs as they stand, for they ask somebody something, and the test that does
what they say: it gives each of their commands."""


_WORDS = re.compile(r"holdfast(?:-server)?((?: [a-z][a-z-]*(?![\w.-]))*)")
_OPTION = re.compile(r" (--[a-z-]+)")


def missing(text: str, proofs: set[str], run_by: dict[str, str]) -> list[str]:
    """What is wrong with the blocks of a guide. `proofs`: all texts in the code of the proofs."""
    found = []
    for kind, name, content in guide.blocks(text):
        if kind in SHOWN:
            continue
        if kind != "sh" or not name:
            found.append(f"a block of commands begins with ```sh NAME: {content.splitlines()[0]}")
        elif name in run_by:
            found += [f"{name}: {run_by[name]} gives no “{words}”" for words in not_given(content, run_by[name])]
        elif name not in proofs:
            found.append(f"{name}: no proof runs it")
    names = [name for kind, name, _ in guide.blocks(text) if kind == "sh"]
    found += [f"{name}: twice" for name in sorted(set(names)) if names.count(name) > 1]
    return found + [f"{name}: is in no guide" for name in sorted(run_by) if name not in names]


def not_given(content: str, test: str) -> list[str]:
    """The commands of a block (program and its words) whose words do not all stand in the test."""
    file, name = test.split("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    texts = {word for each in texts_in(tree) for word in each.split()}
    assert any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree)), test
    lines = [line.partition(" #")[0] for line in content.splitlines()]
    asked = {line: found for line in lines if (found := _WORDS.match(line))}
    assert asked, content
    return [line for line, found in asked.items() if not {*found[1].split(), *_OPTION.findall(line)} <= texts]


def texts_in(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.fixture
def proofs() -> set[str]:
    files = sorted((ROOT / "tests" / "packages").glob("*.py"))
    return {text for file in files for text in texts_in(ast.parse(file.read_text(encoding="utf-8")))}


def test_every_block_of_the_guide_is_run(proofs):
    assert guide.blocks(guide.text())
    assert missing(guide.text(), proofs, RUN_BY) == []


def test_a_block_that_nothing_runs_is_found(proofs):
    fence = "```"
    text = (
        f"{fence}\nls\n{fence}\n\n{fence}sh server-dance\nholdfast-server dance\n{fence}\n{fence}toml\na = 1\n{fence}\n"
    )
    text += (
        f"{fence}sh policy-sign\nholdfast policy sing policy.toml\n{fence}\n{fence}sh server-check\nls\n{fence}\n" * 2
    )
    signs = RUN_BY["policy-sign"]
    assert missing(text, proofs, {"policy-sign": signs, "policy-other": signs}) == [
        "a block of commands begins with ```sh NAME: ls",
        "server-dance: no proof runs it",
        *[f"policy-sign: {signs} gives no “holdfast policy sing policy.toml”"] * 2,
        "policy-sign: twice",
        "server-check: twice",
        "policy-other: is in no guide",
    ]
