"""The settings, made from their declaration: what the officer chooses, and what the force decides and why."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import settings
from app.i18n import N_, Translator, languages
from app.policy import Setting, bounds, is_locked, may_choose, write
from app.policy import settings as declared
from app.problems import Problem
from ui import theme
from ui.session import Session
from ui.shell.force_card import ForceCard
from ui.shell.place_page import PlacePage
from ui.widgets.bars import SavedMark
from ui.widgets.choices import ChoiceRow, CodeBox
from ui.widgets.edits import LineEdit, WordsEdit, mark_doubtful
from ui.widgets.text import Card, PlainButton, PlainLabel, announce, row

LANGUAGE_NAMES = {"en": "English"}
NUMBER_WIDTH = 96  # px
FEW = 5  # codes that stand side by side
UNITS = {
    "seconds": (N_("{n} second"), N_("{n} seconds")),
    "minutes": (N_("{n} minute"), N_("{n} minutes")),
    "hours": (N_("{n} hour"), N_("{n} hours")),
    "days": (N_("{n} day"), N_("{n} days")),
    "characters": (N_("{n} character"), N_("{n} characters")),
    "": ("{n}", "{n}"),
}
UNIT_NAMES = {
    "seconds": N_("seconds"),
    "minutes": N_("minutes"),
    "hours": N_("hours"),
    "days": N_("days"),
    "characters": N_("characters"),
    "": "",
}


def value_words(one: Setting, value: Any, translator: Translator) -> str:
    """A value of a setting in words: `5 minutes`, `Yes`."""
    if one.kind == "yes_no":
        return translator.text(N_("Yes") if value else N_("No"))
    if one.kind == "words":
        return ", ".join(value) or translator.text(N_("none"))
    if one.kind == "code":
        return translator.text(dict(codes_of(one)).get(value, str(value)))
    whole = one.unit == "seconds" and value and value % 60 == 0
    singular, several = UNITS["minutes" if whole else one.unit]
    return translator.plural(singular, several, value // 60 if whole else value)


def codes_of(one: Setting) -> tuple[tuple[str, str], ...]:
    """The codes of a setting with their words; languages are those that are shipped."""
    if one.choices:
        return one.choices
    return (("", N_("As the system")), *((tag, LANGUAGE_NAMES.get(tag, tag)) for tag in languages()))


class SettingRow:
    """One setting in a card: its sentence, an editor by its kind or the value in force, what is allowed, and why."""

    def __init__(self, session: Session, one: Setting, body: QVBoxLayout) -> None:
        self.session, self.one = session, one
        self.translator, self.say = session.translator, session.translator.text
        self.sentence = self.say(one.sentence)
        self.label = PlainLabel(self.sentence, bold=True)
        self.editor: Any = None
        self.value = PlainLabel()
        self.told = PlainLabel(" ".join(self._told()), kind="small", quiet=True)
        self.mark = SavedMark(self.translator)
        body.addWidget(self.label)
        if may_choose(one, session.desk.force):
            self.editor = self._make_editor()
            self._place_editor(body)
        else:
            body.addWidget(self.value)
        body.addWidget(self.told)
        body.addWidget(self.mark)
        body.addSpacing(theme.SPACE_S)
        self.mark.hide()
        self.show_value()

    def _told(self) -> list[str]:
        """Default, range, hint, and whose decision this is."""
        one, force = self.one, self.session.desk.force
        words = partial(value_words, one, translator=self.translator)
        told = [self.say(one.hint)] if one.hint else []
        if one.kind in ("number", "yes_no"):
            told.append(self.say(N_("Default: {value}."), value=words(one.default)))
        least, most = bounds(one, force)
        if self.one.kind == "number" and may_choose(one, force):
            told.append(self.say(N_("Allowed: {least} to {most}."), least=words(least), most=words(most)))
        if is_locked(one, force):
            who = force.organisation
            if one.may_lower:
                decides = (
                    N_("{who} decides how long it is at most.")
                    if who
                    else N_("Your force decides how long it is at most.")
                )
            else:
                decides = N_("{who} has locked this.") if who else N_("Your force decides this.")
            told += [self.say(decides, who=who), self.say(one.why), force.reason]
        return [part for part in told if part]

    # -- editors

    def _make_editor(self) -> QWidget:
        one, name = self.one, self.sentence
        if one.kind == "number":
            number = LineEdit(name=name, longest=6)
            number.setMaximumWidth(NUMBER_WIDTH)
            number.answered.connect(self.typed)
            return number
        if one.kind == "words":
            words = WordsEdit(name=name, placeholder=self.say(N_("One word a line")))
            words.answered.connect(self.typed)
            return words
        options = [("yes", N_("Yes")), ("no", N_("No"))] if one.kind == "yes_no" else list(codes_of(one))
        said = [(code, self.say(words)) for code, words in options]
        if one.name != "language" and len(said) <= FEW:
            few = ChoiceRow(said, name=name)
            few.chosen.connect(self.typed)
            return few
        box = CodeBox(said[1:], name=name, empty=said[0][1])
        box.answered.connect(self.typed)
        return box

    def _place_editor(self, body: QVBoxLayout) -> None:
        self.label.set_buddy(self.editor)
        if self.one.kind == "number":
            unit = PlainLabel(self.say(UNIT_NAMES[self.one.unit]), wrap=False)
            body.addLayout(row(self.editor, unit, self.value))
        elif isinstance(self.editor, CodeBox):
            body.addLayout(row(self.editor))
        else:
            body.addWidget(self.editor)

    # -- values

    def show_value(self) -> None:
        """Show what is in use now."""
        now = getattr(self.session.desk.policy, self.one.name)
        words = value_words(self.one, now, self.translator)
        if self.editor is not None:
            self.editor.set_value(write(self.one, now))
            # How many minutes so many seconds are.
            words = f"= {words}" if self.one.unit == "seconds" and now % 60 == 0 else ""
        self.value.setText(words)

    def typed(self, text: str) -> None:
        """The officer chose or typed something: it is used from now on, or refused beside the field."""
        desk = self.session.desk
        try:
            settings.type_in(desk, self.one.name, text)
        except Problem as problem:
            self._refuse(problem)
            return
        self._doubtful(False)
        self.mark.saved(desk.clock.now())
        self.mark.show()
        self.show_value()
        self.session.setting_chosen.emit(self.one.name)
        announce(self.editor, self.mark.text())

    def _refuse(self, problem: Problem) -> None:
        if problem.code == "setting.range":
            words = {name: value_words(self.one, value, self.translator) for name, value in problem.facts.items()}
            problem = Problem(problem.code, **words)
        self._doubtful(True)
        self.mark.failed(problem)
        self.mark.show()

    def _doubtful(self, doubtful: bool) -> None:
        if isinstance(self.editor, LineEdit | WordsEdit):
            mark_doubtful(self.editor, doubtful)

    def flush(self) -> None:
        """Take over what was typed a moment ago."""
        if isinstance(self.editor, LineEdit | WordsEdit):
            self.editor.flush()


class SettingsPage(PlacePage):
    """Reached from This vault; first what may be chosen here, then what the force decides."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Settings")))
        self.column = self.one_column()
        self.rows: dict[str, SettingRow] = {}
        own = Card(say(N_("Yours to choose")))
        own.body.addWidget(PlainLabel(say(N_("Kept in your vault and in use at once.")), quiet=True))
        force = Card(say(N_("Set by your force")))
        for one in declared():
            body = own.body if may_choose(one, self.desk.force) else force.body
            self.rows[one.name] = SettingRow(session, one, body)
        self.policy = ForceCard(self.desk.force, session.translator)
        self.column.addWidget(own)
        self.column.addWidget(force)
        self.column.addWidget(self.policy)
        force.setVisible(not all(may_choose(one, self.desk.force) for one in declared()))
        self.back_button = PlainButton(say(N_("Back to this vault")))
        self.back_button.clicked.connect(lambda: self.session.go("vault"))
        self.column.addLayout(row(self.back_button))
        self.column.addStretch(1)

    def first_focus(self) -> None:
        next(iter(self.rows.values())).editor.setFocus()

    def flush(self) -> None:
        for one in self.rows.values():
            one.flush()
