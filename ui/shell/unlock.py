"""The unlock screen: whose vault, which passphrase; the way in by the recovery code; the way to a new vault.

It knows of a vault only what may be seen of a locked one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal

from app.i18n import N_
from app.problems import Problem
from app.vault import vault
from app.vault.vault import Face
from ui import tasks, theme
from ui.shell.front import FrontScreen, PassphraseField
from ui.widgets.bars import Banner, PracticeMark
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainButton, PlainLabel, announce, main_action, row


@dataclass(frozen=True)
class Door:
    """One vault of this laptop as the unlock screen knows it: its face, or the Problem that hides it."""

    folder: Path
    face: Face | None
    problem: Problem | None


def look(folder: Path, clock: Any) -> Door:
    """A vault's face, or why it cannot be seen."""
    try:
        return Door(folder, vault.look(folder, clock=clock), None)
    except Problem as problem:
        return Door(folder, None, problem)


class Unlock(FrontScreen):
    """`opened(desk, lines)` when a vault is open with its desk and the lines of its cases."""

    opened = Signal(object, object)
    wants_new_vault = Signal()

    def __init__(self, program: Any, folders: Sequence[Path]) -> None:
        super().__init__(program)
        self.doors = [look(folder, program.clock) for folder in folders]
        self._until = 0.0
        self._by_code = False
        self._build()
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self._count_down)
        self._choose(0)

    @property
    def door(self) -> Door | None:
        """The vault that is chosen."""
        place = self.chooser.currentIndex()
        return self.doors[place] if 0 <= place < len(self.doors) else None

    def first_focus(self) -> None:
        (self.code if self._by_code else self.passphrase.edit).setFocus()

    # -- building

    def _build(self) -> None:
        say = self.say
        self.practice_mark = PracticeMark(self.translator)
        layout = self.layout()
        assert layout is not None
        layout.insertWidget(0, self.practice_mark)  # type: ignore[attr-defined]
        self.title("Holdfast")
        self.whose = PlainLabel(kind="question")
        self.column.addWidget(self.whose)
        self.chooser = CodeBox([], name=say(N_("Whose vault")), empty="")
        self.chooser.removeItem(0)
        for number, door in enumerate(self.doors):
            self.chooser.addItem(self._label(door), str(number))
        self.chooser_label = self.question(say(N_("Whose vault")), self.chooser)
        self.chooser.currentIndexChanged.connect(self._choose)
        for widget in (self.chooser, self.chooser_label):
            widget.setVisible(len(self.doors) > 1)
        self.shown_passphrase = Banner(tone="calm")
        self.column.addWidget(self.shown_passphrase)
        self.passphrase = PassphraseField(say, name=say(N_("Passphrase")))
        self.passphrase_label = self.question(say(N_("Passphrase")), self.passphrase)
        self.passphrase.edit.returnPressed.connect(self._open)
        self.code = LineEdit(name=say(N_("Recovery code")), main=True, placeholder="XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        self.code_label = self.question(say(N_("Recovery code from the station's safe")), self.code)
        self.code.returnPressed.connect(self._open)
        self.button = main_action(PlainButton(say(N_("Unlock")), kind="main", icon="lock"))
        self.button.clicked.connect(self._open)
        self.column.addWidget(self.button)
        self.state = PlainLabel(bold=True)
        self.column.addWidget(self.state)
        self.no_secret = PlainLabel(
            say(N_("This laptop has no key store that the program may use: the passphrase alone protects this vault.")),
            quiet=True,
        )
        self.column.addWidget(self.no_secret)
        self.other_way = PlainButton(kind="quiet")
        self.other_way.clicked.connect(lambda: self._use_code(not self._by_code))
        self.new_vault = PlainButton(say(N_("Make a new vault on this laptop")), kind="quiet")
        self.new_vault.clicked.connect(self.wants_new_vault)
        self.new_vault.setVisible(not self.program.options.practice and not self.program.options.vault)
        self.column.addSpacing(theme.SPACE_M)
        for button in (self.other_way, self.new_vault):
            self.column.addLayout(row(button))
        self.column.addStretch(1)

    def _label(self, door: Door) -> str:
        if door.face is None:
            return self.say(N_("Vault “{folder}”: cannot be read"), folder=door.folder.name)
        if door.face.practice:
            return self.say(N_("{name} (practice)"), name=door.face.short_name)
        return door.face.short_name

    # -- what is shown

    def _choose(self, _place: int) -> None:
        door = self.door
        face = door.face if door else None
        self.passphrase.clear()
        self.code.clear()
        self.whose.setText(self.say(N_("Vault of {name}"), name=face.short_name) if face else "")
        self.whose.setVisible(face is not None and len(self.doors) == 1)
        practice = face is not None and face.practice
        self.practice_mark.setVisible(practice)
        self.shown_passphrase.setVisible(bool(practice and face and face.practice_passphrase))
        if face and face.practice_passphrase:
            self.shown_passphrase.say(
                self.say(N_("Practice vault. Its passphrase:\n{passphrase}"), passphrase=face.practice_passphrase),
                "calm",
            )
        self.no_secret.setVisible(face is not None and face.device_secret == "none" and not practice)
        if door and door.problem:
            self.problem_bar.show_problem(door.problem)
        else:
            self.problem_bar.clear()
        self._use_code(False)
        self._wait(face.wait_s if face else 0)

    def _use_code(self, wanted: bool) -> None:
        self._by_code = wanted
        for widget in (self.passphrase, self.passphrase_label):
            widget.setVisible(not wanted)
        for other in (self.code, self.code_label):
            other.setVisible(wanted)
        self.other_way.set_words(
            self.say(N_("Use the passphrase"))
            if wanted
            else self.say(N_("Use the recovery code from the station's safe"))
        )
        self._enable(True)
        self.first_focus()

    def _enable(self, on: bool) -> None:
        usable = on and self.door is not None and self.door.face is not None
        self.button.setEnabled(usable and (self._by_code or not self._waiting()))
        for widget in (self.chooser, self.passphrase, self.code, self.other_way, self.new_vault):
            widget.setEnabled(on if widget in (self.chooser, self.new_vault) else usable)

    # -- waiting after a wrong passphrase

    def _wait(self, seconds: float) -> None:
        self._until = self.program.clock.monotonic() + seconds
        self._count_down()
        if seconds > 0:
            self._tick.start()

    def _waiting(self) -> int:
        left = self._until - self.program.clock.monotonic()
        return max(0, int(left + 0.999))

    def _count_down(self) -> None:
        left = self._waiting()
        if left:
            self.state.setText(
                self.translator.plural(
                    N_("You can try again in {n} second."), N_("You can try again in {n} seconds."), left
                )
            )
        elif self._tick.isActive():
            self._tick.stop()
            self.state.setText("")
            announce(self, self.say(N_("You can try again now.")))
        self._enable(True)

    # -- opening

    def _open(self) -> None:
        door = self.door
        typed = self.code.text().strip() if self._by_code else self.passphrase.text()
        if door is None or door.face is None or not typed or not self.button.isEnabled():
            return
        self.problem_bar.clear()
        self._enable(False)
        self.state.setText(self.say(N_("Opening …")))
        announce(self, self.state.text())
        tasks.run(partial(open_vault, self.program, door.folder, typed, self._by_code), self._opened, self._failed)

    def _opened(self, found: tuple[Any, Any]) -> None:
        self.passphrase.clear()
        self.code.clear()
        self.opened.emit(*found)

    def _failed(self, problem: Problem) -> None:
        self.state.setText("")
        self.problem_bar.show_problem(problem)
        self.passphrase.edit.selectAll()
        wait = problem.facts.get("wait_s", 0)
        self._wait(float(wait) if isinstance(wait, int | float) else 0.0)
        self.first_focus()


def open_vault(program: Any, folder: Path, typed: str, by_code: bool) -> tuple[Any, Any]:
    """In the pool: derive the key, open vault and database, read the list of cases, so that no screen waits for it.

    Returns desk and lines; raises the Problems of vault and store.
    """
    from app.casework.cases import list_cases
    from app.casework.desk import open_desk

    secrets = program.secret_store()
    if by_code:
        unlocked = vault.recover(folder, typed, secrets=secrets, clock=program.clock)
    else:
        unlocked = vault.unlock(folder, typed, secrets=secrets, clock=program.clock)
    try:
        desk = open_desk(unlocked, clock=program.clock, policy=program.policy)
        return desk, list_cases(desk)
    except BaseException:
        unlocked.close()
        raise
