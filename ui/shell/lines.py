"""A case, something due and something found, each as a line of a list: the short name only, never a full name."""

from __future__ import annotations

from datetime import datetime

from app.casework.cases import CaseLine
from app.casework.today import DueLine
from app.clock import parse_moment
from app.i18n import N_, Translator
from ui.widgets import grades
from ui.widgets.lists import Line


def title_of(reference: str, short_name: str, translator: Translator) -> str:
    """Reference and short name of a case."""
    return " · ".join(part for part in (reference, short_name) if part) or translator.text(
        N_("Case without a name yet")
    )


def case_line(line: CaseLine, now: datetime, translator: Translator) -> Line:
    """A case in a list."""
    say = translator.text
    under = []
    if line.archived:
        under.append(say(N_("archived")))
    if line.danger_at:
        under.append(say(N_("immediate danger noted {when}"), when=translator.moment(line.danger_at)))
    if line.conflicts:
        under.append(translator.plural(N_("{n} field differs"), N_("{n} fields differ"), line.conflicts))
    if line.in_hand:
        under.append(say(N_("assessment not completed")))
    if line.changed_at:
        under.append(say(N_("changed {when}"), when=translator.moment(line.changed_at)))
    # Before the officer has graded, the time of the review would tell the floor.
    due = review_words(line.review_due, now, translator) if line.grade else ""
    return Line(
        line.id,
        title_of(line.reference, line.short_name, translator),
        " · ".join(under),
        due,
        grades.sign(line.grade, line.extreme, line.provisional, translator),
        "danger" if due and is_past(line.review_due, now) else "",
    )


def due_line(line: DueLine, now: datetime, translator: Translator) -> Line:
    """Something due: what, in which case and why, and when."""
    at = parse_moment(line.due.at)
    when = translator.moment_near(line.due.at)
    under = (title_of(line.case.reference, line.case.short_name, translator), line.due.why(translator))
    return Line(
        line.key,
        ", ".join(due.what(translator) for due in (line.due, *line.beside)),
        " · ".join(part for part in under if part),
        f"{due_words(at, now, translator)} · {when}" if at is not None else when,
        grades.sign(line.case.grade, line.case.extreme, False, translator),
        "danger" if line.overdue else "",
    )


def due_words(at: datetime, now: datetime, translator: Translator) -> str:
    """How long until something is due, or since when it is."""
    seconds = (at - now).total_seconds()
    if seconds <= 0:
        return translator.text(N_("since {span}"), span=_span(-seconds, translator))
    return translator.text(N_("in {span}"), span=_span(seconds, translator))


def review_words(due: str | None, now: datetime, translator: Translator) -> str:
    """When the review is due, in words; empty without a review."""
    at = parse_moment(due) if due else None
    if at is None:
        return ""
    if at < now:
        return translator.text(N_("review overdue {span}"), span=_span((now - at).total_seconds(), translator))
    return translator.text(N_("review in {span}"), span=_span((at - now).total_seconds(), translator))


def span_words(at: datetime, now: datetime, translator: Translator) -> str:
    """How long until a moment, or since."""
    seconds = (at - now).total_seconds()
    if seconds < 0:
        return translator.text(N_("{span} ago"), span=_span(-seconds, translator))
    return translator.text(N_("in {span}"), span=_span(seconds, translator))


def is_past(moment: str | None, now: datetime) -> bool:
    """Whether a moment lies behind us."""
    at = parse_moment(moment) if moment else None
    return at is not None and at < now


def _span(seconds: float, translator: Translator) -> str:
    if seconds < 3600:
        return translator.text(N_("{n} min"), n=max(1, round(seconds / 60)))
    if seconds < 48 * 3600:
        return translator.text(N_("{n} h"), n=round(seconds / 3600))
    return translator.text(N_("{n} d"), n=round(seconds / 86400))
