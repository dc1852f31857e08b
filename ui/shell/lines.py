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
    under += differs_words(line, translator)
    if line.waiting is not None and not line.waiting.sent_back:
        under.append(say(N_("handed over, not taken yet")))
    if line.in_hand:
        under.append(say(N_("assessment not completed")))
    if line.changed_at:
        under.append(say(N_("changed {when}"), when=translator.moment(line.changed_at)))
    # Before the officer has graded, the time of the review would tell the floor.
    due = review_words(line.review_due, now, translator) if line.grade else ""
    if line.unread:
        due = say(N_("damaged, cannot be read"))
    return Line(
        line.id,
        title_of(line.reference, line.short_name, translator),
        " · ".join(under),
        due,
        grades.sign(line.grade, line.extreme, line.provisional, translator),
        "danger" if line.unread or (due and is_past(line.review_due, now)) else "",
    )


def decide_line(line: CaseLine, now: datetime, translator: Translator) -> Line:
    """A case in which officers recorded something differently: what, whose case it is, and since when."""
    under = differs_words(line, translator)
    if line.officer:
        under.append(translator.text(N_("officer in the case: {who}"), who=line.officer))
    return Line(
        f"decide:{line.id}",
        title_of(line.reference, line.short_name, translator),
        " · ".join(under),
        waiting_words(parse_moment(line.differs_since), now, translator),
        grades.sign(line.grade, line.extreme, line.provisional, translator),
    )


def waiting_line(line: CaseLine, now: datetime, translator: Translator) -> Line:
    """A case that was handed over to this officer, or that came back: from whom, why, and since when."""
    waits = line.waiting
    assert waits is not None
    words = N_("{who} sent it back: {reason}") if waits.sent_back else N_("{who} hands it over to you")
    return Line(
        f"waits:{line.id}",
        title_of(line.reference, line.short_name, translator),
        translator.text(words, who=waits.by, reason=waits.reason),
        waiting_words(parse_moment(waits.at), now, translator),
        grades.sign(line.grade, line.extreme, line.provisional, translator),
    )


def due_line(line: DueLine, now: datetime, translator: Translator) -> Line:
    """Something due: what, in which case and why, and when."""
    at = parse_moment(line.due.at)
    when = translator.moment_near(line.due.at)
    under = (
        title_of(line.case.reference, line.case.short_name, translator),
        *differs_words(line.case, translator)[: len(line.case.apart) and 1],
        line.due.why(translator),
    )
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


def waiting_words(since: datetime | None, now: datetime, translator: Translator) -> str:
    """Since when something waits for a decision; empty where nothing does."""
    if since is None:
        return ""
    return translator.text(N_("open for {span}"), span=_span(max(0.0, (now - since).total_seconds()), translator))


def differs_words(line: CaseLine, translator: Translator) -> list[str]:
    """What officers recorded apart in a case: the grades by name, and how many other fields."""
    found = []
    if line.apart:
        graded = ", ".join(translator.text(grades.WORDS.get(grade, grade)) for grade in line.apart)
        found.append(translator.text(N_("graded differently: {grades}"), grades=graded))
    others = line.conflicts - bool(line.apart)
    if others:
        found.append(translator.plural(N_("{n} field differs"), N_("{n} fields differ"), others))
    return found


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
