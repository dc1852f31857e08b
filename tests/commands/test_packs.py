"""An author and an administrator at the command line: a pack is made, checked, installed, listed, taken away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app import signed
from tests.commands.conftest import ROOT, Said, holdfast
from tests.force.made import PUBLIC, TEXT, Laptop
from tests.packs.made import directory, made

AUTHORS = "name = 'harbour-services'\nkind = 'services'\nserial = 3\ntitle = 'Harbour district'\nissued = 2026-11-14\n"
AT_A_LAPTOP = """
import sys
from pathlib import Path
from app import paths
machine, *sys.argv[1:] = sys.argv[1:]
paths.machine_folder = lambda: Path(machine)
from app.force import places
places.OWNER = {owner}
from ui.commands.main import main
sys.exit(main())
"""


@pytest.fixture
def author(tmp_path):
    """A folder with a directory of services, and the force's key."""
    folder = tmp_path / "work"
    (folder / "services").mkdir(parents=True)
    (folder / "pack.toml").write_text(AUTHORS)
    (folder / "services" / "harbour.toml").write_bytes(directory()["services/harbour.toml"])
    said = holdfast("policy", "key", "--out", tmp_path / "force.pem")
    assert said.code == 0, said.err
    return tmp_path


def test_a_pack_is_made_and_checked(author):
    made_one = holdfast(
        "pack", "make", author / "work", "--key", author / "force.pem", "--out", author / "h.pack", "--json"
    )
    assert made_one.line["name"] == "harbour-services"
    before = (author / "h.pack").read_bytes()
    (author / "work" / "pack.toml").write_text(AUTHORS.replace("serial = 3", "serial = 4"))
    again = holdfast("pack", "make", author / "work", "--key", author / "force.pem", "--out", author / "h.pack")
    assert (again.code, (author / "h.pack").read_bytes() == before) == (1, True)
    assert "exists already" in again.err
    checked = holdfast("pack", "check", author / "h.pack", "--key-file", author / "force.pem.pub", "--json")
    assert checked.line == made_one.line
    assert checked.line["key"] == signed.name_of(signed.read_public((author / "force.pem.pub").read_text())[0])
    stranger = holdfast("pack", "check", author / "h.pack")
    assert stranger.code == 1
    assert "which this laptop does not trust" in stranger.err


def test_a_mistake_is_named_with_its_place_and_nothing_is_made(author):
    (author / "work" / "services" / "harbour.toml").write_text(
        directory()["services/harbour.toml"].decode().replace("kinds = [", "kinds = ['palace', ", 1)
    )
    said = holdfast("pack", "make", author / "work", "--key", author / "force.pem", "--out", author / "h.pack")
    assert said.code == 1
    assert "services/harbour.toml" in said.err
    assert "$.services[0].kinds" in said.err
    assert not (author / "h.pack").exists()
    (author / "work" / "pack.toml").write_text(AUTHORS.replace("serial = 3", "serial = 02:00:00"))
    said = holdfast("pack", "make", author / "work", "--key", author / "force.pem", "--out", author / "h.pack")
    assert (said.code, "$.serial" in said.err) == (1, True)


def test_a_laptop_takes_lists_and_gives_back_what_its_policy_trusts(tmp_path, monkeypatch):
    pack = tmp_path / "harbour-services-1.pack"
    pack.write_bytes(made("services", directory()))
    trusts = TEXT.replace("[settings]", f"pack_keys = [{signed.public_line(PUBLIC).split()[1]!r}]\n[settings]")
    Laptop(tmp_path / "machine").policy(trusts).trust(PUBLIC)

    def run(*given):
        code = AT_A_LAPTOP.format(owner=os.getuid() if hasattr(os, "getuid") else 0)
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "machine"), *map(str, given)],
            cwd=ROOT,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
            capture_output=True,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    assert run("policy", "show", "--json").line["serial"] == 7
    assert run("pack", "list").out == "No packs are installed.\n"
    said = run("pack", "install", pack)
    assert (said.code, said.err) == (0, "")
    assert "It is in use from the next unlocking on." in said.out
    assert run("pack", "list", "--json").line["serial"] == 1
    assert run("pack", "remove", "harbour-services").code == 0
    assert run("pack", "list", "--json").lines == []
    pack.write_bytes(pack.read_bytes()[:-3])
    refused = run("pack", "install", pack)
    assert refused.code == 1
    assert refused.err.splitlines()[0] == "This pack was not taken: its signature does not fit it."
