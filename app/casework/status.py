"""What waits to be sent, what was sent and what the server refused: truthfully, as it is kept in the vault."""

from __future__ import annotations

from dataclasses import dataclass

from app.casework.desk import Desk
from app.i18n import N_, Translator
from app.store import standing


@dataclass(frozen=True)
class Waiting:
    """How many entries are on this laptop only, and the device's time of the oldest (ISO 8601) or None.

    `enrolled`: whether the vault belongs to a server; `sent_at`: when a push last came to its end, or None;
    `stuck_since`, `offset_s`, `mended`, `update_by`: as in `app.store.standing.Standing`.
    """

    unsent: int
    oldest: str | None
    enrolled: bool = False
    refused: int = 0
    sent_at: str | None = None
    received_at: str | None = None
    stuck_since: str | None = None
    offset_s: int | None = None
    mended: int = 0
    update_by: str | None = None


def waiting(desk: Desk) -> Waiting:
    """What is on this laptop only."""
    found = standing.standing(desk.store)
    return Waiting(
        found.unsent,
        found.oldest,
        found.enrolled,
        found.refused,
        found.pushed_at,
        found.pulled_at,
        found.stuck_since,
        found.offset_s,
        found.mended,
        found.update_by,
    )


def said(words: Translator, found: Waiting, practice: bool) -> list[str]:
    """The status line after “saved here”: what waits, what was sent when, what was refused."""
    if not found.enrolled:
        if practice:
            return [words.text(N_("practice is never sent"))]
        return [words.plural(N_("{n} to send"), N_("{n} to send"), found.unsent)]
    parts = []
    if found.unsent:
        parts.append(words.plural(N_("{n} to send"), N_("{n} to send"), found.unsent))
        if found.stuck_since:
            parts.append(
                words.text(N_("sending does not move since {time}"), time=words.moment_near(found.stuck_since))
            )
    elif found.sent_at:
        parts.append(words.text(N_("sent {time}"), time=words.moment_near(found.sent_at)))
    if found.refused:
        parts.append(words.plural(N_("{n} refused"), N_("{n} refused"), found.refused))
    if found.update_by == "now":
        parts.append(words.text(N_("this program needs an update")))
    elif found.update_by:
        parts.append(words.text(N_("this program needs an update by {day}"), day=words.day(found.update_by)))
    return parts
