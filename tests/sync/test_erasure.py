"""A lawful order to erase a case: server, backups and every laptop; nobody orders it alone, nobody forges it."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.casework import cases, refused
from app.casework.desk import Desk
from app.i18n import translator
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from app.rules.access import Officer
from app.store import exchange, identity, snapshots
from sync.client import erasure as carrying_out
from sync.server import (
    administration,
    authority,
    backup,
    case_keys,
    deciding,
    enrol,
    erasure,
    recovery,
    restore,
    retention,
)
from sync.server.commands import main
from sync.server.config import PREFIX, Config
from sync.server.statements import Signer
from sync.wire import messages, signing
from tests.notebook.writers import key_of
from tests.store.pages import places
from tests.sync.conftest import Trial, start_trial, stop_trial
from tests.sync.erasing import faults, open_again, order, where_on_the_server
from tests.sync.police import Police, code_of, references, sync

CANARY = "Quenbyashgrove"


@pytest.fixture(scope="module")
def trial(trial_place: Path) -> Iterator[Trial]:
    """A trial of our own: in the one of all tests, some change the history behind the server's back."""
    running = start_trial(trial_place / "erasure")
    yield running
    stop_trial(running)


@pytest.fixture
def config(police: Police, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The trial's configuration, with a recovery key, for commands as well."""
    recovery.make(tmp_path / "recovery.key", tmp_path / "recovery.pub")
    monkeypatch.setenv(PREFIX + "RECOVERY_KEY", str(tmp_path / "recovery.pub"))
    return dataclasses.replace(police.force.config, recovery_key=tmp_path / "recovery.pub")


@pytest.fixture
def ranks(police: Police) -> tuple[str, str]:
    """A supervisor of the unit and an auditor."""
    return police.force.officer("supervisor"), police.force.officer("auditor")


def case_with_a_name(desk: Desk) -> str:
    case = cases.new_case(desk, reference=CANARY)
    person = notebook.create(random_id(), "person", {"given_name": CANARY, "family_name": "Varga"})
    desk.store.write(case, [person], desk.author, desk.clock)
    return case


def on_disk(desk: Desk) -> list[str]:
    return places(desk.unlocked.folder, desk.unlocked.database_key(), CANARY)


@pytest.fixture
def elsewhere(config: Config) -> Iterator[Config]:
    """The same server with an empty database."""
    name = f"restored_{secrets.token_hex(4)}"
    with psycopg.connect(config.owner_database, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    yield dataclasses.replace(config, owner_database=psycopg.conninfo.make_conninfo(config.owner_database, dbname=name))
    with psycopg.connect(config.owner_database, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {name}".encode())


def test_an_order_reaches_the_server_the_backups_and_every_laptop(police, config, elsewhere, ranks, tmp_path, capsys):
    mine, theirs = police.enrolled(), police.enrolled()
    case = case_with_a_name(mine)
    cases.new_case(mine, reference="stays")
    sync(mine)
    sync(theirs)
    assert references(theirs, case) == [CANARY]
    kept = backup.make(config, tmp_path / "before.backup", datetime.now(UTC))
    assert on_disk(mine)
    assert on_disk(theirs)
    assert where_on_the_server(config.owner_database, CANARY)

    entries = police.force.rows("SELECT count(*) FROM entry WHERE org_id = %s", police.force.org)
    by, second = ranks
    words = ["erase", "--config", str(police.force.folder / "server.toml"), "--organisation", police.force.name]
    assert main([*words, case, "--by", by, "--second", second, "--reason", "its time is over", "--rewrite"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert (told["entries"], told["case_keys"], told["replace_by_hand"]) == (2, [str(kept.keys_file)], [])
    assert where_on_the_server(config.owner_database, CANARY) == []
    assert police.force.rows("SELECT count(*) FROM entry WHERE org_id = %s", police.force.org) == entries
    assert faults(police) == []

    sync(mine)
    sync(theirs)
    for desk in (mine, theirs):
        assert [line.reference for line in cases.list_cases(desk)] == ["stays"]
        assert snapshots.gone(desk.store)[case] == snapshots.ERASED
        assert len(carrying_out.receipts(desk.store)) == 1
        sync(desk)
        assert carrying_out.receipts(desk.store) == []
        desk.store.verify()
        assert on_disk(open_again(police, desk)) == []
    assert main(words) == 0
    (line,) = [msgspec.json.decode(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["case"], line["devices"], line["destroyed"], line["waits_for"]) == (case, 2, 2, [])

    # The backup was made before: without the key that the order took out, it says nothing about the case any more.
    done = restore.restore(elsewhere, kept.file, kept.keys_file, recovery.private_keys(tmp_path / "recovery.key"))
    assert (done.erased, done.faults) == (1, [])
    assert where_on_the_server(elsewhere.owner_database, CANARY) == []
    assert case_keys.read(kept.keys_file, recovery.private_keys(tmp_path / "recovery.key")).orders.keys() == {
        (police.force.org, case)
    }


def test_without_the_order_the_same_backup_would_bring_it_back(police, config, elsewhere, ranks, tmp_path):
    """What destroys it is the missing key, not somebody's good will."""
    desk = police.enrolled()
    case = case_with_a_name(desk)
    sync(desk)
    kept = backup.make(config, tmp_path / "before.backup", datetime.now(UTC))
    order(police, config, case, *ranks)
    restore.restore(elsewhere, kept.file, kept.keys_file, recovery.private_keys(tmp_path / "recovery.key"))
    assert where_on_the_server(elsewhere.owner_database, CANARY) != []


def test_what_a_laptop_wrote_meanwhile_is_kept_apart_and_can_be_erased_as_well(police, config, ranks):
    desk = police.enrolled()
    case = case_with_a_name(desk)
    sync(desk)
    order(police, config, case, *ranks)
    desk.store.write(case, [notebook.append(random_id(), "note", {"text": "late"})], desk.author, desk.clock)
    done = sync(desk)
    assert (done.refused, done.removed) == (1, {case})
    (waits,) = police.force.do(deciding.waiting)
    assert (waits.case, waits.reason, waits.decidable) == (case, "erased", False)
    assert order(police, config, case, *ranks) == 1
    assert police.force.do(deciding.waiting) == []
    assert faults(police) == []


def test_a_server_that_was_put_back_gets_what_came_after_the_erased_case(police, config, ranks):
    """It lost the erased entry, and here it is destroyed: nothing could ever follow it in this device's chain."""
    desk = police.enrolled()
    cases.new_case(desk, reference="before")
    sync(desk)
    kept, device = police.backup(), desk.device_id
    case = case_with_a_name(desk)
    sync(desk)
    stays = cases.new_case(desk, reference="sent after it")
    sync(desk)
    order(police, config, case, *ranks)
    assert sync(desk).removed == {case}
    cases.new_case(desk, reference="not sent yet")
    police.put_back(kept)
    assert sync(desk).waiting == 0
    desk.store.look_again()
    assert desk.device_id != device
    colleague = police.enrolled()
    sync(colleague)
    assert {line.reference for line in cases.list_cases(colleague)} == {"before", "sent after it", "not sent yet"}
    assert references(desk, stays) == ["sent after it"]
    desk.store.verify()


def test_of_a_former_device_what_cannot_follow_any_more_is_kept_and_shown(police, config, ranks):
    desk = police.enrolled()
    cases.new_case(desk, reference="before")
    sync(desk)
    kept = police.backup()
    case = case_with_a_name(desk)
    sync(desk)
    later = cases.new_case(desk, reference="after it")
    sync(desk)
    identity.want(desk.store, "f" * 32)
    sync(desk)
    order(police, config, case, *ranks)
    assert sync(desk).removed == {case}
    police.put_back(kept)
    sync(desk)
    desk.store.look_again()
    assert [(one.entry.case, one.reason) for one in exchange.refused(desk.store)] == [(later, "gap")]
    (line,) = refused.refused(desk, translator("en"))
    assert line.why == "what goes before it was destroyed here, and the server has lost it"


def test_whoever_wrote_in_it_without_ever_having_it_is_told_by_the_next_order(police, config, ranks):
    desk = police.enrolled()
    case = case_with_a_name(desk)
    sync(desk)
    order(police, config, case, *ranks)
    late = police.force.laptop()
    late.new_case(CANARY, case=case)
    late.push()
    for _ in range(2):
        order(police, config, case, *ranks)
    late.pull()
    assert [(one.kind, one.case) for one in late.notices] == [("erased", case)]
    (told,) = police.force.do(erasure.told)
    assert told.waits == sorted([desk.device_id, late.device])


def test_a_device_that_took_the_place_of_one_that_wrote_in_it_is_told(police, config, ranks):
    owner, other = police.enrolled(), police.enrolled(police.force.officer(unit=police.force.do(_new_unit)))
    case = case_with_a_name(owner)
    sync(owner)
    other.store.write(case, [notebook.append(random_id(), "note", {"text": CANARY})], other.author, other.clock)
    assert sync(other).refused == 1
    identity.want(other.store, "f" * 32)
    sync(other)
    order(police, config, case, *ranks)
    assert sync(other).removed == {case}
    assert on_disk(open_again(police, other)) == []


def test_what_a_revoked_laptop_wrote_about_it_can_never_count(police, config, ranks):
    laptop = police.force.laptop()
    case = laptop.new_case(CANARY)
    laptop.push()
    order(police, config, case, *ranks)
    police.force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    laptop.new_case("again", case=case)
    assert [one.reason for one in laptop.push().outcomes] == ["revoked"]
    by, told = Officer(ranks[0], "supervisor", police.force.unit), (laptop.device, 2)
    with pytest.raises(Problem, match=r"server\.cannot_count"):
        police.force.do(lambda c, org: deciding.let_count(c, org, *told, by, "it matters", datetime.now(UTC)))
    assert police.force.rows("SELECT count(*) FROM held_case WHERE case_id = %s", case) == [(0,)]


def test_an_erased_id_is_refused_for_ever(police, config, ranks):
    laptop = police.force.laptop()
    case = laptop.new_case(CANARY)
    laptop.push()
    order(police, config, case, *ranks)
    again = police.force.laptop()
    again.new_case("again", case=case)
    assert [one.reason for one in again.push().outcomes] == ["erased"]
    assert laptop.snapshots(case).missing == [case]
    laptop.pull()
    assert [(one.kind, one.case) for one in laptop.notices] == [("erased", case)]


def test_a_vault_that_was_put_back_is_told_again(police, config, ranks):
    laptop = police.force.laptop()
    case = laptop.new_case(CANARY)
    laptop.push()
    order(police, config, case, *ranks)
    new = police.force.laptop(officer=laptop.officer)
    with police.force.owner() as owner:
        query = "SELECT number FROM counter WHERE org_id = %s"
        (number,) = owner.execute(query, (police.force.org,)).fetchone()
        number = erasure.tell_another(owner, police.force.org, laptop.device, new.device, number)
        owner.execute("UPDATE counter SET number = %s WHERE org_id = %s", (number, police.force.org))
    new.pull()
    assert [(one.kind, one.case) for one in new.notices] == [("erased", case)]


@pytest.mark.parametrize("forged", ["none", "another server's", "another case's"])
def test_what_the_server_has_not_signed_destroys_nothing(police, config, ranks, forged):
    desk = police.enrolled()
    case, other = case_with_a_name(desk), cases.new_case(desk, reference="other")
    sync(desk)
    order(police, config, case, *ranks)
    mine = Signer(authority.signing_key(config.signing_key))
    stranger = Signer(Ed25519PrivateKey.generate())
    signer, about = (stranger, case) if forged == "another server's" else (mine, other)
    signed = signer.erasure(police.force.org, about, *ranks, datetime.now(UTC))
    with police.force.owner() as owner:
        if forged == "none":
            owner.execute("DELETE FROM erased WHERE org_id = %s", (police.force.org,))
        else:
            owner.execute(
                "UPDATE erased SET body = %s, signature = %s WHERE org_id = %s",
                (bytes(signed.body), signed.signature, police.force.org),
            )
    assert code_of(lambda: sync(desk)) == "sync.erasure"
    assert references(desk, case) == [CANARY]
    assert faults(police)


def test_a_receipt_that_is_another_devices_is_not_noted(police, config, ranks):
    laptop, other = police.force.laptop(), police.force.laptop()
    case = laptop.new_case()
    laptop.push()
    order(police, config, case, *ranks)
    body = msgspec.json.encode({"kind": "erased", "device": laptop.device, "case": case})
    for key, noted in ((other, 0), (laptop, 1)):
        signature = signing.to_text(key_of(key.device).sign(signing.receipt_bytes(body)))
        laptop.pull_page(receipts=[messages.Signed(body=msgspec.Raw(body), signature=signature)])
        found = police.force.rows("SELECT count(*) FROM erasure_receipt WHERE org_id = %s", police.force.org)
        assert found == [(noted,)]
        heard = "SELECT count(*) FROM event WHERE org_id = %s AND kind = 'case_destroyed'"
        assert police.force.rows(heard, police.force.org) == [(noted,)]


def test_two_people_with_a_reason_and_no_hold(police, config, ranks):
    laptop = police.force.laptop()
    case, few = laptop.new_case(), laptop.new_case(police_suspect="yes")
    laptop.push()
    by, second = ranks
    wrong = [
        (case, by, by, "x", "server.erase_two_people"),
        (case, second, by, "x", "server.erase_two_people"),
        (case, by, laptop.officer, "x", "server.erase_two_people"),
        (case, police.force.officer("supervisor", police.force.do(_new_unit)), by, "x", "server.erase_two_people"),
        (few, by, second, "x", "server.erase_two_people"),
        (case, by, second, " ", "server.reason_missing"),
        ("f" * 32, by, second, "x", "server.case_unknown"),
    ]
    for one, first, other, reason, code in wrong:
        assert code_of(lambda: order(police, config, one, first, other, reason)) == code  # noqa: B023 - used at once
    me = Officer(by, "supervisor", police.force.unit)
    police.force.do(lambda c, org: retention.hold(c, org, case, me, "a trial"))
    assert code_of(lambda: order(police, config, case, by, second)) == "server.legal_hold"
    police.force.do(lambda c, org: retention.release(c, org, case, me))
    assert order(police, config, case, by, second) == 1
    standards = police.force.officer("professional_standards")
    for officer in (by, standards):
        police.force.do(lambda c, org: administration.involve(c, org, few, officer, "named"))  # noqa: B023
    assert order(police, config, few, by, standards) == 1
    noted = police.force.rows("SELECT case_id FROM event WHERE org_id = %s AND kind = 'erased'", police.force.org)
    assert {one for (one,) in noted} == {case, few}


def _new_unit(connection, org: str) -> str:
    return administration.new_unit(connection, org, "Elsewhere")


def test_the_serving_role_can_neither_order_nor_erase(police):
    force = police.force
    for query in ("INSERT INTO erased SELECT * FROM erased", "UPDATE entry SET body = ''", "DELETE FROM erased"):
        with psycopg.connect(force.config.database) as one, pytest.raises(psycopg.errors.InsufficientPrivilege):
            one.execute(query.encode())


def test_a_body_that_is_missing_without_an_order_is_found(police, config, ranks):
    laptop = police.force.laptop()
    laptop.new_case()
    laptop.push()
    assert faults(police) == []
    with closing(police.force.owner()) as owner:
        owner.execute("UPDATE entry SET body = '' WHERE org_id = %s", (police.force.org,))
    assert "its bytes do not have its hash" in faults(police)[0]


# ---- What is due -----------------------------------------------------------------------------------------------------


def test_what_is_due_follows_from_the_last_change_the_grade_and_the_profile(police, tmp_path):
    laptop = police.force.laptop()
    wanted = {"none": {}, "standard": {"grade": "standard"}, "high": {"grade": "high"}, "new": {}}
    made = {name: laptop.new_case(name, **fields) for name, fields in wanted.items()}
    laptop.push()
    with police.force.owner() as owner:
        for name, years in (("none", 7), ("standard", 7), ("high", 7)):
            query = "UPDATE held_case SET changed_at = now() - %s WHERE case_id = %s"
            owner.execute(query, (timedelta(days=years * 366), made[name]))
    rules = retention.periods(None)

    def due(days: int = 0) -> list[tuple[str, str]]:
        until = datetime.now(UTC) + timedelta(days=days)
        found = police.force.do(lambda c, org: retention.due(c, org, rules, until))
        return sorted((one.case, one.period) for one in found)

    assert due() == sorted([(made["none"], "without_grade"), (made["standard"], "graded")])
    assert (made["high"], "grave") in due(4 * 366)
    me = Officer(laptop.officer, "officer", police.force.unit)
    police.force.do(lambda c, org: retention.hold(c, org, made["none"], me, "a trial"))
    (held,) = [
        one for one in police.force.do(lambda c, org: retention.due(c, org, rules, datetime.now(UTC))) if one.hold
    ]
    assert (held.case, held.hold) == (made["none"], laptop.officer)


@pytest.mark.parametrize(
    "text",
    [
        "format = 1",
        "format = 'holdfast-retention/1'\nperiods = []",
        "format = 'holdfast-retention/1'\n[[periods]]\ncode = 'a'\nkeep = { n = 0, unit = 'years' }",
        "format = 'holdfast-retention/1'\n[[periods]]\ncode = 'a'\nkeep = { n = 1, unit = 'weeks' }",
        "format = 'holdfast-retention/1'\n[[periods]]\ncode = 'a'\nkeep = { n = 9999, unit = 'years' }",
        "format = 'holdfast-retention/1'\n[[periods]]\ncode = 'a'\nkepe = 1\nkeep = { n = 1, unit = 'days' }",
    ],
)
def test_a_file_of_periods_that_is_wrong_is_said(tmp_path, text):
    (tmp_path / "periods.toml").write_text(text)
    with pytest.raises(Problem, match=r"server\.retention_file"):
        retention.periods(tmp_path / "periods.toml")


def test_years_are_those_of_the_calendar():
    leap = datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert retention.Length(6, "years").after(leap) == datetime(2030, 3, 1, 12, tzinfo=UTC)
    assert retention.Length(30, "days").after(leap) == leap + timedelta(days=30)
