"""The to-do sheet: every item with its true status, owner, due time and evidence; what is suggested and not begun."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.sieve import Sifted
from app.documents.text import para
from app.documents.words import listed
from app.i18n import N_

DONE = frozenset({"done", "done_by_other_agency"})
CLOSED = DONE | {"not_needed", "refused_by_victim"}


def build_todo(draft: Draft) -> bytes:
    """Agency by agency: open items, suggested items nobody has begun, closed items; then consent."""
    draft.file_head(N_("To-do sheet"))
    who_is_who(draft)
    contact_line(draft)
    tasks = draft.sieve.of("task")
    for agency in _agencies(draft, tasks):
        draft.heading(draft.look.code("agency", agency))
        mine = [task for task in tasks if _agency(draft, task) == agency]
        items(draft, [t for t in mine if t.get("status") not in CLOSED])
        suggested(draft, agency, {str(t.get("code")) for t in mine})
        items(draft, [t for t in mine if t.get("status") in CLOSED])
    if not tasks and not draft.context.suggested_tasks:
        draft.nothing()
    _consents(draft)
    return draft.finish_file_copy()


def who_is_who(draft: Draft) -> None:
    """Victim and suspects in a line each, with custody."""
    draft.heading(N_("Who"))
    people = [(role, person) for role in ("victim", "suspect") for person in draft.sieve.people(role)]
    for role, person in people:
        custody = draft.words(person, "custody")
        until = draft.words(person, "custody_until")
        name = listed((draft.name(person), custody, draft.tr.text("until {when}", when=until) if until else ""))
        draft.pair(draft.look.code("role", role), name)
        for field in (f.name for f in person.declared_fields):
            draft.differing(person, field)
        for field in ("original_name", "aliases"):
            draft.field(person, field)
    if not people:
        draft.nothing()


def contact_line(draft: Draft) -> None:
    """The safe-contact rule in a few words."""
    rule, tr, look = draft.context.contact, draft.tr, draft.look
    if rule is None:
        return
    draft.heading(N_("Reaching the victim"))
    if not rule.agreed:
        draft.message(N_("No safe contact is agreed: no call, no message, no letter."), text.STRONG)
        return
    draft.pair(tr.text("Allowed"), ", ".join(look.code("channel", c) for c in rule.allowed) or tr.text("nothing"))
    by_reason: dict[str, list[str]] = {}
    for channel, reason in rule.forbidden.items():
        words = tr.text("Voicemail") if channel == "voicemail" else look.code("channel", channel)
        by_reason.setdefault(reason, []).append(words)
    for reason, channels in by_reason.items():
        draft.pair(tr.text("Not by"), f"{', '.join(channels)}: {tr.text(reason)}")
    if rule.expired:
        draft.message(N_("The agreement is out of date: confirm it again at the next contact."), text.STRONG)


def items(draft: Draft, tasks: list[Sifted], with_agency: bool = False) -> None:
    """Tasks one below the other, with a box to tick by hand."""
    for task in tasks:
        _item(draft, task, with_agency)


def _item(draft: Draft, task: Sifted, with_agency: bool) -> None:
    tr, code = draft.tr, str(task.get("code") or "")
    definition = draft.context.library.task(code)
    title = str(task.get("title") or "") or (tr.text(definition.title) if definition else "")
    box = "☑" if task.get("status") in DONE else "☐"
    draft.say(f"{box} {listed((code, title))}", text.ITEM)
    draft.differing(task, "code")
    draft.differing(task, "title")
    status = draft.words(task, "status") or draft.look.code("task_status", "open")
    due = draft.words(task, "due")
    draft.pair(tr.text("Status"), listed((status, tr.text("due {when}", when=due) if due else "")))
    draft.differing(task, "status")
    draft.differing(task, "due")
    if with_agency:
        draft.field(task, "agency")
    rest = ("reason", "agency_name", "owner", "evidence", "done_at", "channel", "release_at", "told_before")
    readable = {f.name for f in task.declared_fields}
    draft.fields(task, *(name for name in rest if name in readable))


def suggested(draft: Draft, agency: str, begun: set[str]) -> None:
    """Items that the case suggests and nobody has begun, with what suggests them."""
    rows = []
    for suggestion in draft.context.suggested_tasks:
        definition = draft.context.library.task(suggestion.code)
        if definition and definition.agency == agency and suggestion.code not in begun:
            because = ", ".join(because_words(draft, b) for b in suggestion.because)
            rows.append(
                (
                    cell(para(f"☐ {suggestion.code}", text.CELL)),
                    cell(para(draft.tr.text(definition.title), text.CELL)),
                    cell(para(because, text.NOTE)),
                )
            )
    draft.table((N_("Suggested"), N_("What"), N_("Because")), (1, 4, 2.5), rows)


def because_words(draft: Draft, because: str) -> str:
    """A reason of a suggestion: a factor by its label, a fact in the words of its rule set."""
    if draft.look.factor(because):
        return draft.look.factor_label(because)
    words = (rules.words.get(because) for rules in draft.context.library.rule_sets.values())
    return draft.tr.text(next((found for found in words if found), because))


def _agency(draft: Draft, task: Sifted) -> str:
    definition = draft.context.library.task(str(task.get("code") or ""))
    return str(task.get("agency") or (definition.agency if definition else "") or "other")


def _agencies(draft: Draft, tasks: list[Sifted]) -> list[str]:
    found = list(draft.context.library.todo)
    found += [agency for task in tasks if (agency := _agency(draft, task)) not in found]
    begun = {_agency(draft, task) for task in tasks}
    wanted = {d.agency for s in draft.context.suggested_tasks if (d := draft.context.library.task(s.code))}
    return [agency for agency in dict.fromkeys(found) if agency in begun | wanted]


def _consents(draft: Draft) -> None:
    consents = draft.sieve.of("consent")
    if consents:
        draft.heading(N_("Consent"))
    for consent in consents:
        draft.subheading(listed((draft.words(consent, "purpose"), draft.words(consent, "decision"))))
        names = [f.name for f in consent.declared_fields if f.name not in {"purpose", "decision"}]
        draft.fields(consent, *names)
