"""The timeline of a case: every action of an officer in words, who, when by the device's clock, and on which laptop.

An entry is one action. Entries are read at once; they are put into words only when they are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.casework.change_words import ChangeWords, Said
from app.casework.desk import Desk
from app.clock import parse_moment
from app.i18n import N_, Translator
from app.notebook.entry import Change, Entry
from app.records.declared import RECORD_TYPES
from app.records.view import CaseView
from app.store import histories
from app.store.store import KeptEntry

_OF_THE_VICTIM = frozenset({"assessment", "answer", "victim_view", "plan", "measure", "paper", "follow_up", "sealed"})
"""Records that concern the victim although they name nobody."""
_WHOLE_CASE = frozenset({"case", "operation"})


@dataclass(frozen=True)
class TimelineLine:
    """One change. `text` is in words; `at` the device's time, `received` the server's (None until it has it)."""

    at: str
    received: str | None
    who: str
    device: str
    text: str
    kind: str
    record_id: str
    field: str
    here: bool
    """Made on this laptop."""


@dataclass(frozen=True)
class Wanted:
    """What of a timeline is wanted; what is empty asks for nothing. `since`, `until`: local days, months or years."""

    kind: str = ""
    who: str = ""
    person: str = ""
    text: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Action:
    """One action of an officer: an entry with what it is about. `key` names it in lists."""

    key: str
    entry: Entry
    received: str | None
    here: bool
    """Made on this laptop."""
    kinds: frozenset[str]
    people: frozenset[str]
    """Ids of the people of the case whom it concerns."""
    day: str
    """The local day of the device's time, 2026-11-14."""
    refused: str | None = None
    """Why the server did not take it (a code); it stands in no row then. None where it was not refused."""

    @property
    def at(self) -> str:
        """The device's time (ISO 8601)."""
        return self.entry.wall

    @property
    def who(self) -> str:
        """The officer."""
        return self.entry.author

    @property
    def device(self) -> str:
        """The short id of the laptop's device."""
        return self.entry.device[:8]


class Timeline:
    """All actions of one case, latest first. `whole`: none is still on the server alone, as far as is known here."""

    def __init__(self, desk: Desk, case_id: str, words: Translator) -> None:
        self._desk, self._words = desk, words
        self.view = desk.store.view(case_id)
        self.whole = histories.is_whole(desk.store, case_id)
        self.change_words = ChangeWords(desk, self.view, words)
        self._said: dict[str, tuple[Said, ...]] = {}
        self._concerns: dict[str, frozenset[str]] = {}
        self._days: dict[str, str] = {}
        made = [self._action(kept) for kept in desk.store.entries(case_id)]
        self.actions = sorted(made, key=lambda a: (a.entry.stamp, a.entry.device), reverse=True)

    def said(self, action: Action) -> tuple[Said, ...]:
        """The changes of an action in words."""
        if action.key not in self._said:
            self._said[action.key] = self.change_words.of(action.entry)
        return self._said[action.key]

    def title(self, action: Action) -> str:
        """What an action was, in one line: the change that says it best, and how many there are beside it."""
        if action.entry.takes_back:
            return self._taken_back(action)
        said = self.said(action)
        if not said:
            return self._words.text(N_("Nothing that this version can show"))
        first, more = min(said, key=lambda s: s.weight), len(said) - 1
        if not more:
            return first.text
        return self._words.plural(N_("{first} · and {n} more"), N_("{first} · and {n} more"), more, first=first.text)

    def _taken_back(self, action: Action) -> str:
        """What was taken back, or done again: the title of what the officer did in the first place."""
        again, found, seen = False, action, {action.key}
        while found.entry.takes_back:
            named = [a for a in self.actions if a.key in found.entry.takes_back and a.key not in seen]
            if not named:  # it has not arrived here, or a damaged device names itself
                return self._words.text(N_("Something was taken back"))
            again, found = not again, named[0]
            seen.add(found.key)
        message = N_("Taken back: {what}") if again else N_("Done again: {what}")
        return self._words.text(message, what=self.title(found))

    def wanted(self, wanted: Wanted) -> list[Action]:
        """The actions that are wanted, latest first."""
        found = [action for action in self.actions if _fits(action, wanted)]
        words = wanted.text.casefold().split()
        return [action for action in found if self._holds(action, words)] if words else found

    def lines(self, wanted: Wanted) -> Iterator[TimelineLine]:
        """Each change of the wanted actions by itself, latest first."""
        for action in self.wanted(wanted):
            for said in reversed(self.said(action)):
                if wanted.kind in ("", said.kind):
                    yield TimelineLine(
                        action.at,
                        action.received,
                        action.who,
                        action.device,
                        said.text,
                        said.kind,
                        said.record_id,
                        said.field,
                        action.here,
                    )

    def _holds(self, action: Action, words: list[str]) -> bool:
        text = " ".join([action.who, *(said.text for said in self.said(action))]).casefold()
        return all(word in text for word in words)

    def _action(self, kept: KeptEntry) -> Action:
        entry, refused = kept.entry, (kept.reason or "") if kept.state == "refused" else None
        kinds, people = set(), set[str]()
        for change in entry.changes:
            record = self.view.record(change["record"])
            kinds.add(str(change.get("type") or (record.type if record else "")))
            people |= self._whom(change)
        here = entry.device == self._desk.device_id
        key, minute = f"{entry.device}:{entry.first}", entry.wall[:16] + entry.wall[19:]
        if minute not in self._days:
            self._days[minute] = local_day(entry.wall)
        day = self._days[minute]
        return Action(key, entry, kept.received_at, here, frozenset(kinds), frozenset(people), day, refused)

    def _whom(self, change: Change) -> frozenset[str]:
        record_id = change["record"]
        if record_id not in self._concerns:
            self._concerns[record_id] = concerned(self.view, record_id)
        return self._concerns[record_id]


def timeline(desk: Desk, case_id: str, words: Translator, kind: str = "", person: str = "") -> list[TimelineLine]:
    """All changes of a case, latest first; only of a record type or of one officer where asked for."""
    return list(Timeline(desk, case_id, words).lines(Wanted(kind=kind, who=person)))


def local_day(moment: str) -> str:
    """The local day of a moment; what is no moment as it begins."""
    at = parse_moment(moment)
    return at.astimezone().date().isoformat() if at else moment[:10]


def concerned(view: CaseView, record_id: str) -> frozenset[str]:
    """Ids of the people of a case whom a record concerns."""
    record = view.record(record_id)
    if record is None or record.type in _WHOLE_CASE:
        return frozenset()
    if record.type == "person":
        return frozenset({record_id})
    if record.type in _OF_THE_VICTIM:
        return frozenset({view.victim.id} if view.victim else ())
    declared = record.declared
    named = [f for f in declared.fields if f.kind == "person"] if declared else []
    found = {str(standing.value) for f in named for standing in record.standing(f.name) if standing.value}
    if record.type == "breach" and record.get("order"):
        found |= concerned(view, str(record.get("order")))
    return frozenset(found)


def received_words(at: str, received: str | None, words: Translator) -> str:
    """When the server received an entry and how that goes with the device's clock; empty until it has."""
    made, came = parse_moment(at), parse_moment(received or "")
    if came is None:
        return ""
    when = words.moment(received)
    if made is None or abs((came - made).total_seconds()) < 60:
        return words.text(N_("received {when}"), when=when)
    span = _span(abs((came - made).total_seconds()), words)
    if came < made:
        return words.text(N_("received {when}: that laptop’s clock was at least {span} ahead"), when=when, span=span)
    return words.text(N_("received {when}, {span} after that laptop’s time"), when=when, span=span)


def _span(seconds: float, words: Translator) -> str:
    if seconds < 7200:
        return words.text(N_("{n} min"), n=round(seconds / 60))
    if seconds < 172_800:
        return words.text(N_("{n} h"), n=round(seconds / 3600))
    return words.text(N_("{n} d"), n=round(seconds / 86_400))


def _fits(action: Action, wanted: Wanted) -> bool:
    return (
        (not wanted.kind or wanted.kind in action.kinds)
        and (not wanted.who or wanted.who == action.who)
        and (not wanted.person or wanted.person in action.people)
        and (not wanted.since or action.day >= wanted.since)
        and (not wanted.until or action.day[: len(wanted.until)] <= wanted.until)
    )


def all_kinds(timeline: Timeline) -> list[str]:
    """The record types that occur, in the order of their declaration, then those of a newer version."""
    held = {kind for action in timeline.actions for kind in action.kinds}
    return [kind for kind in RECORD_TYPES if kind in held] + sorted(held - RECORD_TYPES.keys())
