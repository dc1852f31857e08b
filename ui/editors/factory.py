"""The editor of a field, made from its declaration alone: its kind, its label, its code list."""

from __future__ import annotations

from typing import Any

from app.records.fields import Field
from ui.editors.chosen import FEW, BoxEditor, CodeEditor, CodesEditor, SetEditor, ThreeEditor
from ui.editors.dated import DayEditor, MomentEditor
from ui.editors.editor import Editor
from ui.editors.written import LineEditor, NamesEditor, NumberEditor, WordsEditor
from ui.widgets.choices import Option

_LONGEST_ROW = 64
_ROWS = frozenset({"task_status", "feels"})
"""Lists that stand side by side although they are long: nobody should pass over one on the way to another."""
_WRITTEN: dict[str, type[Editor]] = {
    "line": LineEditor,
    "words": WordsEditor,
    "number": NumberEditor,
    "names": NamesEditor,
    "day": DayEditor,
    "moment": MomentEditor,
    "three": ThreeEditor,
}


def options_of(session: Any, code_list: str) -> list[Option]:
    """The codes of a list with their labels in the officer's language."""
    return [(code.code, session.translator.text(code.label)) for code in session.desk.library.codes(code_list)]


def label_of(session: Any, code_list: str, code: Any) -> str:
    """The label of one code; a code that only a newer list knows is shown as it is."""
    return str(session.translator.text(session.desk.library.label(code_list, code)))


def editor_for(field: Field, session: Any, explanation: str = "", *, label: str = "") -> Editor:
    """The editor for a field of a record. A person or a record is chosen from options that the form sets later."""
    if field.kind in _WRITTEN:
        return _WRITTEN[field.kind](session, field, explanation, label=label)
    if field.kind in ("person", "record"):
        return BoxEditor(session, field, [], explanation, label=label)
    options = options_of(session, field.codes)
    if field.kind == "set":
        return SetEditor(session, field, options, explanation, label=label)
    if field.kind == "codes":
        return CodesEditor(session, field, options, explanation, label=label)
    few = (len(options) <= FEW and sum(len(text) for _, text in options) <= _LONGEST_ROW) or field.codes in _ROWS
    kind = CodeEditor if few else BoxEditor
    return kind(session, field, options, explanation, label=label)
