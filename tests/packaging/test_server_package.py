"""The server's package without building it: what goes in, how the service is held, and that the samples are true."""

from __future__ import annotations

import configparser
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from sync.server import commands, database
from sync.server.config import Config
from tests.packages.server import MOST_EXPOSED

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "packaging" / "server"
UNITS = sorted(SERVER.glob("*.service"))


def part(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module(f"artefacts.{name}")


def test_the_wheel_holds_what_the_server_imports_and_nothing_that_opens_a_case(monkeypatch, tmp_path):
    server = part("server", monkeypatch)
    files = {file.as_posix() for file in server.modules(ROOT)}
    assert {"sync/server/commands.py", "sync/wire/messages.py", "app/rules/access.py", "app/__init__.py"} <= files
    others = ("app/vault", "app/store", "app/casework", "app/documents", "app/forms", "ui", "sync/client")
    assert not {file for file in files if file.startswith(others)}
    asked = {re.split(r"[^\w-]", line)[0] for line in server.requirements(ROOT)}
    assert {"cryptography", "msgspec", "psycopg", "litestar", "platformdirs", "zstandard"} <= asked
    assert not asked & {"pyside6-essentials", "sqlcipher3", "reportlab", "keyring"}
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for folder, pattern in server.DATA.items():
        for data in (ROOT / folder).glob(pattern):
            place = tmp_path / data.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(data, place)
    # What the program folder leaves out is not there when all is loaded that serving needs.
    never = re.search(r"never = (\[.*?\])", (SERVER / "holdfast-server.spec").read_text(), re.DOTALL)
    code = f"import sys; sys.modules.update(dict.fromkeys({never[1]}))\n"
    code += "from sync.server import commands, service, trial; service.load(); import uvicorn\n"
    code += "from sync.server import database; assert database.migrations()\n"
    code += "from sync.wire import packing; import sync; print(sync.__file__)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(str(tmp_path)), done.stderr


def test_the_sample_configuration_names_every_setting_and_no_other(tmp_path):
    text = (SERVER / "server.toml").read_text()
    told = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    assert set(told) == {field.name for field in fields(Config)} - {"owner_database"}
    defaults = {field.name: field.default for field in fields(Config)}
    for name in re.findall(r"^# (\w+) = ", text, re.MULTILINE):
        assert told[name] == ("" if defaults[name] is None else defaults[name]), name


@pytest.mark.parametrize("unit", UNITS, ids=lambda file: file.name)
def test_the_service_is_held(unit):
    words = ["security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", "--no-pager", str(unit)]
    done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Overall exposure level" in done.stdout


def test_no_unit_may_do_what_another_may_not():
    held = {}
    for unit in UNITS:
        read = configparser.RawConfigParser(strict=False, delimiters="=", comment_prefixes="#")
        read.optionxform = str
        read.read_string(unit.read_text())
        held[unit.name] = dict(read["Service"])
    service = held.pop("holdfast-server.service")
    assert service["IPAddressDeny"] == "any"
    assert held
    # Who is root to read what root alone may read has no user to be shut in with.
    only = {"PrivateUsers", "User", "Group"}
    for other in held.values():
        same = {
            name
            for name in service
            if re.match(r"Private|Protect|Restrict|IPAddress|System|NoNew|Capab|Memory|Lock", name)
        }
        assert {name: other.get(name) for name in same - only} == {name: service[name] for name in same - only}


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_the_scripts_are_shell_and_touch_no_data(script):
    text = (SERVER / script).read_text()
    subprocess.run(["sh", "-n", str(SERVER / script)], check=True)
    removed = re.findall(r"\brm (?:-\w+ )*([^|&\n]*)", text)
    allowed = r"/etc/holdfast-server/(server\.toml|owner\.env)|/run/(holdfast-server|\$name)\.running"
    allowed += r"|/var/lib/systemd/timers/stamp-holdfast-server-\w+\.timer"
    for word in " ".join(removed).split():
        assert re.fullmatch(allowed, word.strip('"')), word
    assert not re.search(r"dropdb|dropuser|rm -r|psql", text)


def test_the_man_page_names_every_command(monkeypatch):
    man = part("man", monkeypatch)
    page = man.page(SERVER / "holdfast-server.8", ROOT, "sync.server.commands:parser")
    (several,) = (one for one in commands.parser()._actions if hasattr(one, "choices") and one.choices)
    for name in several.choices:
        assert f".B {name}".replace("-", "\\-") in page
    assert man.MARK not in page
    done = subprocess.run(["groff", "-man", "-ww", "-z"], input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_the_sample_for_citus_spreads_every_table():
    made = [
        re.findall(r"CREATE TABLE (\w+)", file.read_text()) for file in (ROOT / "sync/server/migrations").glob("*.sql")
    ]
    sample = (ROOT / "packaging" / "samples" / "citus.sql").read_text()
    spread = re.findall(r"create_distributed_table\('(\w+)', 'org_id'", sample)
    everywhere = re.findall(r"create_reference_table\('(\w+)'\)", sample)
    assert sorted([*spread, *everywhere]) == sorted({name for names in made for name in names} | {"migration"})
    assert set(everywhere) == {"belonging", "migration"}


def test_the_sample_for_patroni_keeps_what_the_server_asks_of_its_database():
    sample = yaml.safe_load((ROOT / "packaging" / "samples" / "patroni.yml").read_text())
    told = sample["bootstrap"]["dcs"]
    assert told["synchronous_mode"] is True
    for name, allowed in database._DURABLE.items():
        assert told["postgresql"]["parameters"][name] in allowed
    assert all(line.startswith(("hostssl ", "local ")) for line in sample["postgresql"]["pg_hba"])
    assert sample["restapi"]["authentication"]["password"]
