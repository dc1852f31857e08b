"""The fields of one record as a form: two columns where there is room, each field saved by itself through casework.

A form for a record that does not exist yet makes it with the first answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QScrollArea, QWidget

from app.casework import conflicts, edit
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from app.records.names import full_name
from app.records.view import Record
from ui.editors.chosen import BoxEditor, SetEditor
from ui.editors.dated import MomentEditor
from ui.editors.differs import PAGE
from ui.editors.editor import Editor
from ui.editors.factory import editor_for
from ui.editors.written import NumberEditor

TWO_COLUMNS_PX = 560
ARCHIVED = N_("somebody who was archived")
NO_NUMBER = N_("Kept as you typed it: this is no whole number.")
When = Callable[[Callable[[str], Any]], bool]
"""Whether a field is asked, given a function that reads the record's other fields."""


class RecordForm(QWidget):
    """Editors for the named fields. `made` carries the id of a record that this form has just made.

    `save(field, value)` replaces the ordinary way to save; it returns None where nothing was saved.
    """

    made = Signal(str)

    def __init__(
        self,
        page: Any,
        kind: str,
        names: Sequence[str],
        *,
        record_id: str = "",
        preset: Callable[[], Mapping[str, Any]] | None = None,
        when: Mapping[str, When] | None = None,
        explain: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        save: Callable[[str, Any], Any] | None = None,
        name: str = "",
        kinds: Mapping[str, type[Editor]] | None = None,
    ) -> None:
        super().__init__()
        self.page, self.kind, self.record_id = page, kind, record_id
        self._preset, self._when, self._own_save = preset, dict(when or {}), save
        self._columns = 0
        self.editors: dict[str, Editor] = {}
        declared = RECORD_TYPES[kind]
        for field_name in names:
            field = declared.field(field_name)
            assert field is not None, (kind, field_name)
            words = (explain or {}).get(field_name, ""), (labels or {}).get(field_name, "")
            own = (kinds or {}).get(field_name)
            made = (
                own(page.session, field, words[0], label=words[1])
                if own
                else editor_for(field, page.session, words[0], label=words[1])
            )
            if name:
                made.control.setAccessibleDescription(name)
            made.setParent(self)
            self.editors[field_name] = made
            made.answered.connect(lambda value, made=made: self._save(made, value))
            made.decision_wanted.connect(lambda made=made: self._decide(made))
            if isinstance(made, SetEditor):
                made.toggled.connect(lambda code, on, made=made: self._toggle(made, code, on))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._asked = dict.fromkeys(self.editors, True)
        self._place(1)

    @property
    def record(self) -> Record | None:
        """The record as it stands, or None while there is none."""
        found: Record | None = self.page.view.record(self.record_id) if self.record_id else None
        return found

    def field_at(self, widget: QWidget) -> tuple[str, str] | None:
        """Record and field that a control of this form answers; None while there is no record."""
        if not self.record_id:
            return None
        found = (name for name, editor in self.editors.items() if editor is widget or editor.isAncestorOf(widget))
        return next(((self.record_id, name) for name in found), None)

    def show_record(self) -> None:
        """Show what is stored, what is doubtful, what differs, and only what is asked."""
        record = self.record
        read: Callable[[str], Any] = self._begun().get if record is None else record.get
        asked = dict(self._asked)
        for name, editor in self.editors.items():
            shown = self._as_it_stands(editor, read(name))
            if not editor.is_being_typed():
                editor.seen = tuple(s.dot for s in record.standing(name)) if record is not None else ()
            editor.show_value(shown)
            editor.mark_doubt(self._doubt(editor, shown))
            editor.mark_conflict(record.standing(name) if record is not None and record.in_conflict(name) else [])
            asked[name] = name not in self._when or self._when[name](read) or bool(read(name))
        if asked != self._asked:
            self._asked = asked
            self._place(self._columns)
            self._settle()

    def flush_all(self) -> None:
        """Save what was typed a moment ago."""
        for editor in self.editors.values():
            editor.flush()

    def offer_people(self, people: Sequence[tuple[str, str]]) -> None:
        """Set the options of every field that names a person; one who was archived stays by name where it is chosen."""
        record = self.record
        for editor in self.editors.values():
            if not isinstance(editor, BoxEditor) or editor.field.kind != "person":
                continue
            held = record.get(editor.name) if record is not None else None
            options = list(people)
            if held and held not in dict(people):
                options.append((held, full_name(self.page.view.record(held)) or self.page.words(ARCHIVED)))
            editor.set_options(options)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 2 if self.width() >= TWO_COLUMNS_PX * self.fontMetrics().height() / 20 else 1
        if columns != self._columns:
            self._place(columns)

    def _place(self, columns: int) -> None:
        self._columns = columns
        for name, editor in self.editors.items():
            self._grid.removeWidget(editor)
            if not self._asked[name]:
                editor.hide()
        row, column = 0, 0
        for name, editor in self.editors.items():
            if not self._asked[name]:
                continue
            if columns == 1 or editor.wide:
                row += column > 0
                self._grid.addWidget(editor, row, 0, 1, columns)
                row, column = row + 1, 0
            else:
                self._grid.addWidget(editor, row, column)
                row, column = (row + 1, 0) if column else (row, 1)
            # Only now has it a parent for certain: shown before that, it would be a window of its own.
            editor.show()
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)

    def _as_it_stands(self, editor: Editor, value: Any) -> Any:
        """A number that is none is read by nothing as a number; whoever typed it must see it all the same."""
        record = self.record
        if value is None and isinstance(editor, NumberEditor) and record is not None:
            standing = record.standing(editor.name)
            return standing[-1].value if standing else None
        return value

    def _settle(self) -> None:
        """Lay out what is around at once: left to Qt, a deep page is painted squeezed before it has grown."""
        part: QWidget | None = self
        while part is not None and not isinstance(part, QScrollArea):
            layout = part.layout()
            if layout is not None:
                layout.activate()
            part = part.parentWidget()
        if part is not None:
            QApplication.sendEvent(part, QEvent(QEvent.Type.LayoutRequest))

    def _doubt(self, editor: Editor, value: Any) -> str:
        if isinstance(editor, MomentEditor):  # says so itself, while it is typed
            return ""
        if isinstance(editor, NumberEditor) and isinstance(value, str):
            return str(self.page.words(NO_NUMBER))
        found = edit.finding(self.page.session.desk, self.kind, editor.name, value)
        return "" if found is None else str(self.page.words(found.message, **found.facts))

    def _save(self, editor: Editor, value: Any) -> None:
        if not self.record_id and value is None:
            return
        if self._own_save is not None and not self._came_unseen(editor):
            done = self._own_save(editor.name, value)
        elif self.record_id:
            # What came while this was typed was not seen, so it stays beside it.
            done = self.page.act(edit.set_field, self.record_id, editor.name, value, seen=editor.seen)
        else:
            done = self._make({editor.name: value})
        if done is None:
            editor.mark_unsaved()
        else:
            editor.mark_saved(self.page.session.desk.clock.now())

    def _begun(self) -> dict[str, Any]:
        """What a record that does not exist yet begins with."""
        return dict(self._preset()) if self._preset is not None else {}

    def _make(self, fields: dict[str, Any]) -> Any:
        preset = self._begun()
        # The id is set before anybody is told, so that no second record is made while the screens refresh.
        done = self.page.act_quietly(edit.create, self.kind, {**preset, **fields})
        if done is not None:
            self.record_id = done[0]
            self.made.emit(self.record_id)
            self.page.announce(done)
        return done

    def _came_unseen(self, editor: Editor) -> bool:
        """Another officer’s value came while this one was typed: both stand then, whatever else a save would do."""
        desk, case_id = self.page.session.desk, self.page.case_id
        return bool(self.record_id) and edit.came_unseen(desk, case_id, self.record_id, editor.name, editor.seen)

    def _decide(self, editor: Editor) -> None:
        self.page.session.open_case(self.page.case_id, PAGE, conflicts.key_of(self.record_id, editor.name))

    def _toggle(self, editor: SetEditor, code: str, on: bool) -> None:
        if not self.record_id:
            begun = [held for held in self._begun().get(editor.name, []) if held != code]
            done = self._make({editor.name: [*begun, code] if on else begun})
        else:
            done = self.page.act(edit.add if on else edit.remove, self.record_id, editor.name, code)
        if done is None:
            editor.mark_unsaved()
        else:
            editor.mark_saved(self.page.session.desk.clock.now())
