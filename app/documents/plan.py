"""The full safety plan: a file copy for police and the adviser, never for the victim's bag."""

from __future__ import annotations

from app.documents import text
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.orders import breaches, orders
from app.documents.people import people
from app.documents.sieve import Sifted
from app.documents.text import para
from app.documents.words import listed
from app.i18n import N_


def build_plan(draft: Draft) -> bytes:
    """The whole plan: people, safe contact, measures by module in the victim's order, dates, where it is kept."""
    draft.file_head(N_("Safety plan"))
    people(draft)
    safe_contact(draft)
    _priorities(draft)
    _modules(draft)
    _numbers(draft)
    _no_action(draft)
    _days(draft)
    orders(draft)
    breaches(draft)
    _kept(draft)
    return draft.finish_file_copy()


def safe_contact(draft: Draft) -> None:
    """Everything that was agreed about reaching the victim, or the sentence that nothing was."""
    draft.heading(N_("Safe contact"))
    rule = draft.context.contact
    if rule is not None and not rule.agreed:
        draft.message(N_("No safe contact is agreed: no call, no message, no letter."), text.STRONG)
    records = draft.sieve.of("safe_contact")
    for record in records:
        draft.fields(record)
    if not records and (rule is None or rule.agreed):
        draft.nothing()


def _priorities(draft: Draft) -> None:
    plan = draft.sieve.one("plan")
    draft.heading(N_("What matters most to the victim"))
    ranked = plan.get("priorities", []) if plan else []
    draft.say("\n".join(f"{place}. {draft.look.code('priority', str(code))}" for place, code in enumerate(ranked, 1)))
    if plan:
        draft.differing(plan, "priorities")
    if not ranked:
        draft.nothing()


def _modules(draft: Draft) -> None:
    draft.heading(N_("Measures"))
    plan = draft.sieve.one("plan")
    ranked = [str(code) for code in plan.get("priorities", [])] if plan else []
    measures = draft.sieve.of("measure")
    suggested = {s.code for s in draft.context.suggested_modules}
    known: set[str] = set()
    open_modules: list[str] = []
    for module in draft.context.library.plan.in_order_of(ranked):
        known.add(module.code)
        mine = [m for m in measures if m.get("module") == module.code]
        if mine:
            draft.subheading(f"{module.code} {draft.tr.text(module.title)}")
            _measures(draft, mine)
        elif module.code in suggested:
            open_modules.append(f"{module.code} {draft.tr.text(module.title)}")
    for measure in measures:
        if measure.get("module") not in known:
            draft.subheading(str(measure.get("module") or draft.tr.text("Other")))
            _measures(draft, [measure])
    if open_modules:
        draft.subheading(draft.tr.text("Suggested, and nothing planned yet"))
        draft.say("\n".join(open_modules))
    if not measures and not suggested:
        draft.nothing()


def _measures(draft: Draft, measures: list[Sifted]) -> None:
    rows = []
    where = draft.tr.text("Measures")
    for measure in measures:
        look = draft.look
        factors = ", ".join(look.factor_label(str(f)) for f in measure.get("factors", []))
        notes = [para(words, text.NOTE, where) for words in (draft.words(measure, "note"),) if words]
        if factors:
            notes.append(para(draft.tr.text("Answers to: {factors}", factors=factors), text.NOTE))
        rows.append(
            (
                cell(para(draft.words(measure, "what"), text.CELL, where), *notes),
                cell(para(draft.words(measure, "who"), text.CELL, where)),
                cell(para(draft.words(measure, "when"), text.CELL, where)),
                cell(para(_state(draft, measure), text.CELL)),
            )
        )
    draft.table((N_("What"), N_("Who"), N_("When"), N_("State")), (3.2, 1.3, 1.3, 1.2), rows)
    for measure in measures:
        for field in measure.declared_fields:
            draft.differing(measure, field.name)


def _state(draft: Draft, measure: Sifted) -> str:
    safe, done = measure.get("safe"), measure.get("done")
    parts = []
    if safe:
        parts.append(draft.tr.text("safe: {answer}", answer=draft.look.code("three", str(safe))))
    if done:
        parts.append(draft.tr.text("done: {answer}", answer=draft.look.code("three", str(done))))
    return "\n".join(parts)


def _numbers(draft: Draft) -> None:
    if draft.context.numbers:
        draft.heading(N_("Numbers chosen for the card"))
    for number in draft.context.numbers:
        draft.pair(number.label, number.number)


def _no_action(draft: Draft) -> None:
    records = draft.sieve.of("no_action")
    if records:
        draft.heading(N_("No action, because"))
    for record in records:
        draft.pair(draft.look.factor_label(str(record.get("factor") or "?")), draft.words(record, "reason"))
        draft.differing(record, "reason")


def _days(draft: Draft) -> None:
    events = draft.sieve.of("event")
    if events:
        draft.heading(N_("Orders and days to know"))
    for event in events:
        draft.subheading(listed((draft.words(event, "kind"), draft.words(event, "happened_at"))))
        draft.differing(event, "kind")
        draft.differing(event, "happened_at")
        draft.fields(event, "person", "order_type", "conditions", "expires", "note")


def _kept(draft: Draft) -> None:
    draft.heading(N_("This plan"))
    plan, paper = draft.sieve.one("plan"), draft.sieve.one("paper")
    if plan:
        draft.fields(plan, "review_date", "holder", "kept_where")
    if paper:
        draft.fields(paper)
    for pet in draft.sieve.of("pet"):
        draft.subheading(draft.tr.text("Animal: {kind}", kind=draft.words(pet, "kind") or "?"))
        draft.fields(pet, "safe", "note")
    if not plan and not paper:
        draft.nothing()
