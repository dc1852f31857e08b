"""The program at work on cases in whose every text field stands a hostile text; run by `hostile` under strace.

Standard input is JSON: folder, file to write to, how many cases, whether labels show markup, and codes of a server.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget

from app import paths
from app.casework import casefile, cases, edit, find, handing_over, paper, practice, refused, steps
from app.casework import casefile_keys as keys
from app.casework.casefile_out import export_case
from app.casework.desk import Desk, close_desk, create_vault
from app.clock import FixedClock
from app.documents.allowed import PAPERS
from app.forms.library import load_library
from app.i18n import translator
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.records.view import CaseView, Record
from app.vault.vault import FLOOR_COST
from sync.client import talk
from tests.looks import walk
from tests.proof.typed.texts import BAIT, LONG, clean, texts
from tests.sync.police import enrol, sync
from ui.pages.fold import Fold
from ui.widgets.text import PlainLabel

PASSPHRASE = "mosslamp harrow tundle"
NOW = datetime(2026, 11, 14, 5, 0, tzinfo=UTC)
CODES = keys.line_codes(load_library(paths.resources()))
TEXT_KINDS = ("line", "words", "names")
LOGS = frozenset({"operation", "print", "hand_over", "hand_over_answer", "sealed", "link"})
"""What the program writes itself, from what it knows."""
SHOWN = frozenset({("incident", "narrative"), ("incident", "place"), ("person", "given_name"), ("person", "address")})
"""Fields that stand on some page of every case in which they have a text."""
Place = tuple[str, str, str]
"""Type, id and field of a text."""


@dataclass
class Session:
    """What was done and what did not hold."""

    desk: Desk
    folder: Path
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """A Problem is an answer; anything else is a fault."""
        self.counted[what.partition(" of ")[0]] += 1
        try:
            yield
        except Problem as problem:
            problem.sentences(translator("en"))
            self.counted["problems said"] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
            self.faults.append(f"{what}: {type(error).__name__} at {where}: {str(error)[:80]!r}")

    # -- writing

    def filled(self, n: int, typed: list[str]) -> tuple[str, dict[Place, str]]:
        """A rich case in which every text field of every record is another hostile text; what was typed where."""
        files = practice.files()
        case = casefile.import_case(self.desk, files[n % len(files)].read_bytes(), set()).case
        view = cases.read_case(self.desk, case)
        changes: list[notebook.Change] = []
        places: dict[Place, str] = {}
        turn = n * 97
        for record in [*view, *self._others(view.id)]:
            kind = RECORD_TYPES.get(record.type)
            if kind is None or kind.name in LOGS:
                continue
            fields: dict[str, Any] = {}
            for one in kind.fields:
                if one.kind in TEXT_KINDS and (kind.name, one.name) not in CODES and one.name not in _CODED:
                    text = typed[turn % len(typed)]
                    turn += 1
                    fields[one.name] = [text, "x"] if one.kind == "names" else text
                    places[record.type, record.id, one.name] = text
            mine = {name: places.pop((record.type, record.id, name)) for name in fields}
            new = record.id if isinstance(record, Record) else random_id()
            try:
                if not isinstance(record, Record):
                    changes += edit.make(kind.name, new, fields)
                elif not kind.immutable:
                    changes += edit.assign(self.desk, case, new, fields)
                else:
                    continue
            except Problem:
                continue  # what is completed stays as it is
            places |= {(kind.name, new, name): text for name, text in mine.items()}
        for start in range(0, len(changes), 100):
            edit.write(self.desk, case, changes[start : start + 100])
        self.counted["fields written"] += len(places)
        return case, places

    def _others(self, case: str) -> list[Any]:
        """One more record of each type, so that none is missing."""
        return [SimpleNamespace(type=kind, id=random_id()) for kind in RECORD_TYPES if kind != "case"]

    def kept(self, desk: Desk, case: str, places: dict[Place, str], where: str) -> None:
        """Every text is there as it was typed."""
        desk.store.forget()
        view = cases.read_case(desk, case)
        for (kind, record, name), text in places.items():
            found = view.record(record)
            value = found.get(name) if found else None
            value = value[0] if isinstance(value, list) and value else value
            self.counted[f"texts read back {where}"] += 1
            if (value or "") != clean(text):
                self.faults.append(f"{where}: {kind}.{name} is {str(value)[:40]!r} and not {clean(text)[:40]!r}")

    # -- screens

    def seen(self, at: walk.AtTheProgram, window: Any, case: str, places: dict[Place, str]) -> None:
        """Every page of the case, painted with everything open: plain text everywhere, and the texts on it."""
        said: set[str] = set()
        window.session.open_case(case)
        for step in (*window.case_frame.steps.buttons, *steps.BESIDE):
            with self.doing(f"pages painted of {step}"):
                walk.show_step(window, step)
                page = window.case_frame.page
                for fold in page.findChildren(Fold):
                    fold.set_open(True)
                walk.settle()
                at.top.grab()
                said |= {_flat(one) for one in self._said(at.top, step)}
        everything = "\n".join(said)
        for (kind, _, name), text in places.items():
            wanted = _flat(clean(text))
            self.counted["texts looked for on screens"] += 1
            if wanted in everything:
                self.counted["texts seen on screens"] += 1
            elif (kind, name) in SHOWN:
                self.faults.append(f"{kind}.{name} is on no page as typed: {wanted[:60]!r}")

    def _said(self, top: QWidget, step: str) -> Iterator[str]:
        for part in top.findChildren(QWidget):
            if isinstance(part, QLabel):
                if part.textFormat() != Qt.TextFormat.PlainText and Qt.mightBeRichText(part.text()):
                    self.faults.append(f"{step}: a {type(part).__name__} reads markup")
                yield part.text()
            elif isinstance(part, QLineEdit):
                yield part.text()
            elif isinstance(part, QPlainTextEdit):
                yield part.toPlainText()
            elif isinstance(part, QAbstractItemView) and part.model() is not None:
                model = part.model()
                yield from (str(model.index(row, 0).data() or "") for row in range(model.rowCount()))
            tip = part.toolTip()
            if "<img" in tip or "<table" in tip:
                self.faults.append(f"{step}: a tooltip reads markup")

    def pasted(self, window: Any, text: str) -> None:
        """Markup from another program, pasted where words are typed."""
        for part in window.findChildren(QPlainTextEdit)[:3]:
            with self.doing("pasted texts"):
                data = QMimeData()
                data.setHtml(text)
                data.setText("x")
                part.insertFromMimeData(data)
                if "\ufffc" in part.toPlainText():
                    self.faults.append("a pasted picture is taken in")

    # -- documents, search, export

    def printed(self, case: str) -> None:
        for document, variant in PAPERS:
            with self.doing("documents made"):
                pdf = paper.preview(self.desk, case, document, variant)
                if BAIT.encode() in pdf and b"/URI" in pdf:
                    self.faults.append(f"{document} links to what a text names")
        with self.doing("lists made"):
            handing_over.preview(self.desk, cases.lines_of(self.desk, {case}), "<img src=/tmp/hfbait.png>")

    def found(self, some: list[str]) -> None:
        for text in some:
            with self.doing("searches"):
                find.find(self.desk, text)

    def handed_over(self, case: str, places: dict[Place, str], other: Desk) -> None:
        """The case file, and what another vault makes of it."""
        out = self.folder / f"{case}.json"
        with self.doing("case files"):
            export_case(self.desk, case, out, "Handed over <b>", PASSPHRASE, "=1+1")
            told = json.loads(out.read_bytes())
            everything = json.dumps(told, ensure_ascii=False)
            missing = [
                place
                for place, text in places.items()
                if place[:1] == ("incident",) and place[2] == "narrative"
                and json.dumps(clean(text), ensure_ascii=False)[1:-1] not in everything
            ]  # fmt: skip
            self.faults += [f"the case file lacks {place[0]}.{place[2]}" for place in missing]
            casefile.import_case(other, out.read_bytes(), set())


_CODED = frozenset({"profile", "instrument", "factor", "module", "code", "rules", "factors", "language", "languages"})


def _flat(text: str) -> str:
    """Without blanks, line ends and what is not printed; as Qt and NFC may have it."""
    text = unicodedata.normalize("NFC", text.replace("&&", "&"))
    return re.sub(r"\s+", "", "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cn", "Zl", "Zp")))


def main() -> None:
    """One session."""
    told = json.load(sys.stdin)
    folder, count = Path(told["folder"]), told["cases"]
    clock = FixedClock(NOW)
    desks = [
        create_vault(folder / name, officer=officer, passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock)[0]
        for name, officer in (("one", "Asta Moor"), ("two", "Ilse Varga"))
    ]
    done, other = Session(desks[0], folder), desks[1]
    sys.excepthook = lambda kind, error, _: done.faults.append(f"unhandled: {kind.__name__}: {str(error)[:200]!r}")
    with contextlib.ExitStack() as stack:
        if told["markup"]:
            stack.enter_context(mock.patch.object(PlainLabel, "setTextFormat", _auto))
        stack.enter_context(mock.patch.object(talk, "BREATH_S", 0))
        _work(done, other, count, told["codes"])
    for desk in desks[1:]:
        close_desk(desk)
    Path(told["into"]).write_text(json.dumps({"counted": done.counted, "faults": done.faults}))


def _auto(label: QLabel, _format: Qt.TextFormat) -> None:
    QLabel.setTextFormat(label, Qt.TextFormat.AutoText)


def _work(done: Session, other: Desk, count: int, codes: list[str]) -> None:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert app is not None
    typed = texts()
    filled = [done.filled(n, typed) for n in range(count)]
    for case, places in filled:
        done.kept(done.desk, case, places, "here")
    at = walk.AtTheProgram(SimpleNamespace(clock=done.desk.clock), "en", "light")  # type: ignore[arg-type]
    sys.excepthook = lambda kind, error, _: done.faults.append(f"unhandled: {kind.__name__}: {str(error)[:200]!r}")
    window = at.enter(done.desk)
    for n, (case, places) in enumerate(filled):
        done.seen(at, window, case, places)
        done.printed(case)
        done.found(typed[n * len(typed) // count : (n + 1) * len(typed) // count])
        done.handed_over(case, places, other)
    for place in (*walk.PLACES, *walk.WITHIN):
        with done.doing(f"pages painted of {place}"):
            walk.go(window, place)
            walk.settle()
            at.top.grab()
            list(done._said(at.top, place))
    for text in typed[::25]:
        with done.doing("searches on the screen"):
            window.go({"place": "find"})
            window.find_box.setText(clean(text))
            window._find()
            walk.settle()
            at.top.grab()
    _long(done, window)
    if codes:
        _sent(done, other, codes, filled)
    # Last: what is pasted is written.
    window.session.open_case(filled[0][0], "happened")
    for text in typed[::50]:
        done.pasted(window, text)
    at.end()


def _long(done: Session, window: Any) -> None:
    """A million letters in one field."""
    with done.doing("very long texts"):
        case = cases.new_case(done.desk, "NM-long")
        record, _ = edit.create(done.desk, case, "incident", {"narrative": LONG})
        done.kept(done.desk, case, {("incident", record, "narrative"): LONG}, "here")
        with contextlib.suppress(Problem):
            paper.preview(done.desk, case, "sheet", "full")
        find.find(done.desk, LONG[:1_000_000])


def _sent(done: Session, other: Desk, codes: list[str], filled: list[tuple[str, dict[Place, str]]]) -> None:
    """To another laptop by way of a server."""
    for desk, code in zip((done.desk, other), codes, strict=True):
        enrol(desk, code)
    rounds: list[Callable[[], object]] = [lambda: sync(done.desk), lambda: sync(other)]
    for step in rounds * 2:
        with done.doing("rounds"):
            step()
    done.faults += [f"the server refused: {line.why}" for line in refused.refused(done.desk, translator("en"))]
    for case, places in filled:
        # Where a suspect works for the police, no colleague gets the case.
        if _for_few(cases.read_case(done.desk, case)):
            done.counted["cases kept from the other laptop"] += 1
            done.faults += ["a case for few came to the other laptop"] * (case in other.store.cases())
            continue
        with done.doing("cases on the other laptop"):
            try:
                done.kept(other, case, places, "on the other laptop")
            except Problem as problem:
                done.faults.append(f"a case did not come to the other laptop: {problem.code}")


def _for_few(view: CaseView) -> bool:
    people = view.of("person", archived=True)
    return "yes" in {view.case.get("police_suspect"), *(person.get("police_employee") for person in people)}


if __name__ == "__main__":
    main()
