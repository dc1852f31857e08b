"""The timeline for the file: every chosen action in words, oldest first, day by day, with officer, laptop and times."""

from __future__ import annotations

from itertools import groupby

from app.documents import text
from app.documents.context import TimelineEntry
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.text import can_draw, para
from app.i18n import N_

_SHARES = (0.7, 1.6, 4.2)


def build_timeline(draft: Draft) -> bytes:
    """What was chosen, then each day with its actions."""
    draft.file_head(N_("Timeline"))
    for words in draft.context.timeline_of:
        draft.pair(draft.tr.text("Chosen"), words)
    if draft.context.timeline_of:
        draft.message(N_("This is a part of the timeline: what was not chosen is left out."), text.STRONG)
    say_whole(draft)
    entries = list(reversed(draft.context.timeline))
    draft.message(N_("Times are those of the laptop on which something was recorded."), text.NOTE)
    for day, on_day in groupby(entries, key=lambda e: draft.tr.day(draft.look.local_day(e.at))):
        draft.heading("{day}", day=day)
        rows = []
        for _action, lines in groupby(on_day, key=lambda e: e.action or (e.at, e.who, e.words)):
            rows.append(_row(draft, list(lines)))
        draft.table((N_("When"), N_("Who and where"), N_("What")), _SHARES, rows)
    if not entries:
        draft.nothing()
    return draft.finish_file_copy()


def say_whole(draft: Draft) -> None:
    """Say where earlier actions have not come to this laptop yet."""
    if not draft.context.timeline_whole:
        words = N_(
            "This timeline is not whole: earlier actions of this case were not on this laptop when it was printed."
        )
        draft.message(words, text.STRONG)


def printable(draft: Draft, entry: TimelineEntry) -> str:
    """The words of a line as they may be printed: what is withheld from paper or cannot be drawn is said instead."""
    about = draft.sieve.record(entry.record) if entry.record else None
    if about is not None and about.withheld:
        return draft.tr.text("A change to an item whose content is not printed.")
    if not can_draw(entry.words):
        return draft.tr.text("A change with words in a script that cannot be printed; it stands in the case.")
    return entry.words


def _row(draft: Draft, lines: list[TimelineEntry]) -> tuple[tuple[text.Para, ...], ...]:
    first = lines[0]
    where = (first.who, first.device, first.received)
    said = [printable(draft, line) for line in lines]
    said = [f"· {words}" for words in said] if len(said) > 1 else said
    return (
        cell(para(draft.tr.moment(first.at)[-5:], text.CELL)),
        cell(*(para(part, text.NOTE) for part in where if part)),
        cell(*(para(words, text.CELL, draft.tr.text("Timeline")) for words in said)),
    )
