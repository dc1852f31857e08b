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
    "forked": N_("a copy of this vault had sent something else before"),
    "gap": N_("what goes before it was destroyed here, and the server has lost it"),
    "erased": N_("a lawful order has erased the case"),
}


@dataclass(frozen=True)
class RefusedLine:
    """One refused action: of which case, when by this laptop's clock, what it was, and why, all in words."""

    case_id: str
    short_name: str
    at: str
    what: str
    why: str
    now: str
    """What to do about it."""


NOT_KNOWN = N_("the server gave no reason that is known here")

WHAT_NOW = {
    "scope": N_("Ask the officer in the case or your supervisor: a supervisor can have it taken in."),
    "revoked": N_("Tell your supervisor that this laptop was shut out; a supervisor can have the work taken in."),
    "author": N_("Tell your administrator: the name of this vault is not the one that was enrolled."),
    "too_large": N_("Record it again in smaller parts."),
    "role": N_("Look at what stands now. If it should still be so, ask whoever may decide it."),
    "receiver": N_("Hand the case over again, to somebody who is on the list."),
    "erased": N_("There is nothing to do: nothing may be recorded in this case any more."),
}
RECORD_AGAIN = N_("Record what still matters again. If it is refused once more, tell your administrator.")


def why(reason: str | None, words: Translator) -> str:
    """Why the server did not take something."""
    return words.text(REASONS.get(reason or "", NOT_KNOWN))


def what_now(reason: str | None, words: Translator) -> str:
    """What to do about it."""
    return words.text(WHAT_NOW.get(reason or "", RECORD_AGAIN))


def refused(desk: Desk, words: Translator) -> list[RefusedLine]:
    """Everything of this vault that the server keeps apart, oldest first. It stands in no row of any case."""
    found = []
    for kept in exchange.refused(desk.store):
        view = desk.store.view(kept.entry.case)
        said = ChangeWords(desk, view, words).of(kept.entry)
        what = "; ".join(one.text for one in said) or words.text(N_("Nothing that this version can show"))
        said_why, now = why(kept.reason, words), what_now(kept.reason, words)
        found.append(RefusedLine(kept.entry.case, case_short_name(view), kept.entry.wall, what, said_why, now))
    return found
