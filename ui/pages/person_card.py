"""One person of a case: roles, name, what matters for safety, the child's own record, the relationship to the
victim.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.casework import roles, undo, undo_words
from app.i18n import N_
from app.records import names
from app.records.view import Record
from ui.editors.chosen import SetEditor
from ui.editors.factory import label_of
from ui.editors.record_form import RecordForm
from ui.pages.fold import Fold
from ui.pages.put_away import PutAway
from ui.widgets.text import Card, PlainButton

FIRST = (
    "roles",
    "given_name",
    "family_name",
    "born",
    "sex",
    "custody",
    "custody_until",
    "police_employee",
    "employing_force",
    "pregnant",
    "languages",
    "interpreter",
    "phone",
    "address",
)
MORE = ("original_name", "aliases", "occupation", "needs", "needs_words", "characteristics", "characteristics_reason")
CHILD = ("age", "present", "saw_or_heard", "hurt", "own_words", "school", "lives_with", "needs_words")
TIES = ("kind", "current", "cohabiting", "since", "until")


class PersonCard(Card):
    """Folded to one line, or open as a form. Without a record id it is a draft that its first answer makes real."""

    def __init__(self, page: Any, person_id: str = "", roles: tuple[str, ...] = (), *, is_open: bool = False) -> None:
        super().__init__()
        self.page, self.person_id, self._roles = page, person_id, roles
        self.words = page.words
        self._form: RecordForm | None = None
        self._child: RecordForm | None = None
        self._tie: RecordForm | None = None
        self.fold = Fold("", self._fill)
        self.put_away = PutAway(page, lambda: self.person_id, self._title)
        self.body.setContentsMargins(8, 4, 8, 4)
        self.body.addWidget(self.fold)
        self.fold.set_open(is_open)

    @property
    def person(self) -> Record | None:
        """The record as it stands."""
        found: Record | None = self.page.view.record(self.person_id) if self.person_id else None
        return found

    def show_record(self) -> None:
        """Bring heading and forms in line with the case."""
        self.fold.set_title(self._title())
        if self._form is not None:
            self.put_away.show_record()
            self._form.show_record()
            self._show_parts()

    def focus_first(self) -> None:
        """Stand on the given name."""
        self.fold.set_open(True)
        if self._form is not None:
            self._form.editors["given_name"].control.setFocus()

    def _title(self) -> str:
        person = self.person
        roles = list(person.get("roles", [])) if person is not None else list(self._roles)
        shown = ", ".join(label_of(self.page.session, "role", role) for role in roles) or self.words(N_("No role yet"))
        name = names.full_name(person) or self.words(N_("name not recorded"))
        parts = [f"{shown}: {name}"]
        if person is not None and "suspect" in roles:
            parts.append(
                label_of(self.page.session, "custody", person.get("custody")) or self.words(N_("custody not recorded"))
            )
        if person is not None and person.conflicts():
            parts.append(self.words(N_("recorded differently")))
        return " · ".join(parts)

    def _fill(self, inside: QVBoxLayout) -> None:
        self._form = RecordForm(
            self.page,
            "person",
            FIRST,
            record_id=self.person_id,
            preset=lambda: {"roles": list(self._roles)},
            when={
                "custody": self._is("suspect"),
                "police_employee": self._is("suspect"),
                "pregnant": self._is("victim"),
                "custody_until": lambda read: read("custody") in ("in_custody", "bailed", "unknown"),
                "employing_force": lambda read: read("police_employee") == "yes",
            },
        )
        self._form.made.connect(self._made)
        roles_editor = self._form.editors["roles"]
        assert isinstance(roles_editor, SetEditor)
        roles_editor.toggled.connect(lambda code, _on: self._role_changed(code))  # after the form has saved it
        inside.addWidget(self._form)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(8)
        inside.addLayout(self._parts)
        self._more = Fold(self.words(N_("More about this person")), self._fill_more)
        inside.addWidget(self._more)
        self._swap = PlainButton(self.words(N_("Swap victim and suspect")), kind="quiet")
        self._swap.clicked.connect(self._swap_roles)
        inside.addWidget(self._swap, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(self.put_away)
        self.put_away.show_record()
        self._form.show_record()
        self._show_parts()

    def _is(self, role: str) -> Any:
        return lambda read: role in (read("roles") or self._roles)

    def _fill_more(self, inside: QVBoxLayout) -> None:
        form = self._more_form = RecordForm(
            self.page,
            "person",
            MORE,
            record_id=self.person_id,
            preset=lambda: {"roles": list(self._roles)},
            when={"characteristics_reason": lambda read: bool(read("characteristics"))},
            explain={"characteristics": N_("Only what changes the plan, and why it is needed. Nobody has to answer.")},
        )
        form.made.connect(self._made)
        inside.addWidget(form)
        form.show_record()

    def _made(self, person_id: str) -> None:
        self.person_id = person_id
        for form in self.findChildren(RecordForm):
            if form.kind == "person":
                form.record_id = person_id
        self.page.person_made(person_id, self)

    def _show_parts(self) -> None:
        person, victim = self.person, self.page.view.victim
        roles = person.get("roles", []) if person is not None else list(self._roles)
        self._swap.setVisible(person is not None and victim is not None and "suspect" in roles and person is not victim)
        if self._more.is_filled:
            self._more_form.show_record()
        if person is None:
            return
        if "child" in roles:
            self._show_child()
        if self._child is not None:
            self._child.setVisible("child" in roles)
        tied = victim is not None and victim.id != person.id
        if tied and victim is not None:
            self._show_tie(victim)
        if self._tie is not None:
            self._tie.setVisible(tied)

    def _role_changed(self, role: str) -> None:
        """Another role changes who is protected from whom: say what follows, with the way back."""
        person, view = self.person, self.page.view
        if person is None or role not in ("victim", "suspect"):
            return
        said = [self._title() + "."]
        if view.victim is None:
            said.append(self.words(N_("Nobody is the victim of this case now.")))
        elif len(view.people("victim")) > 1:
            said.append(self.words(N_("Two people are the victim now: a second victim needs a linked case.")))
        if roles.of_somebody_else(view):
            said.append(self.words(N_("The safe contact was agreed with somebody else and does not count.")))
        desk = self.page.session.desk
        effect = undo.done_last(desk, self.page.case_id)
        if effect is not None:
            said += undo_words.effect_words(desk, effect, self.page.session.translator)
        self.page.offer_undo(" ".join(said))

    def _swap_roles(self) -> None:
        """The two were taken for each other: say who is who now, and what follows from it."""
        victim, suspect = self.page.view.victim, self.person
        if victim is None or suspect is None:
            return
        before = [names.full_name(p) or self.words(N_("somebody without a name")) for p in (suspect, victim)]
        if self.page.act(roles.swap, victim.id, suspect.id) is None:
            return
        said = [self.words(N_("{name} is the victim now, {other} the suspect."), name=before[0], other=before[1])]
        if roles.of_somebody_else(self.page.view):
            said.append(self.words(N_("The safe contact was agreed with {name} and does not count."), name=before[1]))
        self.page.offer_undo(" ".join(said))

    def _show_child(self) -> None:
        if self._child is None:
            self._child = RecordForm(
                self.page,
                "child",
                CHILD,
                preset=lambda: {"person": self.person_id},
                explain={"own_words": N_("As the child said it. Do not question a child about the incident.")},
            )
            self._parts.addWidget(self._child)
        found = [c for c in self.page.view.of("child") if c.get("person") == self.person_id]
        self._child.record_id = found[0].id if found else self._child.record_id
        self._child.show_record()

    def _show_tie(self, victim: Record) -> None:
        if self._tie is None:
            self._tie = RecordForm(
                self.page,
                "relationship",
                TIES,
                preset=lambda: {"from": self.person_id, "to": self.page.view.victim.id},
                labels={"kind": N_("Is the victim's")},
            )
            self._parts.addWidget(self._tie)
        found = [
            r for r in self.page.view.of("relationship") if r.get("from") == self.person_id and r.get("to") == victim.id
        ]
        self._tie.record_id = found[0].id if found else ""
        self._tie.show_record()
