"""What laptops keep of cases that left them goes once a backup that is old enough covers it, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.casework import cases, edit
from app.casework.desk import Desk
from app.store import identity
from sync.server import administration, covered
from sync.server.database import Database
from sync.server.figures import Figures
from sync.server.housekeeping import Housekeeping
from tests.sync.laptops import Force
from tests.sync.police import Police, references, sync

NOW = datetime.now(UTC)
OLD = NOW - covered.LAPTOPS_KEEP - timedelta(hours=1)


def standing(force: Force) -> tuple[str, int, int]:
    """Epoch, last number, and up to where laptops are told that the history is covered."""
    ((epoch, number, told),) = force.rows(
        "SELECT o.epoch, c.number, o.covered FROM organisation AS o JOIN counter AS c ON c.org_id = o.org_id"
        " WHERE o.org_id = %s",
        force.org,
    )
    return epoch, number, told


def note(force: Force, made_at: datetime, number: int, epoch: str = "", backup: str = "") -> bool:
    known = epoch or standing(force)[0]
    name = backup or f"{made_at.isoformat()} {number}"
    told = {"backup": name, "epoch": known, "number": number, "made_at": made_at, "now": NOW}
    return force.do(lambda c, org: covered.note_verified(c, org, **told))


def keep_house(force: Force) -> None:
    """As the running server does it once an hour."""
    database = Database(force.config.database, 2)
    database.open()
    try:
        Housekeeping(database, Path(force.folder / "server.crt"), Figures(), 3600).once()
    finally:
        database.close()


def kept_of(desk: Desk, case: str) -> list[int]:
    """How long this vault's own entries on a case are, as they are kept."""
    with desk.store.reading() as connection:
        found = connection.execute(
            "SELECT length(body) FROM entry WHERE case_id = ? AND device = ?", (case, desk.device_id)
        ).fetchall()
    return [length for (length,) in found]


@pytest.fixture
def left(police: Police) -> tuple[Desk, str]:
    """A laptop whose officer wrote in a colleague's case and then went to another unit."""
    colleague, desk = police.enrolled(), police.enrolled()
    case = cases.new_case(colleague, "A")
    sync(colleague)
    sync(desk)
    desk.store.look_again()
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    ((officer,),) = police.force.rows("SELECT officer_id FROM device WHERE device_id = %s", desk.device_id)
    other = police.force.do(lambda c, org: administration.new_unit(c, org, "South"))
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", other))
    assert case in sync(desk).removed
    return desk, case


def test_what_went_is_destroyed_once_an_old_backup_covers_it(police: Police, left: tuple[Desk, str]):
    force, (desk, case) = police.force, left
    number = standing(force)[1]
    assert note(force, NOW, number)
    keep_house(force)
    sync(desk)
    assert standing(force)[2] == 0, "a backup of today covers nothing yet: the next one may be the one that is lost"
    assert min(kept_of(desk, case)) > 0
    assert note(force, OLD, number)
    keep_house(force)
    assert standing(force)[2] == number
    sync(desk)
    assert kept_of(desk, case) == [0]
    desk.store.verify()
    assert sync(desk).waiting == 0


def cover(force: Force, desk: Desk) -> None:
    """An old backup covers all that there is, and the laptop hears of it."""
    note(force, OLD, standing(force)[1])
    keep_house(force)
    sync(desk)


def by_anybody(desk: Desk, case: str) -> list[int]:
    """How long all entries on a case are, as they are kept."""
    with desk.store.reading() as connection:
        return [n for (n,) in connection.execute("SELECT length(body) FROM entry WHERE case_id = ?", (case,))]


@pytest.mark.parametrize("renewed", ["before it left", "afterwards"])
def test_what_a_former_device_wrote_is_destroyed_as_well(police: Police, renewed: str):
    colleague, desk = police.enrolled(), police.enrolled()
    case = cases.new_case(colleague, "A")
    sync(colleague)
    sync(desk)
    desk.store.look_again()
    edit.set_field(desk, case, case, "reference", "B")
    sync(desk)
    ((officer,),) = police.force.rows("SELECT officer_id FROM device WHERE device_id = %s", desk.device_id)

    def renew() -> None:
        identity.want(desk.store, "f" * 32)
        sync(desk)
        desk.store.look_again()

    if renewed == "before it left":
        renew()
    other = police.force.do(lambda c, org: administration.new_unit(c, org, "South"))
    police.force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", other))
    assert case in sync(desk).removed
    if renewed == "afterwards":
        renew()
    assert kept_of(desk, case) == [], "another device wrote it"
    assert min(by_anybody(desk, case)) > 0
    cover(police.force, desk)
    assert by_anybody(desk, case) == [0]
    desk.store.verify()


def test_what_was_destroyed_comes_back_with_its_case(police: Police, left: tuple[Desk, str]):
    """Else the timeline would say nothing of it, and a case that is folded from its entries would lose it."""
    force, (desk, case) = police.force, left
    cover(force, desk)
    assert kept_of(desk, case) == [0]
    ((officer,),) = force.rows("SELECT officer_id FROM device WHERE device_id = %s", desk.device_id)
    force.do(lambda c, org: administration.move_officer(c, org, officer, "officer", force.unit))
    sync(desk)
    desk.store.verify()
    sync(desk, most=40)
    desk.store.look_again()
    desk.store.verify()
    assert [one.entry.device == desk.device_id for one in desk.store.entries(case)].count(True) == 1
    with desk.store.transaction() as connection:
        connection.execute("UPDATE snapshot SET digest = ? WHERE case_id = ?", ("0" * 64, case))
    edit.set_field(police.desks[0], case, case, "grade", "high")
    sync(police.desks[0])
    assert sync(desk).mended == {case}
    desk.store.look_again()
    assert references(desk, case) == ["B"]


def test_what_waits_for_a_server_that_was_put_back_stays(police: Police, left: tuple[Desk, str]):
    force, (desk, case) = police.force, left
    note(force, OLD, standing(force)[1])
    keep_house(force)
    with force.owner() as owner:
        # As if the backup had been made before this laptop sent anything at all.
        owner.execute("DELETE FROM entry WHERE org_id = %s AND device_id = %s", (force.org, desk.device_id))
        owner.execute("UPDATE device SET last = 0, hash = %s WHERE device_id = %s", ("0" * 64, desk.device_id))
    force.do(administration.new_epoch)
    sync(desk)
    ((sent,),) = force.rows(
        "SELECT count(*) FROM entry WHERE org_id = %s AND device_id = %s AND case_id = %s",
        force.org,
        desk.device_id,
        case,
    )
    assert sent == 1, "it had what the server lost, and sent it again"


def test_a_backup_of_another_history_covers_nothing(force: Force):
    epoch, number, _ = standing(force)
    assert not note(force, OLD, number, epoch="f" * 32)
    assert not note(force, OLD, number + 1), "numbers that were not given yet"
    assert note(force, OLD, number, backup="one")
    assert note(force, OLD, number, backup="one"), "noted twice it is one"
    assert force.rows("SELECT count(*) FROM backup WHERE org_id = %s", force.org) == [(1,)]
    force.do(administration.new_epoch)
    assert not note(force, OLD, number, epoch=epoch)


def test_it_never_goes_back(force: Force, laptop):
    laptop.new_case()
    laptop.push()
    number = standing(force)[1]
    note(force, OLD, number)
    assert force.do(lambda c, org: covered.move_up(c, org, NOW))
    note(force, OLD + timedelta(minutes=1), number - 1)
    assert not force.do(lambda c, org: covered.move_up(c, org, NOW))
    assert standing(force)[2] == number
