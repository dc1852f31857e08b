"""New keys in the place of old ones while laptops go on: signing key, certificate, authority. Nobody is left behind."""

from __future__ import annotations

import json
import signal
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.casework import cases
from app.casework.desk import Desk
from app.problems import Problem
from sync.client import lease, membership
from sync.client.asking import Asking
from sync.server import authority
from sync.server import commands as server
from sync.server import enrol as enrolment
from sync.wire import signing
from tests.sync.conftest import Trial, start_trial, stop_trial
from tests.sync.police import code_of, enrol, sync


@pytest.fixture(scope="module")
def trial(trial_place: Path) -> Iterator[Trial]:
    """A trial of our own, whose keys are changed."""
    running = start_trial(trial_place / "rotation")
    yield running
    stop_trial(running)


@pytest.fixture
def told(trial: Trial, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command of the server, and has the running one take up its files."""

    def run(*words: str) -> Any:
        code = server.main([words[0], "--config", str(trial.folder / "server.toml"), *words[1:]])
        out, err = capsys.readouterr()
        return json.loads(out) if code == 0 else err.splitlines()[0]

    return run


def reload(trial: Trial, done: Callable[[], bool]) -> None:
    """Tell the running server to take up its files, and wait until it has."""
    trial.process.send_signal(signal.SIGHUP)
    waited = threading.Event()
    for _ in range(400):
        if done():
            return
        waited.wait(0.02)
    raise AssertionError("nothing was taken up")


def key_of(desk: Desk) -> str:
    return signing.key_name(signing.from_text(membership.membership(desk.store).server_key))


def served(trial: Trial) -> bytes:
    """The certificate that is shown to whoever connects now."""
    return ssl.get_server_certificate(("127.0.0.1", trial.port)).encode()


def names(trial: Trial) -> list[str]:
    return [signing.key_name(key) for key in authority.signing_keys(trial.folder / "signing.key").public]


def settled(police: Any, *desks: Desk) -> None:
    for desk in desks:
        cases.new_case(desk, reference="A")
        assert sync(desk).waiting == 0


def test_laptops_follow_a_new_signing_key_by_the_word_of_the_old_one(trial, police, told, monkeypatch):
    here, away = police.enrolled(), police.enrolled()
    settled(police, here, away)
    old, code = key_of(here), here.store.recall(lease.SECRET)
    assert "nothing to finish" in told("rotate-signing-key", "--finish")
    assert told("rotate-signing-key")["now"][1] == old
    new = names(trial)[0]
    reload(trial, lambda: sync(here) is not None and key_of(here) == new)
    assert here.store.recall(lease.SECRET) != code
    settled(police, here)
    # Whoever was away is still answered by the key that they know, and learns of the other one.
    assert key_of(away) == old
    assert "1 devices have not met the new one yet" in told("rotate-signing-key", "--finish")
    settled(police, away)
    settled(police, away)
    assert key_of(away) == new
    fresh = police.enrolled()
    assert key_of(fresh) == new
    settled(police, fresh, here)
    assert told("rotate-signing-key", "--finish")["now"] == [new]
    assert names(trial) == [new, old]
    trial.process.send_signal(signal.SIGHUP)
    settled(police, here, away, fresh)
    # What the old key had signed is still history.
    said = trial.command("verify", "--organisation", police.force.name).stdout
    assert said.startswith("Every entry is as it was signed")


def test_the_old_key_stays_while_a_revoked_laptop_has_something_sealed_for_it(trial, police, told):
    desk = police.enrolled()
    settled(police, desk)
    police.force.do(lambda c, org: enrolment.revoke(c, org, [desk.device_id]))
    with police.force.owner() as owner:
        owner.execute("UPDATE device SET revoked_at = now(), wiped_at = now() WHERE org_id <> %s", (police.force.org,))
    before = len(told("rotate-signing-key")["now"])
    assert "1 revoked devices have not confirmed yet" in told("rotate-signing-key", "--finish")
    assert len(authority.signing_keys(trial.folder / "signing.key").former) == before - 1
    assert len(told("rotate-signing-key", "--finish", "--anyway")["now"]) == 1
    reload(trial, lambda: key_of(police.enrolled()) == names(trial)[0])


def test_cut_off_while_a_new_key_is_taken_up_its_extension_codes_are_learnt_all_the_same(
    trial, police, told, monkeypatch
):
    desk = police.enrolled()
    settled(police, desk)
    old, codes = key_of(desk), desk.store.recall(lease.SECRET)
    told("rotate-signing-key")
    new = names(trial)[0]
    ask = Asking.ask

    def cut(self: Asking, path: str, message: Any, reply: Any) -> Any:
        if path == "/v1/lease":
            raise Problem("sync.unreachable")
        return ask(self, path, message, reply)

    monkeypatch.setattr(Asking, "ask", cut)
    reload(trial, lambda: code_of_last(desk) == "sync.unreachable")
    assert (key_of(desk), desk.store.recall(lease.SECRET)) == (old, codes)
    monkeypatch.setattr(Asking, "ask", ask)
    settled(police, desk)
    assert key_of(desk) == new
    assert desk.store.recall(lease.SECRET) != codes


def code_of_last(desk: Desk) -> str:
    """What a round ends with; "" where it is done."""
    try:
        sync(desk)
    except Problem as problem:
        return problem.code
    return ""


@pytest.mark.parametrize("what", ["key", "authorities"])
def test_what_the_old_key_did_not_state_is_not_believed(trial, police, monkeypatch, tmp_path, what):
    desk = police.enrolled()
    before = membership.membership(desk.store)
    ask = Asking.ask
    stranger = authority.Ed25519PrivateKey.generate()
    authority.make_authority(tmp_path)
    said = {
        "key": {
            "kind": "server_key",
            "key": signing.to_text(stranger.public_key().public_bytes_raw()),
            "before": signing.key_name(signing.from_text(before.server_key)),
        },
        "authorities": {"kind": "authorities", "authorities": (tmp_path / "authority.crt").read_text()},
    }

    def forged(self: Asking, path: str, message: Any, reply: Any) -> Any:
        answer = ask(self, path, message, reply)
        if path == "/v1/pull":
            packed, signature = signing.state(said[what], stranger)
            setattr(answer, what, type(answer.lease)(body=msgspec.Raw(packed), signature=signature))
        return answer

    monkeypatch.setattr(Asking, "ask", forged)
    assert code_of(lambda: sync(desk)) == "sync.not_the_server"
    assert membership.membership(desk.store) == before


def test_another_certificate_is_served_without_a_new_start(trial, police, told, tmp_path):
    desk = police.enrolled()
    before = served(trial)
    for name in ("authority.crt", "authority.key"):
        (tmp_path / name).write_bytes((trial.folder / name).read_bytes())
    authority.make_server(tmp_path, "127.0.0.1")
    told("rotate-certificate", str(tmp_path / "server.crt"), str(tmp_path / "server.key"))
    assert served(trial) == before
    noted = "SELECT count(*) FROM event WHERE org_id = %s AND kind = 'certificate_rotated'"
    assert police.force.rows(noted, police.force.org) == [(1,)]
    reload(trial, lambda: served(trial) != before)
    settled(police, desk)
    # One that no laptop would believe is not taken, neither by the command nor by the server.
    (tmp_path / "other").mkdir()
    authority.make_authority(tmp_path / "other")
    authority.make_server(tmp_path / "other", "127.0.0.1")
    wrong = [str(tmp_path / "other" / name) for name in ("server.crt", "server.key")]
    assert "No laptop would believe" in told("rotate-certificate", *wrong)
    now = served(trial)
    (trial.folder / "server.crt").write_bytes((tmp_path / "other" / "server.crt").read_bytes())
    trial.process.send_signal(signal.SIGHUP)
    settled(police, desk)
    assert served(trial) == now
    (trial.folder / "server.crt").write_bytes((tmp_path / "server.crt").read_bytes())


def test_laptops_follow_to_another_authority_before_it_is_used(trial, police, told, tmp_path):
    here, away = police.enrolled(), police.enrolled()
    settled(police, here, away)
    authority.make_authority(tmp_path, "Another authority")
    authority.make_server(tmp_path, "127.0.0.1")
    assert "holds no certificate" in told("rotate-authority", str(trial.folder / "authority.crt"))
    assert "holds no certificate" in told("rotate-authority", str(tmp_path / "server.crt"))
    pin = authority.pin((trial.folder / "authority.crt").read_bytes())
    assert len(told("rotate-authority", str(tmp_path / "authority.crt"))["now"]) == 2
    assert authority.pin((trial.folder / "authority.crt").read_bytes()) == pin

    def trusts(desk: Desk) -> int:
        return membership.membership(desk.store).authority.count("BEGIN CERTIFICATE")

    reload(trial, lambda: sync(here) is not None and trusts(here) == 2)
    assert "have not met the new one yet" in told("rotate-authority", "--finish")
    sync(away)
    before = served(trial)
    told("rotate-certificate", str(tmp_path / "server.crt"), str(tmp_path / "server.key"))
    # From now on codes pin the authority that is used.
    assert authority.pin((trial.folder / "authority.crt").read_bytes()) != pin
    reload(trial, lambda: served(trial) != before)
    settled(police, here, away)
    settled(police, here, away)
    fresh = police.vault()
    enrol(fresh, police.code())
    settled(police, fresh)
    with police.force.owner() as owner:
        owner.execute("UPDATE device SET revoked_at = now() WHERE org_id <> %s", (police.force.org,))
    assert len(told("rotate-authority", "--finish")["now"]) == 1
    reload(trial, lambda: sync(here) is not None and trusts(here) == 1)
    settled(police, here, away, fresh)


def test_without_being_told_before_a_laptop_would_be_left_behind(trial, police, told, tmp_path, monkeypatch):
    desk = police.enrolled()
    (tmp_path / "x").mkdir()
    authority.make_authority(tmp_path / "x")
    member = membership.membership(desk.store)
    stranger = (tmp_path / "x" / "authority.crt").read_text()
    membership.keep(desk.store, msgspec.structs.replace(member, authority=stranger))
    assert code_of(lambda: sync(desk)) == "sync.unreachable"
