"""The unlock screen: whose vault, which passphrase; the way in by the recovery code; the way to a new vault.

It knows of a vault only what may be seen of a locked one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from app.i18n import N_
from app.problems import Problem
from app.vault import vault, wiped
from app.vault.vault import Face
from ui import tasks, theme
from ui.shell.front import FrontScreen, PassphraseField
from ui.widgets.bars import Banner, PracticeMark
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList
from ui.widgets.text import PlainButton, PlainLabel, announce, main_action, row

BY_CUSTODIANS = N_(
    "The code was given to you when this vault was made. If it is not in the safe, two of your force’s three "
    "custodians can open the vault together: call your administrator. For work tonight, make a new vault."
)
NO_CUSTODIANS = N_(
    "The code was given to you when this vault was made. If it is lost, nobody can open this vault any more; what was "
    "sent is on the server. Call your administrator. For work tonight, make a new vault."
)
UPDATING = {
    "copying": N_("A copy of the vault is made before the update: {percent} %."),
    "changing": N_(
        "The vault is being brought into the form of this version. Nothing is lost, even if the laptop is switched off"
        " now."
    ),
    "listing": N_("The list of cases is made anew after the update: {percent} %."),
}
"""What takes a while after an update, as those call it who do it: they are loaded after the first paint."""


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


class VaultList(LineList):
    """The vaults of this laptop, a line each. A letter goes to the next name that begins with it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text().casefold()
        if typed.isalnum():
            self._jump(typed)
        else:
            super().keyPressEvent(event)

    def _jump(self, typed: str) -> None:
        lines, now = self.rows.lines, self.currentIndex().row()
        places = [*range(now + 1, len(lines)), *range(now + 1)]
        found = next((n for n in places if lines[n].title.casefold().startswith(typed)), None)
        if found is not None:
            self.setCurrentIndex(self.rows.index(found))


class Unlock(FrontScreen):
    """`opened(desk, lines)` when a vault is open with its desk and the lines of its cases.

    `upgrading(part, percent)` comes from the pool while a vault of another version is brought into the form of this.
    """

    help_name = "unlock"

    opened = Signal(object, object)
    wants_new_vault = Signal()
    upgrading = Signal(str, int)

    def __init__(self, program: Any, folders: Sequence[Path]) -> None:
        super().__init__(program)
        self.doors = [look(folder, program.clock) for folder in folders]
        self._until = 0.0
        self._by_code = False
        self._said = ""
        self._build()
        self.upgrading.connect(self._say_upgrading, Qt.ConnectionType.QueuedConnection)
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self._count_down)
        for door in self.doors:
            self._hand_over(door)
        self._begin_with(next((n for n, door in enumerate(self.doors) if door.face is not None), 0))

    @property
    def door(self) -> Door | None:
        """The vault that is chosen."""
        place = self.chooser.currentIndex().row()
        return self.doors[place] if 0 <= place < len(self.doors) else None

    def first_focus(self) -> None:
        (self.code if self._by_code else self.passphrase.edit).setFocus()

    # -- building

    def _build(self) -> None:
        say = self.say
        self.practice_mark = PracticeMark(self.translator)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self.practice_mark)
        self.title("Holdfast")
        self.unsaved = Banner(tone="warn")
        self.unsaved.hide()
        self.column.addWidget(self.unsaved)
        self.whose = PlainLabel(kind="question")
        self.column.addWidget(self.whose)
        self.chooser = VaultList(name=say(N_("Whose vault")))
        self.chooser.set_lines([self._line(number, door) for number, door in enumerate(self.doors)])
        self.chooser.fit(4)
        self.chooser_label = self.question(say(N_("Whose vault")), self.chooser)
        self.chooser.current.connect(lambda _key: self._choose())
        self.chooser.opened.connect(lambda _key: self.first_focus())
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
        self.without_code = PlainLabel(quiet=True)
        self.column.addWidget(self.without_code)
        self.button = main_action(PlainButton(say(N_("Unlock")), kind="main", icon="lock"))
        self.button.clicked.connect(self._open)
        self.column.addWidget(self.button)
        self.state = PlainLabel(bold=True)
        self.column.addWidget(self.state)
        self.back = PlainButton(say(N_("Go back to this version")))
        self.back.clicked.connect(lambda: self._open(go_back=True))
        self.back_says = PlainLabel(
            say(
                N_(
                    "The vault becomes one of this version again, with everything that was written since. What only the"
                    " newer version knows is kept, and shown again after the next update."
                )
            ),
            quiet=True,
        )
        self.column.addLayout(row(self.back))
        self.column.addWidget(self.back_says)
        self._offer_to_go_back(False)
        self.policy_problem = Banner(tone="warn")
        self.policy_problem.hide()
        self.column.addWidget(self.policy_problem)
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

    def say_unsaved(self, problem: Problem) -> None:
        """Say that the program locked by itself without what was typed last."""
        self.unsaved.say(str(problem.sentences(self.translator)), "warn")
        self.unsaved.show()

    def say_policy(self, problem: Problem) -> None:
        """Say why the force's policy is not in force: a vault opens all the same."""
        self.policy_problem.say(str(problem.sentences(self.translator)), "warn")
        self.policy_problem.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._by_code and self.other_way.isEnabled():
            self._use_code(False)
        else:
            super().keyPressEvent(event)

    def _line(self, number: int, door: Door) -> Line:
        if door.face is None:
            under = door.problem.sentences(self.translator).happened if door.problem else ""
            title = self.say(N_("Vault “{folder}”"), folder=door.folder.name)
            left = wiped.look(door.folder)
            if left is not None:
                return Line(str(number), left.short_name or title, under, self.say(N_("destroyed")), tone="danger")
            return Line(str(number), title, under, self.say(N_("cannot be read")), tone="danger")
        same = [d for d in self.doors if d.face and d.face.short_name == door.face.short_name]
        # Two of the same name are told apart by their folders, which are numbers.
        under = self.say(N_("vault {folder}"), folder=door.folder.name) if len(same) > 1 else ""
        return Line(str(number), door.face.short_name, under, self.say(N_("practice")) if door.face.practice else "")

    # -- what is shown

    def _begin_with(self, place: int) -> None:
        self.chooser.make_current(str(place))
        self._choose()
        self.first_focus()

    def _choose(self) -> None:
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
        self._offer_to_go_back(False)
        self._use_code(False)
        self._wait(face.wait_s if face else 0)
        self._say_destroyed(wiped.look(door.folder) if door and door.problem else None)

    def _say_destroyed(self, left: wiped.Wiped | None) -> None:
        """A vault that was destroyed by order asks for nothing any more."""
        for widget in (self.passphrase, self.passphrase_label, self.button, self.other_way):
            widget.setHidden(left is not None)
        if left is not None:
            self.whose.setText(self.say(N_("Vault of {name}: destroyed by order"), name=left.short_name))
            self.whose.show()

    def _use_code(self, wanted: bool) -> None:
        self._by_code = wanted
        for widget in (self.passphrase, self.passphrase_label):
            widget.setVisible(not wanted)
        for other in (self.code, self.code_label):
            other.setVisible(wanted)
        self.other_way.set_words(self.say(N_("Use the passphrase")) if wanted else self.say(N_("Forgotten passphrase")))
        face = self.door.face if self.door else None
        self.without_code.setVisible(wanted and face is not None)
        self.without_code.setText(self.say(BY_CUSTODIANS if face and face.custodians else NO_CUSTODIANS))
        self._enable(True)
        if not self.chooser.hasFocus():  # with the arrows one passes several names
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
            # What the bar said about seconds is over as well.
            self._tick.stop()
            self.problem_bar.clear()
            self.state.setText(self.say(N_("You can try again now.")))
            announce(self, self.state.text())
        self._enable(True)

    # -- what is left of a vault that was destroyed by order

    def _hand_over(self, door: Door) -> None:
        """Let the server have what was sealed, where a vault was destroyed; without a network it waits."""
        if door.problem is not None and door.problem.code == "vault.wiped":
            program, folder = self.program, door.folder
            work = partial(_handed_over, program, folder)
            tasks.run_aside(work, lambda _over: self._look_again(folder), lambda _problem: None)

    def _look_again(self, folder: Path) -> None:
        self.doors = [look(folder, self.program.clock) if door.folder == folder else door for door in self.doors]
        now = self.door
        if now is not None and now.folder == folder:
            self._choose()

    # -- opening

    def _open(self, *, go_back: bool = False) -> None:
        door = self.door
        typed = self.code.text().strip() if self._by_code else self.passphrase.text()
        if door is None or door.face is None or not typed or not self.button.isEnabled():
            return
        self.problem_bar.clear()
        self._offer_to_go_back(False)
        self._enable(False)
        self._said = ""
        self.state.setText(self.say(N_("Opening …")))
        announce(self, self.state.text())
        work = partial(open_vault, self.program, door.folder, typed, self._by_code, go_back, self.upgrading.emit)
        tasks.run(work, self._opened, self._failed)

    def _offer_to_go_back(self, offered: bool) -> None:
        for widget in (self.back, self.back_says):
            widget.setVisible(offered)

    def _say_upgrading(self, part: str, percent: int) -> None:
        """What takes a while after an update, so that nobody thinks that it hangs."""
        if self.button.isEnabled():
            return  # it is over already
        self.state.setText(self.say(UPDATING[part], percent=percent))
        if part != self._said:
            self._said = part
            announce(self, self.state.text())

    def _opened(self, found: tuple[Any, Any]) -> None:
        self.passphrase.clear()
        self.code.clear()
        self.opened.emit(*found)

    def _failed(self, problem: Problem) -> None:
        self.state.setText("")
        self.problem_bar.show_problem(problem)
        if problem.code == "vault.wiped" and self.door is not None:
            self._look_again(self.door.folder)
            self._hand_over(self.door)
            return
        self.passphrase.edit.selectAll()
        self._offer_to_go_back(problem.code == "store.newer")
        wait = problem.facts.get("wait_s", 0)
        self._wait(float(wait) if isinstance(wait, int | float) else 0.0)
        self.first_focus()


def _handed_over(program: Any, folder: Path) -> bool:
    from ui import orders

    return orders.hand_over(folder, program.secret_store())


def open_vault(
    program: Any,
    folder: Path,
    typed: str,
    by_code: bool,
    go_back: bool = False,
    told: Callable[[str, int], None] = lambda _part, _percent: None,
) -> tuple[Any, Any]:
    """In the pool: derive the key, open vault and database, read the list of cases, so that no screen waits for it.

    `go_back`: a newer version has changed the vault, and it is to become one of this version; `told`: hears how far
    bringing it into the form of this version is.
    Returns desk and lines; raises the Problems of vault and store.
    """
    from app.casework import desk as casework
    from app.casework.cases import list_cases
    from ui import orders

    secrets = program.secret_store()
    if by_code:
        unlocked = vault.recover(folder, typed, secrets=secrets, clock=program.clock)
    else:
        unlocked = vault.unlock(folder, typed, secrets=secrets, clock=program.clock)
    try:
        opening = casework.go_back if go_back else casework.open_desk
        desk = opening(unlocked, clock=program.clock, policy=program.policy, told=told)
    except BaseException:
        unlocked.close()
        raise
    try:
        orders.carry_out(desk)
        orders.heed(desk)
        return desk, list_cases(desk, told)
    except BaseException:
        casework.close_desk(desk)
        raise
