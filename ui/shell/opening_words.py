"""Whether somebody can be reached now, in words: open until, closed and opens when, always, or not known."""

from __future__ import annotations

from datetime import datetime

from app.casework.services import Duty, Open
from app.i18n import N_, Translator

DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def open_words(state: Open, now: datetime, words: Translator) -> str:
    """The state of a service, or of a number."""
    if state.now is None:
        return words.text(N_("hours not recorded"))
    if state.always:
        return words.text(N_("open day and night"))
    if state.now:
        if state.until is None:
            return words.text(N_("open now"))
        return words.text(N_("open now, until {when}"), when=_clock(state.until, now, words))
    if state.until is None:
        return words.text(N_("closed now"))
    return words.text(N_("closed, opens {when}"), when=_clock(state.until, now, words))


def answered_words(state: Open, now: datetime, words: Translator) -> str:
    """The state of somebody who is on call."""
    if state.now is None:
        return words.text(N_("hours not recorded"))
    if state.now:
        return words.text(N_("on duty now"))
    if state.until is None:
        return words.text(N_("not on duty now"))
    return words.text(N_("on duty from {when}"), when=_clock(state.until, now, words))


def duty_words(duty: Duty, now: datetime, words: Translator) -> str:
    """Somebody who is on call, in one line."""
    return words.text(
        N_("{name}: {number} ({state})"),
        name=duty.on_call.name,
        number=duty.on_call.number,
        state=answered_words(duty.open, now, words),
    )


def _clock(at: datetime, now: datetime, words: Translator) -> str:
    """The hour, with the day where it is not today, and the date where it is not this week."""
    local, today = at.astimezone(), now.astimezone().date()
    clock = f"{local.hour:02d}:{local.minute:02d}"
    days = (local.date() - today).days
    if days == 0:
        return clock
    if days == 1 and local.hour < 12:
        return clock  # tonight's small hours need no day
    if 0 < days < 7:
        return f"{words.text(DAYS[local.weekday()])} {clock}"
    return f"{words.day(local.date().isoformat())} {clock}"
