"""The server as a force runs it, every command a process of its own, and a real laptop that signs in and exchanges."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from joserfc.jwk import KeySet, RSAKey
from prometheus_client.parser import text_string_to_metric_families

from app.casework import cases
from app.casework.desk import Desk, close_desk, create_vault
from app.clock import SystemClock
from app.problems import Problem
from app.vault.vault import FLOOR_COST
from sync.client import enrolment
from sync.client import round as rounds
from sync.client.sign_in import SignIn
from sync.server.config import PREFIX
from sync.server.database import Database
from sync.server.figures import Figures
from sync.server.housekeeping import Housekeeping
from sync.server.service import Ready
from tests.sync.identity import Browser, IdentityProvider
from tests.sync.production import LOGIN, OWNER, Site, free_port

PASSPHRASE = "amber kettle violin harbour seven"


@pytest.fixture(scope="module")
def provider(tmp_path_factory) -> Iterator[IdentityProvider]:
    made = IdentityProvider(tmp_path_factory.mktemp("provider"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def bare(provider) -> Iterator[Site]:
    """A site with an empty database."""
    made = Site(provider)
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(bare: Site) -> Site:
    """A site with a force of two officers, that serves."""
    assert f'role "{LOGIN}" does not exist' in bare.refused("serve", real=True)
    (done,) = bare.told("migrate", "--login", LOGIN, real=True)
    assert done["done"][0] == "0001_ledger.sql"
    assert bare.told("migrate", "--login", LOGIN) == [{"done": []}]
    with bare.database() as connection:
        # Roles that an administrator made, with a password of their own, serve as well.
        connection.execute("CREATE ROLE made_before LOGIN PASSWORD 'of its own'")
        assert bare.told("migrate", "--login", "made_before") == [{"done": []}]
        asked = "SELECT pg_has_role('made_before', 'holdfast_serving', 'MEMBER')"
        assert connection.execute(asked).fetchone() == (True,)
        connection.execute("DELETE FROM migration WHERE name = '0004_sign_in.sql'")
        older = "The tables in the database are those of an older version; these steps are missing: 0004_sign_in.sql"
        assert bare.refused("serve").startswith(older)
        connection.execute("INSERT INTO migration VALUES ('0004_sign_in.sql', now())")
    (made,) = bare.told("init", "--name", "Northmoor", real=True)
    assert made["name"] == "Northmoor"
    (bare.unit,) = bare.told("unit", "--add", "North", real=True)
    bare.serve()
    return bare


@pytest.fixture(autouse=True)
def trusted(provider, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(provider.authority))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Any]:
    """Makes vaults of officers."""
    made: list[Desk] = []

    def make(name: str) -> Desk:
        desk, _ = create_vault(tmp_path / name, officer=name, passphrase=PASSPHRASE, cost=FLOOR_COST)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        close_desk(desk)


def patiently(what: Callable[[], bool]) -> None:
    """Until it is so; fails where it never is."""
    waited = threading.Event()
    for _ in range(400):
        if what():
            return
        waited.wait(0.05)
    raise AssertionError("it never came to that")


def officer(site: Site, name: str, signs_in_as: str, role: str = "officer", real: bool = False) -> str:
    words = ["officer", "--add", name, "--role", role, "--unit", site.unit["unit"]]
    (made,) = site.told(*words, *(["--identity", signs_in_as] if signs_in_as else []), real=real)
    return str(made["officer"])


def code_for(site: Site, name: str, real: bool = False) -> str:
    return str(site.told("enrolment-code", name, real=real)[0]["code"])


def enrol(desk: Desk, code: str, browser: Any = None) -> Any:
    sign_in = SignIn(browser, "done") if browser is not None else None
    return enrolment.enrol(
        desk.store, code, laptop=desk.unlocked.laptop_id, author=desk.officer, clock=desk.clock, sign_in=sign_in
    )


def events(site: Site, kind: str) -> list[dict[str, str]]:
    return [one for one in site.told("export-audit") if one["kind"] == kind]


def test_two_laptops_of_a_force(site: Site, vault, provider):
    asha = officer(site, "Asha Quill", "asha", real=True)
    officer(site, "Bram Marsh", "bram", "supervisor")
    first, second = vault("Asha Quill"), vault("Bram Marsh")
    browser = Browser(provider, "asha")
    member = enrol(first, code_for(site, "Asha Quill", real=True), browser)
    assert (member.officer, member.name, member.trial) == (asha, "Asha Quill", False)
    assert len(browser.opened) == 1
    enrol(second, code_for(site, "Bram Marsh"), Browser(provider, "bram"))

    case = cases.new_case(first, reference="NM-1")
    assert rounds.run(first.store, first.clock).waiting == 0
    assert case in rounds.run(second.store, second.clock).changed
    assert [line.reference for line in cases.list_cases(second)] == ["NM-1"]
    cases.new_case(first, reference="NM-2")
    rounds.run(first.store, first.clock)
    assert rounds.run(second.store, second.clock).received == 1

    assert site.told("health", real=True) == [{"ready": True}]
    assert site.command("verify").stdout.startswith("Every entry is as it was signed")
    devices = site.told("device", real=True)
    assert [one["revoked_at"] for one in devices] == [None, None]
    _figures_say_how_many_and_never_who(site, [case, asha, *(one["device"] for one in devices)])
    _an_old_case_leaves_by_itself(site, second, case)

    (revoked,) = site.told("revoke", "--officer", "Bram Marsh", real=True)
    assert revoked == {"revoked": 1}
    with pytest.raises(Problem) as told:
        rounds.run(second.store, second.clock)
    assert told.value.code == "sync.revoked"
    kinds = [one["kind"] for one in site.told("export-audit", real=True)]
    assert kinds.count("enrolled") == 2
    assert "Quill" not in site.log()
    assert case not in site.log()


def _figures_say_how_many_and_never_who(site: Site, ids: list[str]) -> None:
    text = site.metrics()
    assert not [one for one in ids if one in text]
    assert "Quill" not in text
    found = {
        (sample.name, *(value for name, value in sorted(sample.labels.items()) if name != "le")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["holdfast_requests_total", "/v1/push", "200"] >= 1
    assert found["holdfast_refusals_total", "sign_in", "/v1/enrol"] >= 2
    assert found["holdfast_entries_total", "accepted", ""] >= 1
    assert found["holdfast_entries_handed_out_total",] == 1
    assert found["holdfast_snapshots_handed_out_total",] >= 1
    assert found["holdfast_sign_ins_total", "shown"] == 2
    assert found["holdfast_request_seconds_count", "/v1/pull"] >= 2
    assert found["holdfast_database_up",] == 1
    assert found["holdfast_devices", "Northmoor", "in_service"] == 2
    assert found["holdfast_devices_contact", "Northmoor", "5m"] == 2
    assert found["holdfast_leases", "Northmoor", "running"] == 2
    assert found["holdfast_devices_behind",] == 0
    assert found["holdfast_log_entries", "Northmoor"] >= 1
    assert found["holdfast_events_last_day", "enrolled", "Northmoor"] == 2
    assert found["holdfast_fleet", "Northmoor", "well"] == 2
    assert found["holdfast_backup_timestamp_seconds", "Northmoor"] == 0
    assert found["holdfast_erasures_unanswered", "Northmoor"] == 0
    assert found["holdfast_certificate_ends_timestamp_seconds",] > 1e9
    assert found["holdfast_housekeeping_timestamp_seconds",] > 1e9


def _an_old_case_leaves_by_itself(site: Site, other: Desk, case: str) -> None:
    """Nobody asks for it: the server does it at its start, and every hour."""
    with site.database() as connection:
        connection.execute("UPDATE held_case SET changed_at = now() - interval '91 days' WHERE case_id = %s", (case,))
    assert site.stop() == 0
    site.serve()

    def has_left() -> bool:
        rounds.run(other.store, other.clock)
        return "NM-1" not in {line.reference for line in cases.list_cases(other)}

    patiently(has_left)


@pytest.mark.parametrize(
    "signs_in_as, who, problem, why",
    [
        ("cleo", "somebody else", "enrol.other_officer", "other_officer"),
        ("", "cleo", "enrol.other_officer", "other_officer"),
    ],
)
def test_a_code_in_other_hands_opens_nothing(site: Site, vault, provider, signs_in_as, who, problem, why):
    name = f"Cleo Vane {len(signs_in_as)}"
    officer(site, name, signs_in_as)
    code, desk = code_for(site, name), vault(name)
    with pytest.raises(Problem) as told:
        enrol(desk, code, Browser(provider, who))
    assert told.value.code == problem
    assert events(site, "sign_in_refused")[-1]["detail"].startswith(why)
    with pytest.raises(Problem) as told:
        enrol(desk, code)
    assert told.value.code == "enrol.sign_in_wanted"
    # The officer whose code it is still can.
    if not signs_in_as:
        (named,) = site.told("officer", "--identify", name, "--identity", "cleo-late")
        assert named["identity"] == "cleo-late"
    assert enrol(desk, code, Browser(provider, signs_in_as or "cleo-late")).name == name


def test_a_token_of_another_enrolment_is_none(site: Site, vault, provider, monkeypatch):
    """Whoever gets hold of a token has no use for it: it is for one device, one key and one code."""
    officer(site, "Dara Holm", "dara")
    desk, code, kept = vault("Dara Holm"), code_for(site, "Dara Holm"), []
    run = SignIn.run
    monkeypatch.setattr(SignIn, "run", lambda self, wanted, nonce: kept.append(run(self, wanted, nonce)) or kept[0])
    enrol(desk, code, Browser(provider, "dara"))
    again = vault("Dara Holm again")
    with pytest.raises(Problem) as told:
        enrol(again, code_for(site, "Dara Holm"), Browser(provider, "dara"))
    assert (told.value.code, told.value.facts["why"]) == ("enrol.identity", "nonce")


def test_keys_are_changed_while_it_serves(site: Site, vault, provider, tmp_path: Path):
    officer(site, "Elin Thorne", "elin")
    other = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    new = tmp_path / "new.json"
    new.write_text(json.dumps(KeySet([other]).as_dict(private=False)))
    assert site.told("sign-in-keys", real=True) == [{"key": "first", "kind": "RSA"}]
    assert site.told("sign-in-keys", str(new)) == [{"key": "second", "kind": "RSA"}]
    desk, code = vault("Elin Thorne"), code_for(site, "Elin Thorne")
    with pytest.raises(Problem) as told:
        enrol(desk, code, Browser(provider, "elin"))
    assert (told.value.code, told.value.facts["why"]) == ("enrol.identity", "key")
    site.told("sign-in-keys", str(provider.keys))
    assert enrol(desk, code, Browser(provider, "elin")).name == "Elin Thorne"
    new.write_text("{}")
    assert "cannot be used" in site.refused("sign-in-keys", str(new))
    assert site.told("sign-in-keys") == [{"key": "first", "kind": "RSA"}]


def test_outside_there_is_nothing_but_the_exchange(site: Site):
    context = ssl.create_default_context(cafile=str(site.folder / "authority.crt"))
    for path in ("/v1/schema/openapi.json", "/schema", "/metrics", "/v1/metrics", "/"):
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(f"https://localhost:{site.port}{path}", context=context, timeout=20)
        assert answer.value.code == 404
        assert "server" not in answer.value.headers
        answer.value.close()
    old = ssl.create_default_context(cafile=str(site.folder / "authority.crt"))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection(("localhost", site.port))
    wrapped = old.wrap_socket(plain, server_hostname="localhost", do_handshake_on_connect=False)
    with wrapped, pytest.raises(ssl.SSLError):
        wrapped.do_handshake()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", site.metrics_port), timeout=20)


def test_the_serving_role_cannot_pass_its_walls(site: Site):
    with site.database(user=LOGIN) as connection:
        for statement in (
            "UPDATE entry SET case_id = ''",
            "DELETE FROM entry",
            "TRUNCATE event",
            "DELETE FROM event",
            "ALTER TABLE entry DISABLE ROW LEVEL SECURITY",
            f"SET ROLE {OWNER}",
            "CREATE ROLE another SUPERUSER",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        for table in ("entry", "held_case", "officer", "event", "device"):
            assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,)
    with site.database() as connection:
        assert connection.execute("SELECT count(*) > 0 FROM officer").fetchone() == (True,)


@pytest.mark.parametrize(
    "setting, value", [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "local")]
)
def test_a_database_that_may_forget_is_not_served(site: Site, setting, value):
    site.set(setting, value)
    try:
        said = site.refused("serve", port=str(free_port()), real=setting == "fsync")
    finally:
        site.set(setting, "on")
    assert said.endswith(f"({setting} is {value}).")


def test_a_database_that_was_told_meanwhile_to_forget_is_found(site: Site, caplog):
    made = Database(site.cluster.conninfo(LOGIN), 2)
    made.open()
    try:
        assert Ready(made)()
        site.set("fsync", "off")
        assert not Ready(made)()
        with caplog.at_level("ERROR", "holdfast.server"):
            Housekeeping(made, site.folder / "server.crt", Figures(), 3600).once()
        assert "server.database_forgets" in caplog.text
    finally:
        site.set("fsync", "on")
        made.close()


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit"])
def test_nothing_is_acknowledged_while_the_database_could_lose_it(site: Site, vault, provider, setting):
    name = f"Ines Holt of {setting}"
    officer(site, name, setting)
    desk = vault(name)
    code, later = code_for(site, name), code_for(site, name)
    enrol(desk, code, Browser(provider, setting))

    def told() -> str:
        """What the round of a laptop with a new case is told; "" where the server confirmed that it has it."""
        cases.new_case(desk, "A")
        try:
            rounds.run(desk.store, SystemClock())
        except Problem as problem:
            return problem.code
        return ""

    assert told() == ""
    site.set(setting, "off")
    try:
        patiently(lambda: told() == "sync.not_kept")
        waiting = desk.store.unsent()[0]
        assert waiting >= 1
        assert told() == "sync.not_kept"
        assert desk.store.unsent()[0] == waiting + 1, "nothing of it is believed to be there"
        with pytest.raises(Problem, match=r"enrol\.busy"):
            enrol(vault(f"{name}, second"), later, Browser(provider, setting))
        patiently(lambda: site.here("health").stdout == '{"ready": false}\n')
    finally:
        site.set(setting, "on")
    patiently(lambda: told() == "")
    assert desk.store.unsent()[0] == 0
    assert "nothing is taken from laptops: server.database_forgets" in site.log()


def test_a_database_that_goes_away_is_said_and_met_again(site: Site):
    with site.database() as connection:
        connection.execute(f"ALTER ROLE {LOGIN} NOLOGIN".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (LOGIN,))
        with ThreadPoolExecutor(2) as pool:
            figures = pool.submit(site.metrics)
            health = site.here("health")
            assert (health.returncode, health.stdout) == (1, '{"ready": false}\n')
            assert "holdfast_database_up 0.0" in figures.result()
        connection.execute(f"ALTER ROLE {LOGIN} LOGIN".encode())
    patiently(lambda: site.here("health").returncode == 0)


def test_what_is_wrong_is_said_with_its_place_before_anything_begins(site: Site, tmp_path: Path):
    owner = site.environment[PREFIX + "OWNER_DATABASE"]
    assert "a role that may do too much" in site.refused("serve", database=owner, port=str(free_port()))
    assert site.refused("serve", port=str(site.port)).endswith("is taken or not this machine’s.")
    broken = tmp_path / "server.toml"
    broken.write_text('port = 8443\nhost = "unclosed\n')
    assert "line 2" in site.refused("serve", config=str(broken))
    assert f"({PREFIX}POOL)" in site.refused("serve", pool="none")
    assert "sign_in_client" in site.refused("serve", sign_in_client="")
    assert "sign_in_issuer" in site.refused("serve", sign_in_issuer="http://login.example")
    assert "Hostname mismatch" in site.refused("serve", public_host="elsewhere.example")
    key = tmp_path / "server.key"
    key.write_bytes((site.folder / "server.key").read_bytes())
    key.chmod(0o644)
    assert "Everybody on this machine may read" in site.refused("serve", certificate_key=str(key))


def test_what_has_begun_is_answered_before_it_stops(site: Site):
    context = ssl.create_default_context(cafile=str(site.folder / "authority.crt"))
    begun = context.wrap_socket(socket.create_connection(("localhost", site.port)), server_hostname="localhost")
    begun.sendall(b"POST /v1/pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nHoldfast-Nonce: " + b"a" * 32)
    begun.sendall(b"\r\n\r\nab")
    patiently(lambda: "holdfast_requests_running 1.0" in site.metrics())
    assert site.process is not None
    site.process.terminate()
    patiently(lambda: not _listens(site.port))
    begun.sendall(b"cd")
    assert begun.recv(1000).startswith(b"HTTP/1.1 401")
    begun.close()
    assert site.stop() == 0
    assert "Traceback" not in site.log()
    assert "bug" not in site.log()
    with pytest.raises(OSError, match="refused"):
        site.metrics()
    assert "Nothing answers" in site.refused("health")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(site.folder / "manager"))
        site.environment["NOTIFY_SOCKET"] = str(site.folder / "manager")
        site.serve()
        assert manager.recv(100) == b"READY=1"
    assert site.told("health") == [{"ready": True}]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    except OSError:
        return False
    return True
