"""Writes the commands of a program into its man page from the parser that reads them: none is missing or wrong."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from artefacts import manual

MARK = "@COMMANDS@"


def page(template: Path, source: Path, parser: str) -> str:
    """The page: the template with every command at its mark. `parser`: "module:function" in the project at `source`."""
    module, function = parser.split(":")
    code = (
        "import sys; sys.path[:0] = ['.', 'packaging']; from artefacts import man; "
        f"from {module} import {function} as parser; print(man.commands(parser()), end='')"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True).stdout
    return template.read_text(encoding="utf-8").replace(f"{MARK}\n", told)


def commands(parser: argparse.ArgumentParser) -> str:
    """Each command in roff: what it takes, what it does, and its own options; those that all share are left out."""
    (several,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    shared = set.intersection(*({_title(one) for one in each._actions} for each in _many(several)))
    told = []
    for name, each in several.choices.items():
        says = next((one.help for one in several._choices_actions if one.dest == name), None) or each.description or ""
        own = [one for one in each._actions if _title(one) not in shared and one.help is not argparse.SUPPRESS]
        words = " ".join(_title(one) for one in own if not one.option_strings)
        told.append(f".TP\n.B {_roff(name)}{f' {_roff(words)}' if words else ''}\n{_roff(says)}.\n")
        lines = [f".TP\n.B {_roff(_title(one))}\n{_roff(_help(one))}\n" for one in own if one.option_strings]
        if lines:
            told.append(".RS\n" + "".join(lines) + ".RE\n")
    return "".join(told)


def _many(several: argparse._SubParsersAction[argparse.ArgumentParser]) -> list[argparse.ArgumentParser]:
    """Those commands that do the work; one that stands alone shares nothing with them."""
    found = list(several.choices.values())
    configured = [each for each in found if any(one.dest == "config" for one in each._actions)]
    return configured or found


def _title(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    shown = value if isinstance(value, str) else " ".join(value)
    if not action.option_strings:
        return shown
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {shown}"


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


def _roff(text: str) -> str:
    """A text in which nothing is taken for a request; never an empty line."""
    safe = manual.escaped(text) or "\\&"
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
