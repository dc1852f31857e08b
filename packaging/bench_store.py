"""Measures of what lies below the screens: an answer's way to the disk, the list, rules, finding, paper."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench_caseload import PRESENT
from sqlcipher3 import dbapi2 as sqlite

from app.casework import casefile, cases, find, paper, plan, practice, risk, todo
from app.casework.desk import Desk
from app.records.view import CaseView


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what came out, what was aimed at."""

    what: str
    found: str
    aim: str = ""


def milliseconds(work: Callable[[], Any]) -> float:
    """How long one piece of work takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def processor_ms(work: Callable[[], Any], rounds: int) -> float:
    """The processor's own time for one piece of work, which other programs do not lengthen."""
    begun = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - begun) * 1000 / rounds


def share(values: list[float], part: float) -> float:
    """The value below which the given part of all values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def spread(values: list[float]) -> str:
    """The middle, the slow end and the slowest of some milliseconds."""
    return f"p50 {share(values, 0.5):.2f}  p99 {share(values, 0.99):.2f}  max {max(values):.1f} ms"


def bare_table(folder: Path) -> Any:
    """A table of its own with the settings of a vault, without anything of the program around it."""
    connection = sqlite.connect(str(folder / "bare.db"), isolation_level=None)
    connection.execute("PRAGMA cipher_memory_security = ON")
    connection.set_key(f"x'{os.urandom(32).hex()}'")
    for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    return connection


def answers(desk: Desk, folder: Path, case_id: str, rounds: int = 1500) -> list[Row]:
    """An answer through the use case, and in turn a bare insert of the same bytes into a file beside it."""
    assessment, _ = risk.start_assessment(desk, case_id)
    bare, ours, beside = bare_table(folder), [], []
    codes = [factor.code for factor in risk.instrument(desk, cases.read_case(desk, case_id)).factors]
    insert = "INSERT INTO bare (body) VALUES (?)"
    for number in range(rounds + 100):
        code, value = codes[number % len(codes)], ("yes", "no", "unknown")[number % 3]

        def answer(code: str = code, value: str = value, number: int = number) -> None:
            risk.answer(desk, case_id, assessment, code, value=value, note=f"words {number}")

        took = milliseconds(answer)
        with desk.store.reading() as connection:
            kept = connection.execute("SELECT body, signature FROM entry ORDER BY rowid DESC LIMIT 1").fetchone()
        alone = milliseconds(partial(bare.execute, insert, (b"".join(kept),)))
        if number >= 100:
            ours.append(took)
            beside.append(alone)
    bare.close()
    times = (share(ours, 0.5) / share(beside, 0.5), share(ours, 0.99) / share(beside, 0.99))
    return [
        Row("answer: use case to commit", spread(ours), "p99 ≤ 10 ms"),
        Row("  bare insert of the same bytes", spread(beside)),
        Row("  times the bare insert", f"p50 {times[0]:.1f}×  p99 {times[1]:.1f}×", "≤ 3×"),
    ]


def listing(desk: Desk) -> list[Row]:
    """The list of all cases, when nothing changed and when one case did."""
    calm = [milliseconds(lambda: cases.list_cases(desk)) for _ in range(5)]
    some = cases.list_cases(desk)[0].id
    changed = []
    for _ in range(5):
        cases.immediate_danger(desk, some)
        changed.append(milliseconds(lambda: cases.list_cases(desk)))
    return [
        Row("list of all cases", f"{share(calm, 0.5):.0f} ms", ""),
        Row("  after a change of one", f"{share(changed, 0.5):.0f} ms", ""),
    ]


def rules(desk: Desk, case_id: str) -> list[Row]:
    """Floor, suggested tasks and modules of a case with 43 answers."""
    state = desk.store.case(case_id)

    def recompute() -> None:
        view = CaseView(state)  # a new view, as after each answer: nothing of it is known yet
        todo.suggestions(desk, view)
        plan.suggestions(desk, view)

    took = [milliseconds(recompute) for _ in range(200)]
    seen = [milliseconds(lambda: risk.picture(desk, CaseView(state))) for _ in range(200)]
    return [
        Row("floor and all suggestions", f"{spread(took)} (processor {processor_ms(recompute, 100):.1f})", "≤ 5 ms"),
        Row("picture of the assessment", spread(seen)),
    ]


def finding(desk: Desk) -> list[Row]:
    """Names as they are typed: from the first letter to given and family name."""
    with desk.store.reading() as connection:
        people = connection.execute("SELECT count(*) FROM record WHERE type = 'person'").fetchone()[0]
        words = [row[0] for row in connection.execute("SELECT DISTINCT word FROM word WHERE kind = 'name'")]
    chance, took, worked, slowest = random.Random(7), [], [], ("", 0.0)
    for _ in range(150):
        one, other = chance.choice(words), chance.choice(words)
        for typed in (one[:1], one[:3], one, f"{one[:2]} {other[:2]}", f"{one} {other[:3]}", "zzyzx"):
            begun = time.process_time()
            ms = milliseconds(partial(find.find, desk, typed))
            worked.append((time.process_time() - begun) * 1000)
            took.append(ms)
            slowest = max(slowest, (typed, ms), key=lambda pair: pair[1])
    found = (
        f"p50 {share(took, 0.5):.1f}  p95 {share(took, 0.95):.1f} (processor {share(worked, 0.95):.1f})  "
        f"max {slowest[1]:.1f} ms (“{slowest[0]}”)"
    )
    return [Row(f"find a name among {people:,} people", found, "p95 ≤ 30 ms"), *_misspelled(desk, words, chance)]


def _misspelled(desk: Desk, words: list[str], chance: random.Random) -> list[Row]:
    """Names with letters swapped, missing, doubled or others, forgiven and, in turn, looked for as they stand."""
    forgiven, alone, slowest = [], [], ("", 0.0)
    longer = [word for word in words if len(word) > 3]
    for _ in range(300):
        one, other = chance.choice(longer), chance.choice(longer)
        for typed in (_slip(one, chance), f"{_slip(one, chance)} {other[:3]}", f"{one} {_slip(other, chance)}"):
            alone.append(milliseconds(partial(find.find, desk, typed, nearly=0)))
            forgiven.append(milliseconds(partial(find.find, desk, typed)))
            slowest = max(slowest, (typed, forgiven[-1]), key=lambda pair: pair[1])
    times = [share(forgiven, part) / share(alone, part) for part in (0.5, 0.95)]
    found = f"{spread(forgiven)} (“{slowest[0]}”)"
    return [
        Row("  misspelled, and forgiven", found, "p99 ≤ 50 ms"),
        Row("  times the same words unforgiven", f"p50 {times[0]:.1f}×  p95 {times[1]:.1f}×"),
    ]


def _slip(word: str, chance: random.Random) -> str:
    """A word as it is misheard or mistyped."""
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return chance.choice(
        (
            before + after,
            before + letter * 2 + after,
            before + after[0] + letter + after[1:],
            before + chance.choice("aeiouy") + after,
        )
    )


def full_case(desk: Desk) -> str:
    """A case with 43 answers and measures enough for some pages of plan; returns its id."""
    data = practice.moved(json.loads(practice.files()[0].read_bytes()), desk.clock.now())
    case_id = casefile.import_case(desk, json.dumps(data).encode()).case
    assessment, _ = risk.start_assessment(desk, case_id)
    for factor in risk.instrument(desk, cases.read_case(desk, case_id)).factors:
        risk.answer(desk, case_id, assessment, factor.code, value="yes" if factor.code in PRESENT else "no")
    lines = plan.modules(desk, cases.read_case(desk, case_id))
    for line in [line for line in lines if line.suggested][:12]:
        for number in range(2):
            what = f"{number + 1}. Keep the papers, the keys and the telephone where they can be reached at night."
            plan.add_measure(desk, case_id, line.definition.code, what=what, who="Officer", when="this week")
    return case_id


def papers(desk: Desk, case_id: str) -> list[Row]:
    """The plan for the file as a PDF, the first one with everything that is loaded for it."""

    def make() -> bytes:
        return paper.preview(desk, case_id, "safety-plan", "full")

    first = milliseconds(make)
    took = [milliseconds(make) for _ in range(9)]
    pages = len(paper.pages(make(), 0.1))
    found = (
        f"p50 {share(took, 0.5):.0f} (processor {processor_ms(make, 5):.0f}) ms for {pages} pages; first {first:.0f} ms"
    )
    return [Row("plan to PDF", found, "≤ 150 ms for 4 pages")]
