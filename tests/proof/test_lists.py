"""The lists that proofs go by are up to date: mutants, advisories, the uses of cryptography, and the ASVS.

What each of them says is proven elsewhere; here it is compared with the program, at every run of the tests.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.proof import asvs, dependencies, mutants
from tests.proof.dependencies import Advisory, Known

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app", "sync", "ui")
TODAY = date(2027, 3, 1)
LIBRARIES = {"cryptography", "nacl", "joserfc", "hashlib", "hmac", "secrets", "random", "ssl", "sqlcipher3"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for top in OURS:
        for file in sorted((ROOT / top).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


# --- mutants -------------------------------------------------------------------------------------------------------


def test_every_mutant_stands_in_its_file_once_and_its_test_is_there():
    every = mutants.mutants()
    assert mutants.unfit(every) == []
    assert len({(one.file, one.old, one.new) for one in every}) == len(every)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"old": "not in this file"}, "0 times"),
        ({"old": "\n"}, "times"),
        ({"new": "(("}, "no Python"),
        ({"test": "tests/vault/test_header.py::test_nobody_wrote"}, "there is no tests/vault"),
        ({"file": "app/vault/gone.py"}, "0 times"),
        ({"area": "weather"}, "no area"),
    ],
)
def test_a_mutant_that_does_not_fit_any_more_is_told(wrong, said):
    told = mutants.unfit([replace(mutants.mutants()[0], **wrong)])
    assert any(said in one for one in told)


# --- advisories ----------------------------------------------------------------------------------------------------


def known(*advisories: Advisory, looked_at: date = TODAY) -> Known:
    return Known(looked_at, {"critical": 3, "high": 14, "medium": 90, "low": 90}, list(advisories))


def about(**told: object) -> Advisory:
    said = {"ids": ["X-1"], "severity": "medium", "state": "fixed", "judged": TODAY, "judgement": "What we make of it."}
    return Advisory(package="quilt", **{**said, **told})


LOCKED = {"locked-run.txt": {"quilt": "1.9.0"}}


def test_a_list_that_nobody_looked_at_for_a_month_is_told():
    for days, wrong in ((0, 0), (30, 0), (31, 1)):
        assert len(dependencies.reached(known(), LOCKED, TODAY + timedelta(days=days))) == wrong


@pytest.mark.parametrize(
    ("advisory", "said"),
    [
        (about(least="1.10.0"), "below 1.10.0"),
        (about(least="1.9.0"), ""),
        (about(forbidden=True), "must not be used"),
        (about(least="1.0", severity="odd"), "not whole"),
        (about(state="does not reach us", judgement=""), "not whole"),
        (about(state="fixed"), "not whole"),
    ],
)
def test_what_is_known_is_compared_with_what_is_locked(advisory, said):
    told = dependencies.reached(known(advisory), LOCKED, TODAY)
    assert bool(told) is bool(said)
    assert all(said in one for one in told)


def test_what_is_open_has_its_time_and_no_longer():
    for severity, days, wrong in (("medium", 90, 0), ("medium", 91, 1), ("high", 1, 1), ("critical", 0, 1)):
        one = about(state="open", severity=severity, since=TODAY - timedelta(days=days))
        assert len(dependencies.reached(known(one), LOCKED, TODAY)) == wrong, (severity, days)
    assert dependencies.reached(known(about(state="open")), LOCKED, TODAY)


# --- cryptography --------------------------------------------------------------------------------------------------


def uses(tree: ast.Module) -> set[str]:
    """What of the libraries for cryptography a module names: the module of Python's own, else the name it imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names} & LIBRARIES
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            library = str(node.module).split(".")[0]
            found |= {one.name for one in node.names} if library in ("cryptography", "nacl") else {library}
    return found


# What only spells, or tells that something did not hold.
BESIDE = re.compile(
    r"(Bad|Invalid|Unsupported)\w+|Encoding|\w+Format|\w*OID|NoEncryption|serialization|load_pem_\w+|AEAD|KDF|KEM"
    r"|SHA256|hashes|crypto_sign_BYTES|backend|[A-Z]\w+Encryption"
)


def test_every_module_that_uses_cryptography_is_listed_with_what_for():
    told = tomllib.loads((ROOT / "packaging" / "cryptography.toml").read_text(encoding="utf-8"))["use"]
    assert all(one["what"] and one["purpose"] for one in told)
    listed = {(module, one["what"]) for one in told for module in one["modules"]}
    by_name = {name: one["what"] for one in told for name in one["names"]}
    used, unknown = set(), set()
    for path, tree in modules():
        for name in uses(tree):
            if name in by_name:
                used.add((path, by_name[name]))
            elif not BESIDE.fullmatch(name):
                unknown.add((path, name))
    assert unknown == set()
    assert used == listed


WEAK = re.compile(r"\b(md5|sha1|sha224|rc4|arc4|des|tripledes|blowfish|ecb|pkcs1v15|idea|cast5|seed)\b", re.IGNORECASE)


def test_no_weak_cipher_hash_or_padding_is_named():
    for path, tree in modules():
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        asked = {name for name in named if WEAK.fullmatch(name)} - ({"seed"} & named)
        assert asked == set(), path


RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
READS_CODE = {"pickle", "marshal", "shelve", "yaml", "dill"}


def test_nothing_runs_text_as_code_or_through_a_shell():
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                named = {one.name for one in node.names} if isinstance(node, ast.Import) else {node.module or ""}
                assert not {name.split(".")[0] for name in named} & READS_CODE, path
            elif isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Name):
                    assert called.id not in RUNS_TEXT, path
                if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "os":
                    assert called.attr not in {"system", "popen"}, path
                shells = [word for word in node.keywords if word.arg == "shell"]
                assert not any(isinstance(word.value, ast.Constant) and word.value.value for word in shells), path


# --- ASVS ----------------------------------------------------------------------------------------------------------


def test_every_requirement_has_its_test_or_a_dated_reason():
    assert asvs.gaps(asvs.table()) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shown": ["tests/vault/test_header.py::test_nobody_wrote"]}, "is not there"),
        ({"shown": ["tests/vault/test_gone.py::test_round_trip"]}, "is not there"),
        ({"shown": []}, "neither"),
        ({"away": "weather"}, "no reason"),
        ({"away": "absent", "shown": ["tests/proof/builds.py"]}, "both"),
        ({"level": 4}, "level"),
    ],
)
def test_a_requirement_without_either_is_told(wrong, said):
    told = asvs.table()
    told["asvs"]["1.2.4"] = {"level": 1, "title": "Bound", **wrong}
    assert any(said in one for one in asvs.gaps(told))


def test_a_requirement_that_is_missing_is_told():
    told = asvs.table()
    del told["asvs"]["6.2.9"]
    assert asvs.gaps(told)
