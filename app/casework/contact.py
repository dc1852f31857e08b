"""How the victim may be reached: the rule, and the banner that stands over the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from app.casework import edit
from app.casework.desk import Desk
from app.casework.risk import facts
from app.changed import Changed
from app.clock import iso
from app.i18n import N_, Translator
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules.safe_contact import CHANNELS, ContactRule, contact_rule

IN_PERSON = "in_person"
NOT_AMONG = N_("it is not among the agreed ways.")


def rule(desk: Desk, view: CaseView, on: date | None = None) -> ContactRule:
    """What the safe-contact record allows now, or allowed on a day; without one, nothing."""
    on = on or desk.clock.now().date()
    return contact_rule(view, facts(desk, view), on=on, valid_days=desk.policy.safe_contact_days)


def why_not(desk: Desk, view: CaseView, channel: str, on: date | None = None) -> str:
    """Why the victim may not be reached that way (message id); empty where it is allowed. Face to face always is."""
    if channel == IN_PERSON:
        return ""
    found = rule(desk, view, on)
    if channel in found.allowed:
        return ""
    return found.forbidden.get(channel) or NOT_AMONG


def agreement(view: CaseView) -> Record | None:
    """The victim's safe contact; one that was recorded for somebody else is none."""
    victim = view.victim
    found = view.of("safe_contact")
    if victim is not None:
        found = [r for r in found if r.get("person") in (None, "", victim.id)]
    return found[0] if found else None


def confirm(desk: Desk, case_id: str) -> Changed:
    """The victim has just confirmed the agreement: from now on it holds as long as the policy says.

    Raises Problem contact.none_agreed where there is none.
    """
    record = agreement(desk.store.view(case_id))
    if record is None:
        raise Problem("contact.none_agreed")
    now = desk.clock.now()
    expires = (now + timedelta(days=desk.policy.safe_contact_days)).astimezone().date().isoformat()
    return edit.set_fields(
        desk, case_id, record.id, {"confirmed_at": iso(now), "confirmed_by": desk.officer, "expires": expires}
    )


def banner(desk: Desk, view: CaseView, words: Translator) -> tuple[str, bool]:
    """The banner's text and whether a safe way has been agreed."""
    said, agreed = _banner(desk, view, words)
    records = [view.record(name) for name in rule(desk, view).records]
    if any(record is not None and record.conflicts() for record in records):
        said += f" {words.text(N_('Officers recorded it differently: only what all of them allow holds.'))}"
    return said, agreed


def _banner(desk: Desk, view: CaseView, words: Translator) -> tuple[str, bool]:
    found = rule(desk, view)
    if found.expired:
        last = words.day(found.confirmed_at)
        return words.text(
            N_("Safe contact: last confirmed {day}, too long ago. Confirm it face to face first."), day=last
        ), False
    if not found.records:
        return words.text(N_("Safe contact: none agreed yet. Contact nobody by phone, text, letter or app.")), False
    if not found.allowed:
        return words.text(
            N_("Safe contact: no way is safe now. {reason}"), reason=words.text(_shared_reason(found))
        ), False
    allowed = ", ".join(words.text(desk.library.label("channel", c)) for c in found.allowed)
    parts = [words.text(N_("Safe contact: {ways}"), ways=allowed)]
    parts += [", ".join(words.text(desk.library.label("weekday", d)) for d in found.days), found.hours]
    refused = [NO_VOICEMAIL] if not found.voicemail else []
    refused += [words_for for channel, words_for in _REFUSED.items() if channel not in found.allowed]
    parts.append(", ".join(words.text(no) for no in refused))
    return " · ".join(part for part in parts if part), True


def _shared_reason(found: ContactRule) -> str:
    """Why nothing is allowed, where all ways have the same reason."""
    reasons = {found.reason(channel) for channel in CHANNELS}
    return reasons.pop() if len(reasons) == 1 else N_("Agree on one face to face.")


NO_VOICEMAIL = N_("no voicemail")
_REFUSED: Mapping[str, str] = {"text": N_("no text"), "mail": N_("no letter")}
