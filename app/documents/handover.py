"""The shift handover sheet: what the next officer must know in one minute. The safe number is looked up in the case."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.orders import breaches, orders, promised_contacts, untold_releases
from app.documents.sieve import Sifted
from app.documents.todo import CLOSED, contact_line, who_is_who
from app.documents.words import listed
from app.i18n import N_


def build_handover(draft: Draft) -> bytes:
    """The handover sheet of one case."""
    fill_handover(draft)
    return draft.finish_file_copy()


def fill_handover(draft: Draft) -> None:
    """Grade and review, who, how to reach the victim, promised contacts, open tasks, days to know."""
    draft.tight = True
    draft.file_head(N_("Shift handover"))
    _state(draft)
    who_is_who(draft)
    _languages(draft)
    contact_line(draft)
    _agreement(draft)
    _tasks(draft)
    _days(draft)
    orders(draft, only_open=True)
    breaches(draft)


def _state(draft: Draft) -> None:
    context, tr = draft.context, draft.tr
    draft.heading(N_("Now"))
    grade = draft.look.code("grade", context.grade) if context.grade else tr.text("not graded yet")
    flags = [tr.text("extreme")] if context.extreme else []
    flags += [tr.text("provisional: too much is still open")] if context.provisional else []
    draft.say(tr.text("Grade in force: {grade}", grade=listed((grade, *flags))), text.STRONG)
    draft.graded_apart()
    draft.pair(tr.text("Review due"), tr.moment(context.review_due))
    draft.field(draft.sieve.case, "danger_at")
    untold_releases(draft)
    plan = draft.sieve.one("plan")
    if plan:
        draft.field(plan, "review_date")


def _languages(draft: Draft) -> None:
    for person in draft.sieve.people("victim"):
        draft.field(person, "languages")
        draft.field(person, "interpreter")


def _agreement(draft: Draft) -> None:
    records = draft.sieve.of("safe_contact")
    if records and draft.context.contact is None:
        draft.heading(N_("Reaching the victim"))
    for record in records:
        draft.fields(record)
    if records:
        draft.message(N_("Number and check phrase stand in the case, not on this sheet."), text.NOTE)


def _tasks(draft: Draft) -> None:
    tasks = [t for t in draft.sieve.of("task") if t.get("status") not in CLOSED]
    promised = [t for t in tasks if _reaches_victim(draft, t)]
    draft.heading(N_("Promised contacts"))
    owed = promised_contacts(draft)
    for task in _by_due(promised):
        _task(draft, task)
    if not promised and not owed:
        draft.nothing()
    rest = [t for t in tasks if t not in promised]
    draft.heading(N_("Open tasks"))
    for task in _by_due(rest):
        _task(draft, task)
    _suggested(draft, {str(t.get("code")) for t in draft.sieve.of("task")})
    if not rest and not draft.context.suggested_tasks:
        draft.nothing()


def _task(draft: Draft, task: Sifted) -> None:
    """A task in two lines: what, and under it how it stands, by when, whose it is, and why."""
    tr = draft.tr
    definition = draft.context.library.task(str(task.get("code") or ""))
    title = str(task.get("title") or "") or (tr.text(definition.title) if definition else "")
    draft.say(f"☐ {listed((str(task.get('code') or ''), title))}", text.TIGHT_ITEM)
    due, owner, told = draft.words(task, "due"), draft.words(task, "owner"), draft.words(task, "told_before")
    release = draft.words(task, "release_at")
    said = (
        draft.words(task, "status") or draft.look.code("task_status", "open"),
        tr.text("due {when}", when=due) if due else "",
        listed((draft.words(task, "agency"), draft.words(task, "agency_name"))),
        tr.text(N_("owner: {who}"), who=owner) if owner else "",
        draft.words(task, "reason"),
        tr.text(N_("release {when}"), when=release) if release else "",
        tr.text(N_("told before the release: {answer}"), answer=told) if told else "",
    )
    draft.say(listed(said), text.TIGHT)
    for field in task.declared_fields:
        draft.differing(task, field.name)


def _suggested(draft: Draft, begun: set[str]) -> None:
    """What the case suggests and nobody has begun, in one paragraph: the to-do sheet says why."""
    found = []
    for suggestion in draft.context.suggested_tasks:
        definition = draft.context.library.task(suggestion.code)
        if definition is not None and definition.agency == "police" and suggestion.code not in begun:
            label = f"☐ {suggestion.code} {draft.tr.text(definition.label)}"
            found.append(label.replace(" ", "\u00a0"))  # a box stays beside its words
    if found:
        draft.pair(draft.tr.text(N_("Suggested, not begun")), "  ".join(found))


def _reaches_victim(draft: Draft, task: Sifted) -> bool:
    definition = draft.context.library.task(str(task.get("code") or ""))
    return bool(definition and definition.contact_rule)


def _by_due(tasks: list[Sifted]) -> list[Sifted]:
    return sorted(tasks, key=lambda t: str(t.get("due") or "9999"))


def _days(draft: Draft) -> None:
    draft.heading(N_("Days to know"))
    events = draft.sieve.of("event")
    for event in events:
        expires, told = draft.words(event, "expires"), draft.words(event, "told_before")
        facts = (
            draft.words(event, "happened_at"),
            draft.named(event.get("person")),
            draft.tr.text("until {when}", when=expires) if expires else "",
            draft.tr.text("victim told before: {answer}", answer=told) if told else "",
        )
        draft.pair(draft.words(event, "kind") or draft.tr.text("Event"), listed(facts))
        for field in event.declared_fields:
            draft.differing(event, field.name)
    if not events:
        draft.nothing()
