"""A laptop that gets a newer program and goes back from it is the same device to the server, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

from app.casework import cases, edit
from app.clock import SystemClock
from app.store import going_back
from app.store.store import Store
from sync.client import round as rounds
from tests.store.formats import further
from tests.sync.police import Police, references, sync


def test_no_server_sees_a_difference(police: Police, tmp_path):
    desk, other = police.enrolled(), police.enrolled()
    case = cases.new_case(desk, "before the update")
    sync(desk)
    folder, key, vault, device = (
        desk.unlocked.folder,
        desk.unlocked.database_key(),
        desk.unlocked.device_id,
        desk.device_id,
    )
    desk.store.close()
    newer = replace(desk, store=Store.open(folder, key, vault, migrations=further(tmp_path / "later")))
    edit.set_field(newer, case, case, "reference", "sent under the newer program")
    done = rounds.run(newer.store, SystemClock())
    assert done.waiting == 0
    unsent = cases.new_case(newer, "not sent before going back")
    newer.store.close()
    assert going_back.go_back(folder, key, vault).carried > 0
    desk.store = Store.open(folder, key, vault)
    edit.set_field(desk, case, case, "reference", "after going back")
    sync(desk)
    assert (desk.device_id, desk.store.unsent()[0]) == (device, 0)
    assert references(desk, case) == ["after going back"]
    assert references(desk, unsent) == ["not sent before going back"]
    desk.store.verify()
    kinds = police.force.rows("SELECT kind FROM event WHERE org_id = %s AND device_id = %s", police.force.org, device)
    assert {kind for (kind,) in kinds} <= {"enrolled"}
    assert police.force.rows("SELECT count(*) FROM quarantine WHERE device_id = %s", device) == [(0,)]
    sync(other)
    assert references(other, case) == ["after going back"]
