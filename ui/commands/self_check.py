"""`holdfast --self-check`: proves an installation on this machine, for this user, without touching a vault."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType

from app.casework import installation
from app.casework.installation import FAILED, NOTED, PASSED, Finding
from app.i18n import N_, Translator, translator
from ui.commands.out import put_json

MARKS = {PASSED: "  well", NOTED: "  NOTE", FAILED: "FAILED"}


def self_check(argv: Sequence[str]) -> int:
    """Do every check and report it; exit code 0 where nothing failed, otherwise 1."""
    parser = argparse.ArgumentParser(prog="holdfast --self-check", description=__doc__, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="standard output holds only JSON")
    parser.add_argument("--language", metavar="TAG", default="en", help="language of the report (default: en)")
    options = parser.parse_args(argv)
    words = translator(options.language)
    screen = importlib.import_module("ui.installation")
    found: list[Finding] = [*installation.findings(), *screen.findings()]
    versions, told = _versions(screen)
    found += [*told, installation.run(N_("Start"), installation.start)]
    passed = all(one.result != FAILED for one in found)
    if options.json:
        checks = [
            {
                "check": one.check,
                "result": one.result,
                "says": words.text(one.says, **one.facts),
                "what": list(one.what),
            }
            for one in found
        ]
        put_json({"passed": passed, "versions": versions, "checks": checks})
    else:
        _report(found, versions, passed, words)
    return 0 if passed else 1


def _versions(screen: ModuleType) -> tuple[dict[str, str], list[Finding]]:
    """The versions, and a finding where they could not be asked for: that is a failure of its own."""
    known: dict[str, str] = {}

    def ask() -> installation.Says:
        known.update(installation.versions())
        known.update(screen.versions())
        return N_("{n} versions are known."), {"n": len(known)}

    return known, [installation.run(N_("Versions"), ask)]


def _report(found: list[Finding], versions: dict[str, str], passed: bool, words: Translator) -> None:
    width = max(len(words.text(one.check)) for one in found)
    for one in found:
        print(f"{MARKS[one.result]}  {words.text(one.check):{width}}  {words.text(one.says, **one.facts)}")
    for name, version in versions.items():
        print(f"        {name} {version}")
    print(words.text(N_("The installation is well.") if passed else N_("The installation is NOT well: see FAILED.")))
