"""The disks that a power cut may leave: what was flushed is on all of them, and what was not is on some."""

from __future__ import annotations

import random

from tests.vault.prove.recorded import SECTOR, Recorded, Step, cuts

OLD, NEW = b"o" * SECTOR * 2, b"n" * SECTOR * 2


def left(*steps: Step, before: bytes | None = OLD, times: int = 200) -> set[bytes | None]:
    """What one file may be after all these steps; None where it is not there."""
    found = Recorded({} if before is None else {"one": before}, list(steps))
    chance = random.Random(3)
    return {files.get("one") for _, files, _ in cuts(found, [len(steps)] * times, chance)}


WRITE, FLUSH, NAMES = Step("write", "one", at=0, data=NEW), Step("flush", "one"), Step("flush names", "")


def test_what_was_flushed_is_there_and_what_was_not_may_be_torn():
    half = {NEW[:SECTOR] + OLD[:SECTOR], OLD[:SECTOR] + NEW[:SECTOR]}
    assert left(WRITE) == {OLD, NEW} | half
    assert left(WRITE, FLUSH) == {NEW}


def test_what_a_failed_flush_was_to_bring_there_may_be_missing_for_ever():
    later = Step("write", "one", at=len(NEW), data=b"later")
    failed = Step("flush failed", "one")
    assert left(WRITE, later, FLUSH) == {NEW + b"later"}
    assert OLD + b"later" in left(WRITE, failed, later, FLUSH)
    # Written again after that and flushed, it is there.
    assert left(WRITE, failed, WRITE, FLUSH) == {NEW}


def test_a_name_is_there_once_the_folder_was_flushed():
    made = Step("make", "one")
    assert left(made, WRITE, FLUSH, before=None) == {None, NEW}
    assert left(made, WRITE, FLUSH, NAMES, before=None) == {NEW}
    moved = Step("rename", "other", "one")
    assert left(Step("make", "other"), Step("write", "other", at=0, data=NEW), Step("flush", "other"), moved) == {
        OLD,
        NEW,
    }


def test_a_line_that_is_not_whole_was_not_said():
    found = Recorded({}, [Step("say", "", data=b"one\ntw"), Step("say", "", data=b"o\n")])
    assert [said for _, _, said in cuts(found, [0, 1, 2], random.Random(3))] == [[], ["one"], ["one", "two"]]
