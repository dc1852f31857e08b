"""What was erased by order is on no page of any laptop's vault once they are decrypted, in no log, on no server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from app.casework import cases, edit, place
from app.casework.desk import Desk
from app.store import database, rewriting
from app.store.connection import Connection
from sync.client import talk
from tests.proof.frame import Proved
from tests.screen import canary
from tests.store.pages import pages
from tests.sync.conftest import start_trial, stop_trial
from tests.sync.erasing import faults, open_again, order, where_on_the_server
from tests.sync.laptops import Force
from tests.sync.police import Police, sync

PROMISE: str = (
    "What was erased by order is on no decrypted page and in no log of any laptop, and in no row of the server."
)
GOALS: tuple[str, ...] = ("G25",)


def gate() -> Proved:
    return _erased(1)


def deep() -> Proved:
    return _erased(10)


def control() -> Proved:
    """A vault whose deleted rows keep their bytes, and which is not written anew."""
    with mock.patch.object(rewriting, "write_anew", return_value=None), _leaving_deleted_bytes():
        return _erased(1)


@contextmanager
def _leaving_deleted_bytes() -> Iterator[None]:
    check = database._assert_baseline

    def check_and_leave(connection: Connection) -> None:
        check(connection)
        connection.execute("PRAGMA secure_delete = OFF")

    with mock.patch.object(database, "_assert_baseline", check_and_leave):
        yield


def _erased(times: int) -> Proved:
    """So many cases, one after the other, each on two laptops."""
    with ExitStack() as stack:
        police, log = stack.enter_context(_police())
        mine, theirs = police.enrolled(), police.enrolled()
        ranks = police.force.officer("supervisor"), police.force.officer("auditor")
        cases.new_case(mine, reference="stays")
        before = after = looked = words = 0
        wrong: list[str] = []
        for _ in range(times):
            drawn = canary.draw()
            words += len(drawn.every)
            gone = _written(mine, drawn)
            sync(mine)
            sync(theirs)
            for desk in (mine, theirs):
                _remember(desk, gone[0], drawn)
                before += len(_where(desk, drawn))
            if not _on_server(police, drawn):
                wrong.append("the words never came to the server")
            for case in gone:
                order(police, police.force.config, case, *ranks)
            sync(mine)
            sync(theirs)
            mine, theirs = open_again(police, mine), open_again(police, theirs)
            left = [where for desk in (mine, theirs) for where in _where(desk, drawn)]
            left += [f"the server’s log: {name}" for name in drawn.sought().in_file(log)]
            after += len(left)
            wrong += [*left[:10], *(f"server: {said}" for said in [*_on_server(police, drawn), *faults(police)])]
        for desk in police.desks:
            desk.store.verify()
            looked += sum(1 for _ in pages(desk.unlocked.folder, desk.unlocked.database_key()))
            if [line.reference for line in cases.list_cases(desk)] != ["stays"]:
                wrong.append("another case went as well, or the erased one is still listed")
        if before < 2 * times:
            wrong.append(f"the words lay on {before} pages before: there was nothing to erase")
        figure = (
            f"{times} cases with {words} words on 2 laptops: on {before:,} places of their pages and logs before, on "
            f"{after} of {looked:,} pages after"
        )
        return Proved(figure, wrong)


@contextmanager
def _police() -> Iterator[tuple[Police, Path]]:
    """A trial of its own with a force on it, and its log, which says all. Nobody else writes, so no round waits."""
    place_ = Path(tempfile.mkdtemp(prefix="erased-"))
    place_.chmod(0o711)
    running = start_trial(place_ / "trial", "--log-level", "DEBUG")
    try:
        force = Force(running.folder, running.port)
        made = Police(force, place_ / "vaults")
        with mock.patch.object(talk, "BREATH_S", 0):
            yield made, place_ / "trial.log"
        made.close()
        force.close()
    finally:
        stop_trial(running)
        shutil.rmtree(place_, ignore_errors=True)


def _written(desk: Desk, words: canary.Words) -> list[str]:
    """Two cases with the words; some are written over by others, as a correction is."""
    made = canary.write(desk, words)
    view = desk.store.view(made[0])
    for person, word in zip(view.of("person"), (words.typed["given"], words.typed["suspect"]), strict=False):
        edit.set_fields(desk, made[0], person.id, {"given_name": word})
    return made


def _remember(desk: Desk, case: str, words: canary.Words) -> None:
    """What the screen keeps of a case beside it: words that were not used yet, and what was looked for last."""
    place.choose(desk, f"draft.{case}.reason", words.typed["draft"])
    place.stand(desk, {"place": "find", "words": words.typed["reference"]})


def _where(desk: Desk, words: canary.Words) -> list[str]:
    sought = words.sought()
    vault = pages(desk.unlocked.folder, desk.unlocked.database_key())
    return [f"{name}: {where}" for where, page in vault for name in sought.within(page)]


def _on_server(police: Police, words: canary.Words) -> list[str]:
    stems = (words.stem, words.accented)
    return [table for stem in stems for table in where_on_the_server(police.force.config.owner_database, stem)]
