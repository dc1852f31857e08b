"""One item of a to-do list: why it is suggested, what is asked as evidence, and its status with what that status
needs.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import services, todo
from app.i18n import N_
from ui.editors.factory import label_of
from ui.editors.record_form import RecordForm
from ui.pages.choose_service import ChooseService
from ui.pages.consents import ConsentPart
from ui.pages.contact_note import ContactNote
from ui.pages.fold import Fold
from ui.pages.put_away import PutAway
from ui.widgets.bars import Banner
from ui.widgets.text import Card, PlainLabel

SIGNS = {
    "open": "☐",
    "done": "☑",
    "done_by_other_agency": "☑",
    "not_needed": "–",
    "refused_by_victim": "–",
    "not_possible_now": "…",
}
REASONED = ("not_needed", "not_possible_now", "refused_by_victim")
MISSING = {
    "todo.reason_missing": N_("Not closed yet: write the reason."),
    "todo.agency_missing": N_("Not closed yet: name the agency."),
    "todo.channel_missing": N_("Not closed yet: say how the victim was reached."),
    "todo.release_unknown": N_("Not closed yet: record when custody ends."),
    "todo.consent_missing": N_("Not closed yet: record the decision on consent."),
}


class TaskCard(Card):
    """Folded to one line with sign, title, status and due time; open with the form."""

    def __init__(self, page: Any, key: str, line: Any) -> None:
        super().__init__()
        self.page, self.key, self.line = page, key, line
        self.words = page.words
        self.wanted = ""
        self._filled = False
        self.body.setContentsMargins(8, 2, 8, 6)
        self.body.setSpacing(0)
        self.fold = Fold("", self._fill)
        self.body.addWidget(self.fold)
        self._why = PlainLabel("", kind="small", quiet=True)
        self._why.setIndent(34)
        self.body.addWidget(self._why)

    def show_line(self, line: Any) -> None:
        """Bring heading and form in line with the case."""
        self.line = line
        status = label_of(self.page.session, "task_status", line.status)
        parts = [f"{SIGNS.get(line.status, '☐')}  {self._title()}", status]
        if line.due:
            parts.append(self.words(N_("due {when}"), when=self.page.session.translator.moment(line.due)))
        if line.record is not None and line.record.conflicts():
            parts.append(self.words(N_("recorded differently")))
        self.fold.set_title(" · ".join(parts), self.words(N_("{task}, {status}"), task=self._title(), status=status))
        because = self.page.because(line.because)
        said = self.words(N_("Because: {causes}"), causes=because) if because else ""
        if line.definition is not None and line.definition.starred:
            said = " · ".join(part for part in (said, self.words(N_("may be another agency's"))) if part)
        self._why.setText(said)
        self._why.setVisible(bool(said))
        if self._filled:
            self._show_form()

    def _title(self) -> str:
        if self.line.definition is None:
            return self.line.title or self.words(N_("Task"))
        label = self.words(self.line.definition.label)
        return f"{label}: {self.line.title}" if self.line.title else f"{self.line.code} {label}"

    def _fill(self, inside: QVBoxLayout) -> None:
        definition = self.line.definition
        if definition is not None:
            inside.addWidget(PlainLabel(self.words(definition.title), bold=True))
            inside.addWidget(PlainLabel(self.words(definition.explain), quiet=True))
        self.contact: ContactNote | None = None
        if definition is not None and definition.contact_rule:
            self.contact = ContactNote(self.page)
            inside.addWidget(self.contact)
        self.consent: ConsentPart | None = None
        if definition is not None and definition.needs_consent:
            self.consent = ConsentPart(self.page, definition.needs_consent)
            self.consent.recorded.connect(self._consent_recorded)
            inside.addWidget(self.consent)
        names = ["status", "reason", "agency_name", "evidence", "owner", "due"]
        if definition is not None and definition.contact_rule:
            names[1:1] = ["channel"]
        if definition is not None and definition.needs_release_time:
            names[1:1] = ["release_at", "told_before"]
        prompts = "\n".join("• " + self.words(p) for p in definition.evidence) if definition is not None else ""
        self.pending = Banner(tone="warn")
        self.pending.hide()
        self.form = RecordForm(
            self.page,
            "task",
            names,
            save=self._save,
            name=self._title(),
            when={
                "reason": lambda _read: self._status() in REASONED,
                "agency_name": lambda _read: self._status() == "done_by_other_agency",
            },
            labels={"due": N_("Due by"), "evidence": N_("What was done, and what proves it")},
        )
        if prompts:
            inside.addWidget(PlainLabel(prompts, kind="small", quiet=True))
        inside.addWidget(self.form)
        inside.insertWidget(inside.indexOf(self.form), self.pending)
        self.agency = ChooseService(
            self.page, self._take_service, name=self.words(N_("Choose the agency: {task}"), task=self._title())
        )
        inside.addWidget(self.agency)
        self.put_away = PutAway(self.page, self._own_id, self._title)
        inside.addWidget(self.put_away)
        self._filled = True
        self._show_form()

    def _own_id(self) -> str:
        """The record of a task of the officer's own or a visit, which may be archived; a listed item stays."""
        record = self.line.record
        listed = record is not None and record.id == todo.task_id(self.page.case_id, str(record.get("code", "")))
        return "" if record is None or listed else str(record.id)

    def _status(self) -> str:
        return self.wanted or self.line.status

    def _show_form(self) -> None:
        self.form.record_id = self.line.record.id if self.line.record is not None else ""
        self.form.show_record()
        self.form.editors["status"].put(self._status())
        self.put_away.show_record()
        self.agency.setVisible(self._status() == "done_by_other_agency")
        if self.contact is not None:
            self.contact.show_rule(self.line.contact)
        if self.consent is not None:
            self.consent.show_record()

    def _save(self, name: str, value: Any) -> Any:
        fields = {name: value}
        if name == "status":
            self.wanted = value or todo.OPEN
            fields = {"status": self.wanted}
        done = self.page.act_quietly(todo.set_task, self.key, **fields)
        if done is None:
            return self._say_missing() if name == "status" else None
        if name == "status":
            self._settled()
        self.page.announce(done)
        if name != "status" and self.wanted:
            self._close_after_all()
        return done

    def _take_service(self, offer: services.Offer) -> None:
        self._save("agency_name", services.full_name(offer))

    def _say_missing(self) -> None:
        problem = self.page.problem_bar.problem
        message = MISSING.get(problem.code) if problem is not None else None
        if message is not None:
            # What is missing can be filled in right here; then the status follows by itself.
            self.page.problem_bar.clear()
            self.pending.say(self.words(message), "warn")
            self.pending.show()
        else:
            self._settled()
        self._show_form()

    def _close_after_all(self) -> None:
        done = self.page.act_quietly(todo.set_task, self.key, status=self.wanted)
        if done is None:
            self._say_missing()
        else:
            self._settled()
            self.page.announce(done)

    def _settled(self) -> None:
        self.wanted = ""
        self.pending.hide()

    def _consent_recorded(self) -> None:
        if self.wanted:
            self._close_after_all()
