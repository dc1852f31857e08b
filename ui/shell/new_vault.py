"""Making a vault: who the officer is, the passphrase, and the recovery code that is shown once, for a safe."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from app.problems import Problem
from ui import tasks, theme
from ui.shell.front import FrontScreen
from ui.shell.new_passphrase import NewPassphrase
from ui.widgets.bars import Banner
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainCheck, PlainLabel, main_action, row


class NewVault(FrontScreen):
    """`made(desk)` when the vault is made, open, and its recovery code was put away; `given_up` to go back."""

    help_name = "new_vault"

    made = Signal(object)
    given_up = Signal()

    def __init__(self, program: Any, folder: Path, *, back: bool) -> None:
        super().__init__(program)
        self.folder = folder
        self.desk: Any = None
        self.recovery_code = ""
        self._build_questions(back)
        self._build_code()
        self.code_part.hide()
        self._follow()

    def first_focus(self) -> None:
        self.officer.setFocus()

    # -- the questions

    def _build_questions(self, back: bool) -> None:
        say = self.say
        self.questions = QWidget()
        outer, self.column = self.column, _column(self.questions)
        self.title(say(N_("Make your vault")))
        self.column.addWidget(
            PlainLabel(say(N_("A vault belongs to one officer. Everything in it is encrypted on this laptop.")))
        )
        self.officer = LineEdit(name=say(N_("Your name")), main=True, longest=200)
        self.question(say(N_("Your name, as it stands in the file")), self.officer)
        self.short_name = LineEdit(name=say(N_("Short name")), main=True, longest=80)
        self.question(
            say(N_("Short name for the unlock screen (everybody can see it; empty: your initials)")), self.short_name
        )
        self.choice = NewPassphrase(self.program)
        self.column.addWidget(self.choice)
        self.button = main_action(PlainButton(say(N_("Make the vault")), kind="main"))
        self.button.clicked.connect(self._make)
        self.state = PlainLabel(bold=True)
        self.back = PlainButton(say(N_("Back to the unlock screen")), kind="quiet")
        self.back.clicked.connect(self.given_up)
        self.column.addWidget(self.button)
        self.column.addWidget(self.state)
        self.column.addLayout(row(self.back))
        self.back.setVisible(back)
        self.column = outer
        self.column.addWidget(self.questions)
        self.officer.textChanged.connect(self._follow)
        self.choice.changed.connect(self._follow)
        self.choice.again.edit.returnPressed.connect(self._make)

    def _follow(self) -> None:
        self.choice.names = (self.officer.value(), self.short_name.value())
        self.button.setEnabled(bool(self.officer.value().strip()) and self.choice.ready() and self.desk is None)

    def _make(self) -> None:
        if not self.button.isEnabled():
            return
        self.problem_bar.clear()
        self.questions.setEnabled(False)
        self.state.setText(self.say(N_("Making the vault …")))
        tasks.run(
            partial(
                make,
                self.program,
                self.folder,
                self.officer.value().strip(),
                self.short_name.value().strip(),
                self.choice.passphrase(),
            ),
            self._show_code,
            self._failed,
        )

    def _failed(self, problem: Problem) -> None:
        self.questions.setEnabled(True)
        self.state.setText("")
        self.problem_bar.show_problem(problem)
        self._follow()

    # -- the recovery code

    def _build_code(self) -> None:
        say = self.say
        self.code_part = QWidget()
        outer, self.column = self.column, _column(self.code_part)
        self.title(say(N_("The recovery code")))
        self.column.addWidget(
            PlainLabel(
                say(
                    N_(
                        "It opens this vault if the passphrase is lost or the laptop's key store is gone. It is "
                        "shown this once and kept nowhere. Write it on paper, by hand, for the station's "
                        "safe; never keep it with the laptop."
                    )
                )
            )
        )
        self.code = Banner(tone="calm")
        self.code.label.setFont(theme.font("question", bold=True))
        self.column.addWidget(self.code)
        stored = say(N_("Put it into the station’s safe, or hand it in at once."))
        self.column.addWidget(PlainLabel(stored, bold=True))
        self.stored = PlainCheck(say(N_("Done")), name=stored)
        self.column.addWidget(self.stored)
        self.last_group = LineEdit(name=say(N_("Last group of the code")), main=True, longest=40)
        self.question(say(N_("Type its last group from your paper")), self.last_group)
        self.verdict = PlainLabel(tone="danger")
        self.column.addWidget(self.verdict)
        self.go_on = main_action(PlainButton(say(N_("Start work")), kind="main"))
        self.go_on.clicked.connect(self._finish)
        self.column.addWidget(self.go_on)
        self.column = outer
        self.column.addWidget(self.code_part)
        self.column.addStretch(1)
        self.stored.toggled.connect(self._check_group)
        self.last_group.textChanged.connect(self._check_group)
        self.last_group.returnPressed.connect(self._finish)

    def _show_code(self, made: tuple[Any, str]) -> None:
        self.desk, self.recovery_code = made
        self.choice.forget()
        self.program.top.before_closing = self._may_close
        self.questions.hide()
        # Groups that can be read out; a line of its own for each half.
        groups = self.recovery_code.split("-")
        self.code.say("-".join(groups[:4]) + "-\n" + "-".join(groups[4:]), "calm")
        self.code_part.show()
        self._check_group()
        self.stored.setFocus()

    def _check_group(self) -> None:
        typed = "".join(sign for sign in self.last_group.text().upper() if sign.isalnum())
        typed = typed.translate(str.maketrans("OILU", "011V"))
        right = bool(self.recovery_code) and typed == self.recovery_code.split("-")[-1]
        self.verdict.setText(
            self.say(N_("That is not the last group of the code.")) if len(typed) >= 4 and not right else ""
        )
        self.go_on.setEnabled(right and self.stored.isChecked())

    def _finish(self) -> None:
        if self.go_on.isEnabled():
            self._let_go()
            self.made.emit(self.desk)

    def _let_go(self) -> None:
        self.recovery_code = ""
        self.code.say("", "calm")
        self.program.top.before_closing = lambda: True

    def _may_close(self) -> bool:
        """The window closes before the code was confirmed: the vault stays, the officer can have a new code later."""
        from app.casework.desk import close_desk

        self._let_go()
        close_desk(self.desk)
        return True


def _column(part: QWidget) -> QVBoxLayout:
    made = QVBoxLayout(part)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(theme.SPACE_M)
    return made


def make(program: Any, folder: Path, officer: str, short_name: str, passphrase: str) -> tuple[Any, str]:
    """In the pool: make vault and database. Returns the open desk and the recovery code."""
    from app.casework import recovery
    from app.casework.desk import create_vault

    try:
        cards = recovery.of_force()
    except Problem:
        cards = []  # nobody is kept from a vault by it tonight; the page of this vault says that it has none
    given = {"cost": program.cost} if program.cost is not None else {}
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return create_vault(
        folder,
        officer=officer,
        short_name=short_name,
        passphrase=passphrase,
        secrets=program.secret_store(),
        clock=program.clock,
        policy=program.policy,
        cards=cards,
        **given,
    )
