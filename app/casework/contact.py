"""How the victim may be reached: the rule, and the banner that stands over the case."""

from __future__ import annotations

from collections.abc import Mapping

from app.casework.desk import Desk
from app.casework.risk import facts
from app.i18n import N_, Translator
from app.records.view import CaseView
from app.rules.safe_contact import ContactRule, contact_rule


def rule(desk: Desk, view: CaseView) -> ContactRule:
    """What the safe-contact record allows now; without one, nothing."""
    return contact_rule(view, facts(desk, view), on=desk.clock.now().date(), valid_days=desk.policy.safe_contact_days)


def banner(desk: Desk, view: CaseView, words: Translator) -> tuple[str, bool]:
    """The banner's text and whether a safe way has been agreed."""
    found = rule(desk, view)
    if not found.agreed:
        return words.text(N_("Safe contact: none agreed yet. Contact nobody by phone, text, letter or app.")), False
    record = view.latest("safe_contact")
    allowed = ", ".join(words.text(desk.library.label("channel", c)) for c in found.allowed)
    parts = [words.text(N_("Safe contact: {ways}"), ways=allowed or words.text(N_("no way is safe")))]
    if record is not None and record.get("hours"):
        parts.append(str(record.get("hours")))
    refused = [words.text(label) for key, label in _REFUSED.items() if record is not None and record.get(key) != "yes"]
    if "mail" not in found.allowed:
        refused.append(words.text(N_("no letter")))
    if refused:
        parts.append(", ".join(refused))
    if found.expired:
        parts.append(words.text(N_("must be confirmed again")))
    return " · ".join(parts), not found.expired and bool(found.allowed)


_REFUSED: Mapping[str, str] = {"voicemail": N_("no voicemail"), "text": N_("no text")}
