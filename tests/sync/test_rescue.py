"""What is carried to the server by hand counts as if it had been pushed; a vault that moved or was rebuilt goes on with
the server. Real vaults, a real server."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import msgspec
import pytest

from app.casework import cases, edit, new_laptop, rebuild
from app.casework.desk import close_desk
from app.problems import Problem
from app.vault import vault
from app.vault.vault import FLOOR_COST
from sync.client import carrier
from sync.server import authority, carrying, enrol
from sync.server.statements import Signer
from sync.wire import carried, sealed, signing
from tests.sync.police import PASSPHRASE, code_of, references, sync
from ui import orders
from ui.commands.main import main

NOW = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)


@pytest.fixture
def signer(police):
    return Signer(authority.signing_key(police.force.config.signing_key))


def take_in(police, signer, data):
    return carrying.take_in(police.force.database, signer, carried.read_carrier(data), NOW)


def test_what_was_not_sent_is_carried_there_and_back(police, signer, tmp_path):
    desk, colleague = police.enrolled(), police.enrolled()
    case = cases.new_case(desk, "sent before")
    sync(desk)
    edit.set_field(desk, case, case, "reference", "carried")
    beside = cases.new_case(desk, "begun after it")
    data, count = carrier.of_store(desk.store)
    assert count == len(msgspec.json.decode(data)["boxes"]) + 1 or count > 1
    assert b"begun after it" not in data
    done = take_in(police, signer, data)
    assert [one.outcome for one in done.outcomes] == ["accepted"] * count
    noted = police.force.rows("SELECT detail FROM event WHERE org_id = %s AND kind = 'carried'", police.force.org)
    assert [detail.split()[0] for (detail,) in noted] == [str(count)]
    again = take_in(police, signer, data)
    assert [one.outcome for one in again.outcomes] == ["already"] * count
    assert [(one.first, one.number) for one in again.outcomes] == [(one.first, one.number) for one in done.outcomes]
    assert desk.store.unsent()[0] == count
    for _ in range(2):
        assert carrier.take_note(desk.store, done.note) == (count, 0)
    assert desk.store.unsent()[0] == 0
    assert code_of(lambda: carrier.of_store(desk.store)) == "carrier.nothing"
    assert sync(desk).sent == 0
    sync(colleague)
    assert (references(colleague, case), references(colleague, beside)) == (["carried"], ["begun after it"])
    cases.new_case(desk, "by the wire again")
    assert sync(desk).sent > 0
    desk.store.verify()


def test_the_commands_carry_it_there_and_back(police, trial, tmp_path, capsys):
    desk = police.enrolled()
    sync(desk)
    cases.new_case(desk, "never sent")
    waiting = desk.store.unsent()[0]
    folder, words = str(desk.unlocked.folder), tmp_path / "words"
    words.write_text(PASSPHRASE)
    words.chmod(0o600)
    close_desk(desk)
    police.desks.remove(desk)
    opening = ["--vault", folder, "--passphrase-file", str(words), "--json"]
    file, note = str(tmp_path / "carrier"), str(tmp_path / "note")
    assert main(["vault", "carry-out", file, *opening]) == 0
    taken = trial.command("carry-in", file, "--note", note)
    assert (taken.returncode, json.loads(taken.stdout)["accepted"]) == (0, waiting), taken.stderr
    over = trial.command("carry-in", file, "--note", note)
    assert (over.returncode, len(over.stderr.splitlines())) == (1, 3)
    again = json.loads(trial.command("carry-in", file).stdout)
    assert (again["entries"], again["already"]) == (waiting, waiting)
    nowhere = trial.command("carry-in", file, "--note", str(tmp_path / "nowhere" / "note"))
    safe = "What the laptop could not send is here, all of it."
    assert (nowhere.returncode, nowhere.stderr.splitlines()[1]) == (1, safe)
    capsys.readouterr()
    assert main(["vault", "carried", note, *opening]) == 0
    assert main(["status", *opening]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["unsent"] == 0


def test_what_is_forged_or_changed_takes_nobody_s_place(police, signer, tmp_path):
    desk, other = police.enrolled(), police.enrolled()
    cases.new_case(desk, "mine")
    data, count = carrier.of_store(desk.store)
    before = police.force.rows("SELECT count(*) FROM entry WHERE org_id = %s", police.force.org)
    whole = msgspec.json.decode(data)
    chance, refused = random.Random(3), 0
    box = signing.from_text(whole["boxes"][0])
    changed = [{**whole, "device": other.device_id}, {**whole, "device": "f" * 32}]
    for _ in range(60):
        spoilt = bytearray(box)
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        changed.append({**whole, "boxes": [signing.to_text(bytes(spoilt))]})
    # Sealed rightly, by somebody who knows only the server's public key, with an entry that is not this device's.
    key = signing.from_text(signer.seal_key)
    cases.new_case(other, "theirs")
    theirs = sealed.open_box(
        signing.from_text(msgspec.json.decode(carrier.of_store(other.store)[0])["boxes"][0]),
        other.device_id,
        signer.sealed_for,
    )
    changed.append({**whole, "boxes": [signing.to_text(sealed.seal(theirs, desk.device_id, key))]})
    mine = sealed.open_box(box, desk.device_id, signer.sealed_for)
    forged = [
        msgspec.structs.replace(one, entry=msgspec.Raw(bytes(one.entry).replace(b"mine", b"mind"))) for one in mine
    ]
    assert forged != mine
    changed.append({**whole, "boxes": [signing.to_text(sealed.seal(forged, desk.device_id, key))]})
    for one in changed:
        with pytest.raises(Problem, match=r"carrier\.not_believed"):
            take_in(police, signer, msgspec.json.encode(one))
        refused += 1
    assert refused == 64
    assert police.force.rows("SELECT count(*) FROM entry WHERE org_id = %s", police.force.org) == before
    for bad in (b"", b"{}", data[:-9], data.replace(b"holdfast carrier 1", b"holdfast carrier 2")):
        with pytest.raises(carried.NotOne):
            carried.read_carrier(bad)
    note = take_in(police, signer, data).note
    assert code_of(lambda: carrier.take_note(other.store, note)) == "carrier.note_wrong"
    assert (
        code_of(lambda: carrier.take_note(desk.store, note.replace(b"accepted", b"refused!"))) == "carrier.note_wrong"
    )
    assert desk.store.unsent()[0] == count


def test_a_destroyed_vault_is_relieved_by_a_carrier_without_any_passphrase(police, signer, tmp_path):
    desk = police.enrolled()
    cases.new_case(desk, "before it was stolen")
    sync(desk)
    cases.new_case(desk, "never sent")
    police.force.do(lambda c, org: enrol.revoke(c, org, [desk.device_id]))
    with pytest.raises(Problem, match=r"sync\.revoked"):
        sync(desk)
    with pytest.raises(Problem, match=r"vault\.wiped"):
        orders.carry_out(desk)
    folder, file = desk.unlocked.folder, tmp_path / "carrier"
    assert main(["vault", "carry-out", str(file), "--vault", str(folder), "--json"]) == 0
    done = take_in(police, signer, file.read_bytes())
    assert {one.outcome for one in done.outcomes} <= {"accepted", "already", "refused"}
    kept = police.force.rows(
        "SELECT count(*) FROM (SELECT device_id FROM entry UNION ALL SELECT device_id FROM quarantine) AS e"
        " WHERE device_id = %s",
        desk.device_id,
    )
    assert kept[0][0] == len(done.outcomes)


def test_a_vault_that_moved_is_another_device_on_another_laptop(police, tmp_path):
    desk = police.enrolled()
    case = cases.new_case(desk, "A")
    sync(desk)
    edit.set_field(desk, case, case, "reference", "not sent yet")
    old, out = desk.device_id, new_laptop.move_out(desk, tmp_path / "file")
    made = new_laptop.move_in(tmp_path / "file", out.code, tmp_path / "new" / "one", PASSPHRASE, cost=FLOOR_COST)
    new = made.desk
    police.desks.append(new)
    assert new.device_id == old
    assert sync(new).waiting == 0
    new.store.look_again()
    assert new.device_id != old
    assert references(new, case) == ["not sent yet"]
    told = police.force.rows("SELECT laptop FROM device WHERE device_id = %s", new.device_id)
    assert told == [(new.unlocked.laptop_id,)]
    assert desk.unlocked.laptop_id != new.unlocked.laptop_id


def test_what_cannot_be_read_comes_back_from_the_server(police, tmp_path):
    desk = police.enrolled()
    made = [cases.new_case(desk, f"case {n}") for n in range(60)]
    sync(desk)
    unsent = cases.new_case(desk, "not sent")
    desk.store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder, device = desk.unlocked.folder, desk.device_id
    police.desks.remove(desk)
    close_desk(desk)
    size = (folder / "vault.db").stat().st_size
    with (folder / "vault.db").open("r+b") as file:
        for place in range(size // 4, size, size // 9):
            file.seek(place)
            file.write(bytes(16))
    done = rebuild.rebuild(vault.unlock(folder, PASSPHRASE, clock=desk.clock))
    again = done.desk
    police.desks.append(again)
    assert done.found.missing > 0
    sync(again)
    again.store.look_again()
    assert again.device_id != device
    there = {line.reference for line in cases.list_cases(again)}
    assert {f"case {n}" for n in range(60)} <= there
    again.store.verify()
    assert references(again, made[0]) == ["case 0"]
    if "not sent" not in there:
        assert unsent in done.found.cases or done.found.missing
