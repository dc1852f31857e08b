"""What can be taken back, in words, and what taking it back does to floor and grade."""

from __future__ import annotations

from app.casework import cases
from app.casework.change_words import ChangeWords
from app.casework.desk import Desk
from app.casework.undo import Action, Effect
from app.i18n import N_, Translator
from app.rules.definition import LEVELS


def title(desk: Desk, action: Action, words: Translator) -> str:
    """What an action did, in one line; of taking back: what was taken back."""
    what = first_done(desk, action, words)
    return words.text(N_("Taken back: {what}"), what=what) if action.takes_back else what


def first_done(desk: Desk, action: Action, words: Translator) -> str:
    """What an action did, or what the one did that it took back, in one line."""
    entries = action.entries
    if action.takes_back:
        by_name = {kept.entry.dots()[0]: kept.entry for kept in desk.store.entries(action.case_id)}
        names = [name for entry in entries for name in entry.takes_back if name in by_name]
        entries = tuple(by_name[name] for name in names)
    told = ChangeWords(desk, cases.read_case(desk, action.case_id), words)
    said = [one for entry in entries[-1:] for one in told.of(entry)]
    if not said:
        return words.text(N_("Nothing that this version can show"))
    first, more = min(said, key=lambda s: s.weight).text, len(said) - 1
    if not more:
        return first
    return words.plural(N_("{first} · and {n} more"), N_("{first} · and {n} more"), more, first=first)


def effect_words(desk: Desk, effect: Effect, words: Translator) -> list[str]:
    """Sentences on what changes in floor, grade, flag and note of danger; nothing where all stays."""
    before, after = effect.before, effect.after
    found = []
    if before.floor != after.floor:
        lower = LEVELS.index(after.floor) < LEVELS.index(before.floor)
        message = N_("This lowers the floor from {before} to {after}.")
        raised = N_("This raises the floor from {before} to {after}.")
        found.append(_levels(desk, message if lower else raised, before.floor, after.floor, words))
    if before.grade != after.grade and before.grade and after.grade:
        message = N_("The grade in force is {after} instead of {before}.")
        found.append(_levels(desk, message, before.grade, after.grade, words))
    if before.extreme and not after.extreme:
        found.append(words.text(N_("The flag extreme is gone.")))
    if before.danger and not after.danger:
        found.append(words.text(N_("The note of immediate danger is gone.")))
    return found


def lowers(effect: Effect) -> bool:
    """Whether something goes down: floor, grade in force, the flag extreme or the note of immediate danger."""
    pairs = ((effect.before.floor, effect.after.floor), (effect.before.grade, effect.after.grade))
    down = any(a and (not b or LEVELS.index(b) < LEVELS.index(a)) for a, b in pairs)
    gone = (effect.before.extreme and not effect.after.extreme) or (effect.before.danger and not effect.after.danger)
    return down or gone


def _levels(desk: Desk, message: str, before: str, after: str, words: Translator) -> str:
    labels = (words.text(desk.library.label("grade", level)) for level in (before, after))
    return words.text(message, **dict(zip(("before", "after"), labels, strict=True)))
