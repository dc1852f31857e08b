"""Who is who in this case: people with their roles, children one by one, animals, and the safe way to reach the
victim.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import charge, edit
from app.i18n import N_
from ui.pages.archived import Archived
from ui.pages.buttons import Buttons
from ui.pages.cards import CardStack
from ui.pages.fold import Fold
from ui.pages.linked import LinkedCases
from ui.pages.page import CasePage
from ui.pages.person_card import PersonCard
from ui.pages.record_card import RecordCard
from ui.pages.safe_contact import SafeContact
from ui.widgets.bars import Banner
from ui.widgets.text import PlainButton

ADD = (
    ("suspect", N_("Add a suspect")),
    ("child", N_("Add a child")),
    ("witness", N_("Add a witness")),
    ("helper", N_("Add a helper")),
    ("other", N_("Add somebody else")),
)
ORDER = {"victim": 0, "suspect": 1, "child": 2}
TIES = ("from", "kind", "to", "current", "cohabiting", "since", "until")


class PeoplePage(CasePage):
    """The step “People”."""

    title = N_("People")

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        alone = len(self.view.people()) == 1  # who opens a case with one name in it goes on with that person
        self.cards = CardStack(lambda person_id: PersonCard(self, person_id, is_open=alone and not self.cards.cards))
        self.column.addWidget(self.cards)
        self.police = Banner(tone="warn", action=self.words(N_("Mark this case")))
        self.police.button.clicked.connect(lambda: self.act(edit.set_field, self.case_id, "police_suspect", "yes"))
        self.column.addWidget(self.police)
        adding = Buttons()
        self.add_victim = PlainButton(self.words(N_("Add the victim")), kind="main")
        self.add_victim.clicked.connect(lambda: self.start_person("victim"))
        adding.add(self.add_victim)
        self.adding: dict[str, PlainButton] = {}
        for role, message in ADD:
            button = self.adding[role] = PlainButton(self.words(message))
            button.clicked.connect(lambda _=False, role=role: self.start_person(role))
            adding.add(button)
        self.column.addWidget(adding)
        self._whole = False
        self.later(self._add_below)

    def _add_below(self) -> None:
        """What stands under the people: after the first paint, so that a case opens sooner."""
        self.ties = Fold(self.words(N_("All relationships: who is whose")), self._fill_ties)
        self.pets = Fold(self.words(N_("Animals")), self._fill_pets)
        self.safe_contact = SafeContact(self)
        self.linked = LinkedCases(self)
        self.archived = Archived(self, ("person", "child", "relationship", "safe_contact", "pet"))
        self.column.addWidget(self.safe_contact)
        for part in (self.ties, self.pets, self.linked, self.archived):
            self.column.addWidget(part)
        self._whole = True
        self._show_below()

    def show_case(self) -> None:
        people = sorted(self.view.people(), key=lambda p: min((ORDER.get(r, 9) for r in p.get("roles", [])), default=9))
        self.cards.sync([p.id for p in people])
        victim = self.view.victim
        self.add_victim.setVisible(victim is None and self.cards.draft is None)
        if not people and self.cards.draft is None:
            self.start_person("victim", focus=False)
        self._show_police()
        if self._whole:
            self._show_below()

    def _show_below(self) -> None:
        self.safe_contact.show_record()
        self.linked.show_record()
        if self.ties.is_filled:
            self._show_ties()
        if self.pets.is_filled:
            self._pets.sync([pet.id for pet in self.view.of("pet")])
        self.archived.show_case()

    def _show_police(self) -> None:
        works = any(p.get("police_employee") == "yes" for p in self.view.people("suspect"))
        marked = self.view.case.get("police_suspect") == "yes"
        self.police.setVisible(works or marked)
        self.police.button.setVisible(works and not marked)
        if not (marked or works):
            return
        said = self.words(
            N_("This case is marked: a suspect works for the police.")
            if marked
            else N_("A suspect works for the police. Mark the case, and call a supervisor or professional standards.")
        )
        whose = N_("Once it is sent, it goes only to whoever opened it and to officers who were named for it.")
        goes = N_("It leaves this laptop then: note what you need tonight, and whom to call.")
        stays = charge.stays_here(self.session.desk, self.view)
        self.police.say(" ".join([said, self.words(whose), *([] if stays else [self.words(goes)])]), "warn")

    def first_focus(self) -> None:
        if self.cards.draft is not None:
            self.cards.draft.focus_first()
        elif self.cards.cards:
            card: Any = next(iter(self.cards.cards.values()))
            card.focus_first() if card.fold.is_open else card.fold.button.setFocus()

    # ---- people

    def start_person(self, role: str, *, focus: bool = True) -> None:
        """Open an empty card with a role; its first answer makes the person."""
        card = PersonCard(self, roles=(role,), is_open=True)
        self.cards.start_draft(card)
        self.add_victim.setVisible(self.view.victim is None and role != "victim")
        if focus:
            card.focus_first()
            self.bring_into_view(card)

    def person_made(self, person_id: str, card: PersonCard) -> None:
        """A draft became a person."""
        if self.cards.draft is card:
            self.cards.adopt(person_id)

    # ---- folded parts

    def _fill_ties(self, inside: QVBoxLayout) -> None:
        self._ties = CardStack(self._tie_card)
        inside.addWidget(self._ties)
        add = PlainButton(self.words(N_("Add a relationship")))
        add.clicked.connect(lambda: self._ties.start_draft(self._tie_card("")))
        inside.addWidget(add)
        self._show_ties()

    def _tie_card(self, record_id: str) -> RecordCard:
        return RecordCard(
            self, "relationship", [("", TIES)], record_id, stack=lambda: self._ties, what=N_("Relationship")
        )

    def _show_ties(self) -> None:
        self._ties.sync([r.id for r in self.view.of("relationship")])

    def _fill_pets(self, inside: QVBoxLayout) -> None:
        self._pets = CardStack(self._pet_card)
        inside.addWidget(
            self.note(N_("People stay with a suspect for the sake of an animal. A foster place can be found."))
        )
        inside.addWidget(self._pets)
        add = PlainButton(self.words(N_("Add an animal")))
        add.clicked.connect(lambda: self._pets.start_draft(self._pet_card("")))
        inside.addWidget(add)
        self._pets.sync([pet.id for pet in self.view.of("pet")])

    def _pet_card(self, record_id: str) -> RecordCard:
        return RecordCard(
            self, "pet", [("", ("kind", "safe", "note"))], record_id, stack=lambda: self._pets, what=N_("Animal")
        )


def make_page(session: Any, case_id: str) -> CasePage:
    """The step for a case."""
    return PeoplePage(session, case_id).start()
