"""This vault: whose it is, a new passphrase, a new recovery code; the settings are a page of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework.desk import beside, change_passphrase, choose_short_name, renew_recovery_code
from app.i18n import N_
from app.problems import Problem
from ui import theme
from ui.session import Session
from ui.shell.force_card import ForceCard
from ui.shell.new_passphrase import NewPassphrase
from ui.shell.packs_card import PacksCard
from ui.shell.place_page import PlacePage
from ui.widgets.bars import Banner
from ui.widgets.edits import LineEdit
from ui.widgets.text import Card, PlainButton, PlainLabel, announce, row


class ThisVaultPage(PlacePage):
    """What belongs to the vault and not to a case."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("This vault")))
        self.column = self.one_column()
        desk = session.desk
        whose = Card(say(N_("Whose")))
        whose.body.addWidget(PlainLabel(desk.officer))
        secret = (
            N_("Opened by the passphrase together with this laptop's key store.")
            if desk.unlocked.device_secret == "system"
            else N_("Opened by the passphrase alone: this laptop has no key store that the program may use.")
        )
        whose.body.addWidget(PlainLabel(say(secret), quiet=True))
        self._short_name(whose)
        self.column.addWidget(whose)
        self._settings()
        self.policy = ForceCard(desk.force, session.translator)
        self.packs = PacksCard(desk, session.translator)
        self.column.addWidget(self.policy)
        self.column.addWidget(self.packs)
        self._server()
        self._passphrase()
        self._recovery()
        self._diagnostics()
        self.column.addStretch(1)

    def first_focus(self) -> None:
        self.settings_button.setFocus()

    # -- settings

    def _settings(self) -> None:
        say = self.say
        card = Card(say(N_("Settings")))
        card.body.addWidget(
            PlainLabel(
                say(N_("Colours, language, a second key that hides, and what your force has decided.")), quiet=True
            )
        )
        self.settings_button = PlainButton(say(N_("Open the settings")))
        self.settings_button.clicked.connect(lambda: self.session.go("settings"))
        card.body.addLayout(row(self.settings_button))
        self.column.addWidget(card)

    # -- the server

    def _server(self) -> None:
        say = self.say
        card = Card(say(N_("The server")))
        words = N_("Where this vault belongs, what waits to be sent, and what was refused.")
        card.body.addWidget(PlainLabel(say(words), quiet=True))
        self.server_button = PlainButton(say(N_("Show the server")))
        self.server_button.clicked.connect(lambda: self.session.go("server"))
        card.body.addLayout(row(self.server_button))
        self.column.addWidget(card)

    # -- the name on the unlock screen

    def _short_name(self, card: Card) -> None:
        say = self.say
        self.short_name = LineEdit(self.desk.short_name, name=say(N_("Name on the unlock screen")))
        self.short_name.setMaximumWidth(280)
        self.rename_button = PlainButton(say(N_("Use this name")))
        self.rename_button.clicked.connect(self._rename)
        self.short_name.returnPressed.connect(self._rename)
        self.short_name_state = PlainLabel(quiet=True)
        self.short_name_state.hide()
        card.body.addWidget(PlainLabel(say(N_("Name on the unlock screen")), buddy=self.short_name, bold=True))
        words = N_("Everybody who opens this laptop can read it: initials, a first name or a call sign, no full name.")
        card.body.addWidget(PlainLabel(say(words), quiet=True))
        card.body.addLayout(row(self.short_name, self.rename_button))
        card.body.addWidget(self.short_name_state)

    def _rename(self) -> None:
        try:
            choose_short_name(self.desk, self.short_name.value())
        except Problem as problem:
            self.short_name_state.hide()
            self.session.say_problem(problem)
            return
        self.short_name.set_value(self.desk.short_name)
        said = self.say(N_("The unlock screen lists this vault as {name}."), name=self.desk.short_name)
        self.short_name_state.setText(said)
        self.short_name_state.show()
        announce(self.short_name_state, said)

    # -- passphrase

    def _passphrase(self) -> None:
        say = self.say
        self.passphrase_card = Card(say(N_("Passphrase")))
        self.change_button = PlainButton(say(N_("Choose a new passphrase")))
        self.change_button.clicked.connect(self._offer)
        self.choice: NewPassphrase | None = None
        self.use_button = PlainButton(say(N_("Use the new passphrase")), kind="main")
        self.use_button.clicked.connect(self._change)
        self.leave_button = PlainButton(say(N_("Keep the old passphrase")))
        self.leave_button.clicked.connect(self._close_choice)
        self.passphrase_state = PlainLabel(bold=True)
        self.place_of_choice = QWidget()
        inside = QVBoxLayout(self.place_of_choice)
        inside.setContentsMargins(0, 0, 0, 0)
        body = self.passphrase_card.body
        body.addLayout(row(self.change_button))
        body.addWidget(self.place_of_choice)
        body.addWidget(self.passphrase_state)
        body.addLayout(row(self.use_button, self.leave_button))
        for widget in (self.use_button, self.leave_button, self.passphrase_state):
            widget.hide()
        self.column.addWidget(self.passphrase_card)

    def _offer(self) -> None:
        self.choice = NewPassphrase(self.session)
        self.choice.names = (self.desk.officer, self.desk.short_name)
        self.choice.changed.connect(self._follow)
        self.choice.again.edit.returnPressed.connect(self._change)
        layout = self.place_of_choice.layout()
        assert layout is not None
        layout.addWidget(self.choice)
        self.passphrase_state.hide()
        self.change_button.hide()
        self.use_button.show()
        self.leave_button.show()
        self._follow()
        self.choice.again.edit.setFocus()

    def _follow(self) -> None:
        self.use_button.setEnabled(self.choice is not None and self.choice.ready())

    def _change(self) -> None:
        if self.choice is None or not self.choice.ready():
            return
        self.use_button.setEnabled(False)
        self.leave_button.setEnabled(False)
        self._say_state(self.say(N_("Changing the passphrase …")))
        self.session.run(
            partial(_change, self.desk, self.choice.passphrase()), lambda _none: self._changed(), self._failed
        )

    def _changed(self) -> None:
        self._close_choice()
        self._say_state(
            self.say(N_("The new passphrase opens this vault from now on; the old one opens nothing any more."))
        )

    def _failed(self, problem: Problem) -> None:
        self.passphrase_state.hide()
        self.leave_button.setEnabled(True)
        self._follow()
        self.session.say_problem(problem)

    def _say_state(self, words: str) -> None:
        self.passphrase_state.setText(words)
        self.passphrase_state.show()
        announce(self.passphrase_state, words)

    def _close_choice(self) -> None:
        if self.choice is not None:
            self.choice.forget()
            self.choice.setParent(None)
            self.choice.deleteLater()
            self.choice = None
        self.use_button.hide()
        self.leave_button.hide()
        self.leave_button.setEnabled(True)
        self.change_button.show()
        self.change_button.setFocus()

    # -- recovery code

    def _recovery(self) -> None:
        say = self.say
        card = Card(say(N_("Recovery code")))
        card.body.addWidget(
            PlainLabel(
                say(
                    N_(
                        "The code in the station's safe opens this vault without the passphrase. A new one "
                        "makes the old one worthless."
                    )
                ),
                quiet=True,
            )
        )
        known = self.desk.unlocked.custodians
        by = (
            say(N_("Any two of your force’s custodians can open it together as well: {names}."), names=", ".join(known))
            if known
            else say(N_("This vault has no custodians: without the code and the passphrase it stays shut."))
        )
        self.custodians = PlainLabel(by, quiet=True)
        card.body.addWidget(self.custodians)
        self.renew_button = PlainButton(say(N_("Make a new recovery code")))
        self.renew_button.clicked.connect(self._renew)
        self.code = Banner(tone="calm", action=say(N_("It is on paper: hide it")))
        self.code.label.setFont(theme.font("question", bold=True))
        self.code.button.clicked.connect(self._hide_code)
        self.code.hide()
        card.body.addLayout(row(self.renew_button))
        card.body.addWidget(self.code)
        self.column.addWidget(card)

    def _renew(self) -> None:
        try:
            code = renew_recovery_code(self.desk)
        except Problem as problem:
            self.session.say_problem(problem)
            return
        groups = code.split("-")
        self.code.say("-".join(groups[:4]) + "-\n" + "-".join(groups[4:]), "calm")
        self.code.show()
        self.renew_button.setEnabled(False)
        self.code.button.setFocus()

    def _hide_code(self) -> None:
        self.code.say("", "calm")
        self.code.hide()
        self.renew_button.setEnabled(True)
        self.renew_button.setFocus()

    # -- diagnostics

    def _diagnostics(self) -> None:
        say = self.say
        card = Card(say(N_("When something does not work")))
        words = N_(
            "A diagnostic file holds versions, sizes and counts for your administrator, and nobody’s words or name."
        )
        card.body.addWidget(PlainLabel(say(words), quiet=True))
        self.path = LineEdit(name=say(N_("Full path of the file to save")), placeholder=say(N_("folder and file name")))
        self.diagnostics_button = PlainButton(say(N_("Write the diagnostic file")))
        self.diagnostics_button.clicked.connect(self._write_diagnostics)
        self.path.returnPressed.connect(self._write_diagnostics)
        self._diagnosing = False
        self.diagnostics_state = PlainLabel(bold=True)
        self.diagnostics_state.hide()
        card.body.addWidget(PlainLabel(say(N_("Full path of the file to save")), buddy=self.path, bold=True))
        card.body.addWidget(self.path)
        card.body.addLayout(row(self.diagnostics_button))
        card.body.addWidget(self.diagnostics_state)
        self.column.addWidget(card)

    def _write_diagnostics(self) -> None:
        if not self.path.value():
            self.path.setFocus()
            return
        if self._diagnosing:
            return
        self._diagnosing = True  # a button that cannot be pressed would lose the focus
        self._say_diagnostics(self.say(N_("Looking at every page and every entry …")))
        work = partial(_diagnose, self.desk, Path(self.path.value()).expanduser())
        self.session.run(work, self._diagnosed, self._not_diagnosed)

    def _diagnosed(self, name: str) -> None:
        self._diagnosing = False
        self._say_diagnostics(self.say(N_("“{file}” is written. Read it before you hand it on."), file=name))

    def _not_diagnosed(self, problem: Problem) -> None:
        self._diagnosing = False
        self.diagnostics_state.hide()
        self.session.say_problem(problem)

    def _say_diagnostics(self, words: str) -> None:
        self.diagnostics_state.setText(words)
        self.diagnostics_state.show()
        announce(self.diagnostics_state, words)


def _diagnose(desk: Any, file: Path) -> str:
    """In the pool, from a connection of its own."""
    from ui import diagnostics

    store = beside(desk)()
    try:
        diagnostics.write(file, desk.unlocked.folder, replace(desk, store=store))
    finally:
        store.close()
    return file.name


def _change(desk: Any, passphrase: str) -> None:
    change_passphrase(desk, passphrase)
