"""An administrator at the command line: a key, a policy, its check and its signature."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import signed
from app.force.example import example
from tests.commands.conftest import holdfast
from tests.commands.terminal import type_into
from tests.force.made import Laptop


def key_in(folder):
    """A key pair as `holdfast policy key` makes it."""
    pem = signed.new_private()
    (folder / "force.pem").write_bytes(pem)
    public = signed.read_private(pem).public_key().public_bytes_raw()
    (folder / "force.pem.pub").write_text(signed.public_line(public, "Northmoor policy") + "\n")
    return folder / "force.pem"


def example_in(folder, old="", new=""):
    """The example, changed."""
    (folder / "policy.toml").write_text(example().replace(old, new) if old else example(), encoding="utf-8")
    return folder / "policy.toml"


def test_from_the_example_to_a_policy_in_force(tmp_path):
    key, policy = key_in(tmp_path), tmp_path / "policy.toml"
    policy.write_text(holdfast("policy", "example").out.replace("serial = 1", "serial = 4"), encoding="utf-8")
    said = holdfast("policy", "sign", policy, "--key", key, "--json")
    assert said.line["serial"] == 4
    assert holdfast("policy", "check", policy, "--key-file", f"{key}.pub", "--json").line["signed_by"]
    laptop = Laptop(tmp_path / "machine")
    for name, file in (("policy.toml", policy), ("policy.toml.sig", f"{policy}.sig"), ("policy.pub", f"{key}.pub")):
        laptop.put(name, Path(file).read_bytes())
    found = laptop.load()
    assert (found.problem, found.serial) == (None, 4)
    policy.write_text(policy.read_text().replace("= 300", "= 900"))
    refused = holdfast("policy", "check", policy, "--key-file", f"{key}.pub")
    assert refused.code == 1
    assert "its signature does not fit it" in refused.err


def test_a_closed_key_is_its_makers_alone_and_signs_with_its_passphrase(tmp_path):
    word, key, policy = tmp_path / "word", tmp_path / "force.pem", example_in(tmp_path)
    word.write_text("mosslamp tinkettle barnfog\n")
    more = ("--closed", "--about", "Northmoor policy", "--passphrase-file", word)
    assert holdfast("policy", "key", "--out", key, *more).code == 0
    before = key.read_bytes()
    assert signed.is_closed(before)
    assert os.name != "posix" or key.stat().st_mode & 0o777 == 0o600
    assert holdfast("policy", "key", "--out", key).code == 1  # never replaced
    assert key.read_bytes() == before
    (tmp_path / "other.pub").write_text("somebody's")
    assert holdfast("policy", "key", "--out", tmp_path / "other").code == 1
    assert not (tmp_path / "other").exists()
    assert holdfast("policy", "sign", policy, "--key", key, "--passphrase-file", word).code == 0
    refused = holdfast("policy", "sign", policy, "--key", key, given="another\n")
    assert refused.code == 1
    assert "its passphrase is another one" in refused.err


def test_at_a_prompt_the_passphrase_of_a_key_is_typed_twice(tmp_path):
    key, words = tmp_path / "force.pem", "mosslamp tinkettle barnfog"
    code, shown = type_into(["policy", "key", "--out", key, "--closed"], words, "mosslamp tinkettle bearfog")
    assert (code, "not the same" in shown, key.exists()) == (1, True, False)
    code, shown = type_into(["policy", "key", "--out", key, "--closed"], words, words)
    assert code == 0, shown
    assert signed.read_private(key.read_bytes(), words)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("idle_lock_s = 300", "idle_lock_s = 9000", "$.settings.idle_lock_s, a whole number from 60 to 900"),
        ("idle_lock_s = 300", "idle_lock = 300", "idle_lock: there is no such name"),
        ("serial = 1", "serial = 0", "has the number 0"),
    ],
)
def test_nothing_with_a_mistake_is_signed(tmp_path, old, new, said):
    refused = holdfast("policy", "sign", example_in(tmp_path, old, new), "--key", key_in(tmp_path))
    assert refused.code == 1
    assert said in refused.err
    assert not (tmp_path / "policy.toml.sig").exists()
