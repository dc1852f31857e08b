"""What the server did not take, in words: what was recorded, when, and why; so that it can be recorded again."""

from __future__ import annotations

from dataclasses import dataclass

from app.casework.change_words import ChangeWords
from app.casework.desk import Desk
from app.i18n import N_, Translator
from app.records.names import case_short_name
from app.store import exchange

REASONS = {
    "scope": N_("the case is not yours to change"),
    "role": N_("it was not yours to decide, or somebody else had decided it by then"),
    "receiver": N_("it names nobody who could have the case"),
    "author": N_("the name in it is not the one that was enrolled"),
    "signature": N_("its signature does not hold"),
    "unknown": N_("it speaks of something that the server does not have"),
    "malformed": N_("it cannot be read"),
    "too_large": N_("it is too large"),
    "revoked": N_("this device is no longer taken in"),
}


@dataclass(frozen=True)
class RefusedLine:
    """One refused action: of which case, when by this laptop's clock, what it was, and why, all in words."""

    case_id: str
    short_name: str
    at: str
    what: str
    why: str


def refused(desk: Desk, words: Translator) -> list[RefusedLine]:
    """Everything of this vault that the server keeps apart, oldest first. It stands in no row of any case."""
    found = []
    for kept in exchange.refused(desk.store):
        view = desk.store.view(kept.entry.case)
        said = ChangeWords(desk, view, words).of(kept.entry)
        what = "; ".join(one.text for one in said) or words.text(N_("Nothing that this version can show"))
        why = words.text(REASONS.get(kept.reason or "", N_("the server gave no reason that is known here")))
        found.append(RefusedLine(kept.entry.case, case_short_name(view), kept.entry.wall, what, why))
    return found
