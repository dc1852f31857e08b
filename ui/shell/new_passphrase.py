"""Choosing a passphrase: five generated words first, or own ones with the reason why they are too easy; typed twice."""

from __future__ import annotations

import hmac
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from app.problems import Problem
from app.vault import passphrases
from ui import tasks, theme
from ui.shell.front import FrontScreen, PassphraseField
from ui.widgets.bars import Banner
from ui.widgets.text import PlainButton, PlainLabel, main_action, row


class NewPassphrase(QWidget):
    """The part of a screen in which a passphrase is chosen. `changed` when `ready()` may have another answer."""

    changed = Signal()

    def __init__(self, program: Any) -> None:
        super().__init__()
        self.program, self.say, self.translator = program, program.translator.text, program.translator
        self.own = False
        self.offered = passphrases.generate()
        self.names: tuple[str, ...] = ()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_S)
        say = self.say
        self.lead = PlainLabel(
            say(N_("Your passphrase: five words, made by chance. Learn them; nobody can look them up for you."))
        )
        self.words = Banner(tone="calm")
        self.words.label.setFont(theme.font("question", bold=True))
        self.another = PlainButton(say(N_("Five other words")))
        self.another.clicked.connect(self._another)
        self.first = PassphraseField(say, name=say(N_("Your own passphrase")))
        self.first_label = PlainLabel(
            say(N_("Your own passphrase, 15 characters or more")), bold=True, buddy=self.first
        )
        self.again = PassphraseField(say, name=say(N_("Type the passphrase once more")))
        self.again_label = PlainLabel(say(N_("Type the passphrase once more")), bold=True, buddy=self.again)
        self.verdict = PlainLabel(tone="danger")
        self.switch = PlainButton(kind="quiet")
        self.switch.clicked.connect(lambda: self.use_own(not self.own))
        for part in (
            self.lead,
            self.words,
            self.another,
            self.first_label,
            self.first,
            self.again_label,
            self.again,
            self.verdict,
        ):
            if part is self.another:
                lines.addLayout(row(part))
            else:
                lines.addWidget(part)
        lines.addLayout(row(self.switch))
        self.first.edit.textChanged.connect(self._judge)
        self.again.edit.textChanged.connect(self._judge)
        self.use_own(False)

    def passphrase(self) -> str:
        """The passphrase chosen."""
        return self.first.text() if self.own else self.offered

    def ready(self) -> bool:
        """Whether the passphrase is strong enough and was typed once more alike."""
        return not self._weakness() and self._same()

    def use_own(self, own: bool) -> None:
        """Take an own passphrase, or the generated one."""
        self.own = own
        for widget in (self.first, self.first_label):
            widget.setVisible(own)
        for offer in (self.words, self.another, self.lead):
            offer.setVisible(not own)
        self.words.say(self.offered, "calm")
        self.again.clear()
        self.switch.set_words(
            self.say(N_("Take the five generated words")) if own else self.say(N_("Use a passphrase of my own"))
        )
        self._judge()

    def forget(self) -> None:
        """Let go of every passphrase that this screen holds."""
        self.offered = ""
        self.first.clear()
        self.again.clear()

    def _another(self) -> None:
        self.offered = passphrases.generate()
        self.use_own(False)
        self.again.edit.setFocus()

    def _weakness(self) -> Problem | None:
        if not self.own:
            return None
        least = self.program.policy.passphrase_least_length
        code = passphrases.weakness(self.first.text(), [*self.program.policy.local_words, *self.names], least)
        return Problem(code, least=least) if code else None

    def _same(self) -> bool:
        return hmac.compare_digest(
            self.passphrase().encode("utf-8", "replace"), self.again.text().encode("utf-8", "replace")
        )

    def _judge(self) -> None:
        weak = self._weakness() if self.first.text() else None
        said = ""
        if weak is not None:
            told = weak.sentences(self.translator)
            said = f"{told.happened} {told.next}"
        elif self.again.text() and not self._same():
            whole = self.passphrase()
            if not whole.startswith(self.again.text()):
                said = self.say(N_("This is not the same as above."))
        self.verdict.setText(said)
        self.verdict.setVisible(bool(said))
        self.changed.emit()


class AfterRecovery(FrontScreen):
    """After the recovery code: a new passphrase is offered. `done` when the officer goes on."""

    help_name = "new_passphrase"

    done = Signal()

    def __init__(self, program: Any, desk: Any) -> None:
        super().__init__(program)
        self.desk = desk
        say = self.say
        self.title(say(N_("Opened by the recovery code")))
        self.column.addWidget(
            PlainLabel(
                say(
                    N_(
                        "This is noted in the vault. Choose a new passphrase now: the old one then opens "
                        "nothing any more."
                    )
                )
            )
        )
        self.choice = NewPassphrase(program)
        self.choice.names = (desk.officer,)
        self.column.addWidget(self.choice)
        self.button = main_action(PlainButton(say(N_("Use the new passphrase")), kind="main"))
        self.button.clicked.connect(self._change)
        self.keep = PlainButton(say(N_("Keep the old passphrase")), kind="quiet")
        self.keep.clicked.connect(self._go_on)
        self.state = PlainLabel(bold=True)
        self.column.addWidget(self.button)
        self.column.addWidget(self.state)
        self.column.addLayout(row(self.keep))
        self.column.addStretch(1)
        self.choice.changed.connect(self._follow)
        self.choice.again.edit.returnPressed.connect(self._change)
        self._follow()

    def first_focus(self) -> None:
        self.choice.again.edit.setFocus()

    def _follow(self) -> None:
        self.button.setEnabled(self.choice.ready())

    def _change(self) -> None:
        if not self.choice.ready():
            return
        self.problem_bar.clear()
        self.button.setEnabled(False)
        self.keep.setEnabled(False)
        self.state.setText(self.say(N_("Changing the passphrase …")))
        tasks.run(
            partial(change, self.program, self.desk, self.choice.passphrase()),
            lambda _nothing: self._go_on(),
            self._failed,
        )

    def _failed(self, problem: Problem) -> None:
        self.state.setText("")
        self.keep.setEnabled(True)
        self._follow()
        self.problem_bar.show_problem(problem)

    def _go_on(self) -> None:
        self.choice.forget()
        self.done.emit()


def change(program: Any, desk: Any, passphrase: str) -> None:
    """In the pool: give the vault another passphrase."""
    from app.casework.desk import change_passphrase

    given = {"cost": program.cost} if program.cost is not None else {}
    change_passphrase(desk, passphrase, secrets=program.secret_store(), **given)
