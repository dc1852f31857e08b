"""What looks at a killed upgrade finds a vault between two formats; `tests/proof/upgrade.py` has many killed."""

from __future__ import annotations

from tests.proof_upgrade import cuts


def test_a_vault_between_two_formats_is_found(tmp_path):
    ground, found = cuts.lay(tmp_path, 2, with_previous=False), cuts.Found()
    with cuts.connect(ground.vault("upgrade") / cuts.FILE, cuts.KEY) as half:
        half.execute("ALTER TABLE entry ADD COLUMN weight INTEGER NOT NULL DEFAULT 0")
    cuts._look(ground, "upgrade", ground.vault("upgrade"), found, "by hand")
    with cuts.connect(ground.vault("back") / cuts.FILE, cuts.KEY) as lost:
        lost.execute("DELETE FROM entry WHERE first = (SELECT max(first) FROM entry)")
    cuts._look(ground, "back", ground.vault("back"), found, "by hand")
    assert len(found.wrong) == 2
