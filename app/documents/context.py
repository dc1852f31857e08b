"""What a paper needs beside the case: who prints, where and when, the rules' result, the numbers that were chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.forms.library import Library
from app.rules.grading import Floor
from app.rules.safe_contact import ContactRule
from app.rules.suggestions import Suggestion


@dataclass(frozen=True)
class Number:
    """A telephone number under the plain label that stands beside it on the paper."""

    label: str
    number: str


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline, already in words; `record` is the id of the record that it is about.

    Lines with the same `action` are one action of an officer. `received`: when the server received it, in words.
    """

    at: str
    who: str
    words: str
    device: str = ""
    record: str = ""
    action: str = ""
    received: str = ""


@dataclass(frozen=True)
class PaperContext:
    """Everything on a paper that is not in the case itself. Moments are ISO 8601."""

    library: Library
    officer: str = ""
    device: str = ""
    """The short name of the laptop's device."""
    printed_at: str = ""
    practice: bool = False
    copy_number: str = ""
    reason: str = ""
    grade: str | None = None
    """The grade in force; the officer's own is in the case."""
    apart: tuple[tuple[str, str, str], ...] = ()
    """The grades that officers gave apart, each with its officer and when, the one in force first."""
    extreme: bool = False
    provisional: bool = False
    review_due: str = ""
    floor: Floor | None = None
    suggested_tasks: tuple[Suggestion, ...] = ()
    suggested_modules: tuple[Suggestion, ...] = ()
    contact: ContactRule | None = None
    emergency_number: str = ""
    """From the directory of services. Where none knows it, the card has a line to write it on."""
    numbers: tuple[Number, ...] = ()
    """Chosen by the officer from the directory of services, or typed in."""
    telling_services: tuple[str, ...] = ()
    """Names of services that never stand on paper that leaves: they say by themselves what it is about."""
    reminders: tuple[str, ...] | None = None
    """Codes of the card's reminders (`neutral.REMINDERS`); None for all of them."""
    chosen: frozenset[str] | None = None
    """Ids of the measures for the discreet pages; None for every measure that is safe to do."""
    confirmed: frozenset[str] = field(default_factory=frozenset)
    """Ids of measures that the officer has read once more and keeps although a word in them is doubtful."""
    untold: tuple[tuple[str, str], ...] = ()
    """Ends of custody of which nobody noted that the victim was told: the person's id and the moment, each or empty."""
    promised: frozenset[str] = field(default_factory=frozenset)
    """Ids of the follow-up contacts in which a next one was promised that is still owed."""
    timeline: tuple[TimelineEntry, ...] = ()
    timeline_of: tuple[str, ...] = ()
    """What was chosen of the timeline, in words; nothing for all of it."""
    timeline_whole: bool = True
    """Whether every action of the case is on this laptop; earlier ones may be on the server alone."""
