"""The administrator's commands on a running trial, and a configuration that is checked before anything begins."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from app.problems import Problem
from sync.server import config, service
from sync.server.commands import main
from sync.wire import code
from tests.sync.conftest import SERVER, Trial
from tests.sync.laptops import Force, Laptop


def said(trial: Trial, force: Force, *words: str) -> list[dict]:
    done = trial.command(words[0], "--organisation", force.name, *words[1:])
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_force_from_its_name_to_a_revoked_laptop(trial: Trial, force: Force):
    (made,) = [json.loads(trial.command("init", "--name", f"New {force.org}").stdout)]
    assert made["name"] == f"New {force.org}"
    again = trial.command("init", "--name", f"New {force.org}")
    assert (again.returncode, again.stderr.splitlines()[0]) == (
        1,
        f"There is an organisation named “New {force.org}” already.",
    )

    (unit,) = said(trial, force, "unit", "--add", "North", "--above", force.unit)
    (officer,) = said(trial, force, "officer", "--add", "Ada Lark", "--role", "officer", "--unit", "North")
    twin = said(trial, force, "unit", "--add", "North")[0]["unit"]
    unclear = trial.command(
        "officer", "--organisation", force.name, "--move", "Ada Lark", "--role", "officer", "--unit", "North"
    )
    assert (unclear.returncode, twin != unit["unit"]) == (1, True)
    (shown,) = said(trial, force, "enrolment-code", "Ada Lark")
    laptop = Laptop(force, officer["officer"])
    laptop.enrol(code.read(shown["code"]).secret)
    case = laptop.new_case()
    laptop.push()

    (device,) = said(trial, force, "device")
    assert (device["device"], device["officer"], device["revoked_at"]) == (laptop.device, officer["officer"], None)
    other = force.officer()
    said(trial, force, "officer", "--case", case, "--assign", other)
    assert [one.case for one in force.laptop(officer=other).snapshots().snapshots] == [case]
    assert said(trial, force, "revoke", "--laptop", laptop.laptop) == [{"revoked": 1}]
    twice = trial.command("revoke", "--organisation", force.name, "--device", laptop.device)
    assert (twice.returncode, len(twice.stderr.splitlines())) == (1, 3)
    kinds = [line["kind"] for line in said(trial, force, "export-audit")]
    assert kinds.count("enrolled") == 2
    assert said(trial, force, "officer", "--retire", "Ada Lark")[0]["active"] is False
    assert trial.command("enrolment-code", "--organisation", force.name, "Ada Lark").returncode == 1


def test_which_organisation_must_be_clear(trial: Trial, force: Force):
    unclear = trial.command("unit")
    assert unclear.returncode == 1
    assert unclear.stderr.startswith("It is not clear which organisation is meant.")
    assert force.name in unclear.stderr


@pytest.mark.parametrize("words", [[], ["fly"], ["trial", "--port", "x"], ["trial", "--officers", "0"], ["revoke"]])
def test_wrong_words_are_wrong_usage(words: list[str], capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2


def test_a_server_that_cannot_be_reached_is_a_problem(trial: Trial, tmp_path: Path):
    other = (trial.folder / "server.toml").read_text().replace(f"port = {trial.port}", "port = 1")
    (tmp_path / "server.toml").write_text(other)
    done = subprocess.run(
        [*SERVER, "health", "--config", str(tmp_path / "server.toml")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[0][:22]) == (1, "Nothing answers at htt")


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, str]:
    files = {}
    for name in ("certificate", "certificate_key", "authority", "signing_key"):
        (tmp_path / name).write_text("x")
        files[config.PREFIX + name.upper()] = str(tmp_path / name)
    return {**files, config.PREFIX + "DATABASE": "host=nowhere"}


def test_a_configuration_of_environment_and_file(whole: dict[str, str], tmp_path: Path):
    file = tmp_path / "server.toml"
    file.write_text('host = "10.0.0.1"\nport = 444\nopenapi = true\n')
    told = config.read({**whole, config.PREFIX + "PORT": "445", "OTHER": "x"}, file)
    assert (told.host, told.port, told.openapi, told.pool) == ("10.0.0.1", 445, True, 8)
    assert config.read({**whole, config.PREFIX + "CONFIG": str(file)}).port == 444


@pytest.mark.parametrize(
    "name, value, problem",
    [
        ("DATABASE", "", "server.config_missing"),
        ("SIGNING_KEY", "/nowhere", "server.config_file"),
        ("PORT", "0", "server.config_value"),
        ("PORT", "many", "server.config_value"),
        ("OPENAPI", "perhaps", "server.config_value"),
        ("LOG_LEVEL", "LOUD", "server.config_value"),
        ("PROT", "1", "server.config_unknown"),
        ("PUBLIC_PORT", "70000", "server.config_value"),
        ("TRUSTED_PROXY", "everybody", "server.config_value"),
    ],
)
def test_what_cannot_be_is_said_before_anything_begins(whole: dict[str, str], name: str, value: str, problem: str):
    with pytest.raises(Problem) as found:
        config.read({**whole, config.PREFIX + name: value})
    assert found.value.code == problem


def test_an_installed_server_needs_no_word_of_its_configuration(whole: dict[str, str], tmp_path: Path, monkeypatch):
    monkeypatch.setattr(config, "INSTALLED", tmp_path / "etc" / "server.toml")
    assert config.read(whole).reached == ("127.0.0.1", 8443)
    (tmp_path / "etc").mkdir()
    with pytest.raises(Problem) as found:
        config.read(whole)
    assert found.value.code == "server.config_unreadable"
    config.INSTALLED.write_text('public_host = "holdfast.example"\npublic_port = 443\n')
    assert config.read(whole).reached == ("holdfast.example", 443)
    (tmp_path / "other.toml").write_text("port = 444\n")
    assert config.read({**whole, config.PREFIX + "CONFIG": str(tmp_path / "other.toml")}).reached == ("127.0.0.1", 444)


@pytest.mark.parametrize(
    "trusted, peer, seen",
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.4", "198.51.100.4"),
    ],
)
def test_only_the_trusted_proxy_says_where_a_request_came_from(trial: Trial, trusted: str, peer: str, seen: str):
    told = dataclasses.replace(config.read({}, trial.folder / "server.toml"), trusted_proxy=trusted)
    clients: list[str] = []

    async def application(scope, receive, send):
        clients.append(scope["client"][0])

    scope = {"type": "http", "client": (peer, 5), "scheme": "https", "headers": [(b"x-forwarded-for", b"203.0.113.9")]}
    asyncio.run(service._configured(application, told).config.loaded_app(scope, None, None))
    assert clients == [seen]


def test_a_file_that_is_no_toml_is_said(whole: dict[str, str], tmp_path: Path):
    (tmp_path / "server.toml").write_text("host = ")
    with pytest.raises(Problem) as found:
        config.read(whole, tmp_path / "server.toml")
    assert found.value.code == "server.config_unreadable"
