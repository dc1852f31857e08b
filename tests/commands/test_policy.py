"""An administrator at the command line: a key, a policy, its check and its signature."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import signed
from tests.commands.conftest import holdfast
from tests.force.made import Laptop


def key_in(folder, *more, **given):
    said = holdfast(
        "policy", "key", "--out", folder / "force.pem", "--about", "Northmoor policy", "--json", *more, **given
    )
    assert said.code == 0, said.err
    return folder / "force.pem"


def test_from_the_example_to_a_policy_in_force(tmp_path):
    key = key_in(tmp_path)
    policy = tmp_path / "policy.toml"
    policy.write_text(holdfast("policy", "example").out.replace("serial = 1", "serial = 4"), encoding="utf-8")
    assert holdfast("policy", "check", policy).code == 0
    said = holdfast("policy", "sign", policy, "--key", key, "--json")
    assert said.line["serial"] == 4
    assert holdfast("policy", "check", policy, "--key-file", f"{key}.pub", "--json").line["signed_by"]
    laptop = Laptop(tmp_path / "machine")
    for name, file in (("policy.toml", policy), ("policy.toml.sig", f"{policy}.sig"), ("policy.pub", f"{key}.pub")):
        laptop.put(name, Path(file).read_bytes())
    found = laptop.load()
    assert (found.problem, found.serial) == (None, 4)


def test_a_closed_key_signs_with_its_passphrase_alone(tmp_path):
    word = tmp_path / "word"
    word.write_text("mosslamp tinkettle barnfog\n")
    key = key_in(tmp_path, "--closed", "--passphrase-file", word)
    assert signed.is_closed(key.read_bytes())
    policy = tmp_path / "policy.toml"
    policy.write_text(holdfast("policy", "example").out, encoding="utf-8")
    assert holdfast("policy", "sign", policy, "--key", key, "--passphrase-file", word).code == 0
    refused = holdfast("policy", "sign", policy, "--key", key, given="another\n")
    assert refused.code == 1
    assert "its passphrase is another one" in refused.err


@pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX knows them")
def test_a_private_key_is_its_makers_alone_and_never_replaced(tmp_path):
    key = key_in(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert holdfast("policy", "key", "--out", key).code == 1
    assert key.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("idle_lock_s = 300", "idle_lock_s = 9000", "$.settings.idle_lock_s, a whole number from 60 to 900"),
        ("idle_lock_s = 300", "idle_lock = 300", "idle_lock: there is no such name"),
        ("serial = 1", "serial = 0", "has the number 0"),
    ],
)
def test_nothing_with_a_mistake_is_signed(tmp_path, old, new, said):
    key = key_in(tmp_path)
    policy = tmp_path / "policy.toml"
    policy.write_text(holdfast("policy", "example").out.replace(old, new), encoding="utf-8")
    refused = holdfast("policy", "sign", policy, "--key", key)
    assert refused.code == 1
    assert said in refused.err
    assert not (tmp_path / "policy.toml.sig").exists()


def test_a_changed_policy_fails_its_check(tmp_path):
    key = key_in(tmp_path)
    policy = tmp_path / "policy.toml"
    policy.write_text(holdfast("policy", "example").out, encoding="utf-8")
    holdfast("policy", "sign", policy, "--key", key)
    policy.write_text(policy.read_text().replace("= 300", "= 900"))
    refused = holdfast("policy", "check", policy, "--key-file", f"{key}.pub")
    assert refused.code == 1
    assert "its signature does not fit it" in refused.err
