"""How the victim may be reached, and how not. Nothing recorded means that nobody is contacted.

The default is no voicemail, no text message and no letter. Where agreements differ, only what all of them allow holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.i18n import N_
from app.records.view import CaseView, Record
from app.rules.facts import CaseFacts

CHANNELS = ("call", "text", "mail", "app", "visit", "third_person")
VALID_DAYS = 30
WATCHED_FACTOR = "F17"
WATCHED_CHANNELS = ("text", "mail", "app")

NONE_AGREED = N_("No safe way of contact has been agreed yet. Contact nobody; agree one face to face.")
EXPIRED = N_("The agreement on safe contact is too old. Confirm it face to face before anybody is contacted.")
WATCHED = N_("Devices may be watched, so nothing is sent to them. Speak in person or by an agreed call.")
NOT_AGREED = N_("This way was not agreed with the victim.")
NO_TEXT = N_("Text messages were not clearly allowed.")
NO_VOICEMAIL = N_("Leaving a message was not clearly allowed.")
DIFFERENT_PLACES = N_("Two different numbers or addresses are recorded. Find out which is safe before using one.")
DIFFERENT_TIMES = N_("Two different safe times are recorded. Find out which is right before anybody is contacted.")


@dataclass(frozen=True)
class ContactRule:
    """What is agreed. `forbidden`: English sentence by channel and for `voicemail`; a channel is in one of the two."""

    agreed: bool
    allowed: tuple[str, ...] = ()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    expired: bool = False
    watched: bool = False
    """Devices are watched (F17 yes)."""
    voicemail: bool = False
    number: str = ""
    address: str = ""
    days: tuple[str, ...] = ()
    hours: str = ""
    withheld_number: bool = False
    text_wording: str = ""
    cover: str = ""
    check_phrase: str = ""
    language: str = ""
    interpreter: bool = False
    if_other_answers: str = "hang_up"
    never_use: tuple[str, ...] = ()
    watched_devices: tuple[str, ...] = ()
    may_know: tuple[str, ...] = ()
    confirmed_at: str = ""
    expires_on: date | None = None
    records: tuple[str, ...] = ()

    def allows(self, channel: str) -> bool:
        """Whether the victim may be reached that way."""
        return channel in self.allowed

    def reason(self, channel: str) -> str:
        """Why a channel is forbidden (English message id); empty where it is allowed."""
        return self.forbidden.get(channel, "" if self.allows(channel) else NOT_AGREED)


def contact_rule(
    view: CaseView, facts: CaseFacts | None = None, *, on: date, valid_days: int = VALID_DAYS
) -> ContactRule:
    """The rule for reaching the victim on a day. Without an end, an agreement holds `valid_days` from confirmation."""
    watched = facts is not None and facts.answer(WATCHED_FACTOR) == "yes"
    records = _of_victim(view)
    if not records:
        return ContactRule(agreed=False, forbidden=_all(NONE_AGREED), watched=watched)
    valid = [r for r in records if on <= _expires(r, valid_days)]
    merged = _Merged(valid or records)
    if not valid:
        return merged.rule(allowed=(), forbidden=_all(EXPIRED), expired=True, watched=watched, valid_days=valid_days)
    forbidden = merged.forbidden(watched)
    allowed = tuple(c for c in CHANNELS if c not in forbidden)
    return merged.rule(allowed=allowed, forbidden=forbidden, expired=False, watched=watched, valid_days=valid_days)


class _Merged:
    """One or several agreements as one: only what all allow, and all that any forbids."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records

    def forbidden(self, watched: bool) -> dict[str, str]:
        """The sentence for each channel that may not be used."""
        if self._differ("hours") or (self._differ("days") and not self._shared("days")):
            return _all(DIFFERENT_TIMES)
        agreed = self._shared("channels")
        found = {c: NOT_AGREED for c in CHANNELS if c not in agreed}
        if not self._all_yes("text"):
            found.setdefault("text", NO_TEXT)
        if self._differ("number"):
            found |= {c: DIFFERENT_PLACES for c in ("call", "text", "app") if c not in found}
        if self._differ("address"):
            found |= {c: DIFFERENT_PLACES for c in ("mail", "visit") if c not in found}
        if watched:
            found |= dict.fromkeys(WATCHED_CHANNELS, WATCHED)
        if not self._all_yes("voicemail") or "call" in found:
            found["voicemail"] = NO_VOICEMAIL
        return found

    def rule(
        self, *, allowed: tuple[str, ...], forbidden: dict[str, str], expired: bool, watched: bool, valid_days: int
    ) -> ContactRule:
        """The merged agreement as a rule."""
        return ContactRule(
            agreed=bool(allowed),
            allowed=allowed,
            forbidden=forbidden,
            expired=expired,
            watched=watched,
            voicemail="voicemail" not in forbidden,
            number="" if self._differ("number") else self._text("number"),
            address="" if self._differ("address") else self._text("address"),
            days=tuple(self._shared("days")),
            hours="" if self._differ("hours") else self._text("hours"),
            withheld_number=any(r.get("withheld_number") == "yes" for r in self._records),
            text_wording=self._text("text_wording"),
            cover=self._text("cover"),
            check_phrase=self._text("check_phrase"),
            language=self._text("language"),
            interpreter=any(r.get("interpreter") == "yes" for r in self._records),
            if_other_answers=self._most_cautious_answer(),
            never_use=tuple(self._joined("never_use")),
            watched_devices=tuple(self._joined("compromised")),
            may_know=tuple(self._shared("may_know")),
            confirmed_at=max((str(r.get("confirmed_at") or r.created_at) for r in self._records), default=""),
            expires_on=min(_expires(r, valid_days) for r in self._records),
            records=tuple(r.id for r in self._records),
        )

    def _most_cautious_answer(self) -> str:
        given = {r.get("if_other_answers") for r in self._records}
        return next((a for a in ("hang_up", "wrong_number", "cover") if a in given), "hang_up")

    def _values(self, name: str) -> list[Any]:
        return [v for r in self._records if (v := r.get(name)) not in (None, "", [])]

    def _text(self, name: str) -> str:
        values = self._values(name)
        return str(values[-1]) if values else ""

    def _differ(self, name: str) -> bool:
        values = self._values(name)
        return any(v != values[0] for v in values[1:]) or any(r.in_conflict(name) for r in self._records)

    def _shared(self, name: str) -> list[str]:
        lists = [r.get(name) or [] for r in self._records]
        if name != "channels":
            lists = [found for found in lists if found] or [[]]  # nothing said about days is no restriction
        return [v for v in lists[0] if all(v in other for other in lists[1:])]

    def _joined(self, name: str) -> list[str]:
        return list(dict.fromkeys(v for r in self._records for v in r.get(name) or []))

    def _all_yes(self, name: str) -> bool:
        return all(r.get(name) == "yes" for r in self._records)


def _all(sentence: str) -> dict[str, str]:
    return dict.fromkeys((*CHANNELS, "voicemail"), sentence)


def _of_victim(view: CaseView) -> list[Record]:
    # What was agreed with somebody counts for nobody else, also while nobody is the victim.
    ours = (None, "") if view.victim is None else (None, "", view.victim.id)
    return [r for r in view.of("safe_contact") if r.get("person") in ours]


def _expires(record: Record, valid_days: int) -> date:
    """The last day on which an agreement holds: the earliest where standing values differ.

    A date that cannot be read does not lengthen it, and a month counts from its first day.
    """
    stated = [d for standing in record.standing("expires") if (d := _day(standing.value))]
    if stated:
        return min(stated)
    confirmed = [d for standing in record.standing("confirmed_at") if (d := _day(standing.value))]
    made = _day(record.created_at) or date.min
    try:
        return min(confirmed, default=made) + timedelta(days=valid_days)
    except OverflowError:
        return date.max


def _day(text: object) -> date | None:
    parts = str(text)[:10].split("-")
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) > 2 else 1)
    except (ValueError, IndexError):
        return None
