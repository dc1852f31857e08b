"""A server’s history is rewritten, cut short or put back in silence, by somebody who has its signing key as well.

A real vault that has seen the history before meets it again: it says so at its first contact.
"""

from __future__ import annotations

import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from app.clock import SystemClock
from app.notebook.ids import random_id
from app.problems import Problem
from app.store.store import Store
from sync.client import enrolment, witness
from sync.client import round as rounds
from sync.server import authority, heads
from sync.server.database import Connection
from sync.server.statements import Signer
from sync.wire import code as codes
from tests.proof.frame import Proved
from tests.sync.ground import backup, restore
from tests.sync.laptops import Force
from tests.sync.prove.processes import server
from tests.sync.rewriting import made_anew

PROMISE: str = (
    "One laptop that has seen a history finds out at its first contact that the server’s is another one by now."
)
GOALS: tuple[str, ...] = ("G34",)
ALARM = "sync.history_changed"


class Stage:
    """A force in which two write, and the vault of a third who sees it."""

    def __init__(self, force: Force, signer: Signer, folder: Path, seed: int) -> None:
        self.force, self.signer, self.chance = force, signer, random.Random(seed)
        self.writers = [force.laptop(), force.laptop()]
        self.cases = [one.new_case() for one in self.writers]
        device = random_id()
        self.store = Store.create(folder, secrets.token_bytes(32), device)
        pin = authority.pin(force.config.authority.read_bytes())
        text = codes.write(codes.Code("127.0.0.1", force.port, pin, force.secret(force.officer())))
        enrolment.enrol(
            self.store, text, laptop=random_id(), author=f"Officer {device}", clock=SystemClock(), trial=True
        )

    def goes_on(self) -> None:
        """Both write and send."""
        for one, case in zip(self.writers, self.cases, strict=True):
            for n in range(self.chance.randrange(1, 4)):
                one.set(case, "reference", str(n))
            one.push()

    def met(self) -> str:
        """The code of the Problem in which the vault's round ends, or nothing."""
        try:
            rounds.run(self.store, SystemClock())
        except Problem as problem:
            return problem.code
        return ""

    def close(self) -> None:
        self.store.close()
        for one in self.writers:
            one.close()


# ---- what somebody behind the server does to it


def received_earlier(connection: Connection, stage: Stage) -> None:
    """An entry came at another time, it says now."""
    connection.execute(
        "UPDATE entry SET received_at = '2020-01-01T00:00:00+00:00' WHERE org_id = %s AND number = %s",
        (stage.force.org, _some(connection, stage)),
    )


def taken_out(connection: Connection, stage: Stage) -> None:
    """An entry never was there."""
    connection.execute(
        "DELETE FROM entry WHERE org_id = %s AND number = %s", (stage.force.org, _some(connection, stage))
    )


def exchanged(connection: Connection, stage: Stage) -> None:
    """Two entries that follow each other stand in each other's place."""
    org, number = stage.force.org, _some(connection, stage)
    row = connection.execute("SELECT max(number) FROM entry WHERE org_id = %s AND number < %s", (org, number))
    found = row.fetchone()
    before = found[0] if found and found[0] else None
    if before is None:
        return taken_out(connection, stage)
    for old, new in ((number, -1), (before, number), (-1, before)):
        connection.execute("UPDATE entry SET number = %s WHERE org_id = %s AND number = %s", (new, org, old))
    return None


def cut_short(connection: Connection, stage: Stage) -> None:
    """The last entries never were there."""
    connection.execute(
        "DELETE FROM entry WHERE org_id = %s AND number >= %s", (stage.force.org, _some(connection, stage))
    )


def _some(connection: Connection, stage: Stage) -> int:
    rows = connection.execute("SELECT number FROM entry WHERE org_id = %s ORDER BY number", (stage.force.org,))
    return int(stage.chance.choice(rows.fetchall())[0])


REWRITTEN: tuple[Callable[[Connection, Stage], None], ...] = (received_earlier, taken_out, exchanged, cut_short)


def _rewritten(stage: Stage, how: Callable[[Connection, Stage], None]) -> None:
    """All that follows from the entries is made anew, and the head of it is signed with the server's own key."""
    org = stage.force.org
    with stage.force.owner() as owner, owner.transaction():
        (epoch,) = owner.execute("SELECT epoch FROM organisation WHERE org_id = %s", (org,)).fetchone() or ("",)
        owner.execute("DELETE FROM tree_head WHERE org_id = %s", (org,))
        how(owner, stage)
        size = made_anew(owner, org)
        if size:
            heads.sign(owner, org, epoch, size, stage.signer)


def run(times: int, seed: int = 0) -> Proved:
    """So many histories that are not the one that was seen, each followed by the right one again."""
    faults: list[str] = []
    noticed: Counter[str] = Counter()
    with server() as made, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "vault"
        folder.mkdir(mode=0o700)
        stage = Stage(made.force, Signer(authority.signing_key(made.config.signing_key)), folder, seed)
        stage.goes_on()
        for n in range(times):
            with made.force.owner() as owner:
                older = backup(owner, made.force.org)
            stage.goes_on()
            if code := stage.met():
                faults.append(f"{n}: a history that went on was answered {code}")
                break
            with made.force.owner() as owner:
                right = backup(owner, made.force.org)
                how = stage.chance.choice((*REWRITTEN, None))
                if how is None:
                    restore(owner, made.force.org, older)
            if how is not None:
                _rewritten(stage, how)
            what = how.__name__ if how is not None else "put_back"
            code = stage.met()
            noticed[what] += code == ALARM
            if code != ALARM:
                faults.append(f"{n}: {what}: the vault said {code or 'nothing'}")
            with made.force.owner() as owner:
                restore(owner, made.force.org, right)
            if faults and code != ALARM and len(faults) > 20:
                break
        bugs = [line.split("bug:")[1] for line in made.log.read_text().splitlines() if "bug:" in line]
        faults += sorted(set(bugs))
        stage.close()
    told = ", ".join(f"{what} {count}" for what, count in sorted(noticed.items()))
    return Proved(f"{noticed.total()} of {times} noticed at the first contact ({told})", faults)


def gate() -> Proved:
    """A fifth."""
    return run(20)


def deep() -> Proved:
    """A hundred."""
    return run(100)


def control() -> Proved:
    """A laptop that is no witness."""
    with mock.patch.object(witness, "met"):
        return run(6)
