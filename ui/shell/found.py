"""What was found, as lines of a list: who it is in short, the role held there, why it matched, and the case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from app.casework.find import About, Elsewhere, Found
from app.i18n import N_, Translator
from ui.editors.factory import label_of
from ui.session import Session
from ui.shell.lines import differs_words, title_of
from ui.widgets import grades
from ui.widgets.lists import Line

GROUPS = (
    ("reference", N_("By reference")),
    ("name", N_("By name")),
    ("place", N_("By place")),
    ("nearly", N_("Nearly the same, or it sounds alike")),
)
HOWS = {"nearly": N_("nearly the same"), "sounds": N_("sounds alike")}
KINDS = {
    "name": N_("“{matched}”"),
    "place": N_("address “{matched}”"),
    "reference": N_("Reference “{matched}”"),
}
INCIDENT = N_("Incident at “{matched}”")


def group_of(hit: Found) -> str:
    """Under which heading a hit stands."""
    return hit.kind if hit.how == "exact" else "nearly"


def why(hit: Found, session: Session) -> str:
    """Who was found and why: `Dane R.: Suspect · “Ruskin” · sounds alike`."""
    say = session.translator.text
    parts = [whom(hit, session)] if hit.kind == "name" or hit.who else []
    if hit.kind != "name" or hit.how != "exact":
        words = KINDS[hit.kind] if parts or hit.kind != "place" else INCIDENT
        parts.append(say(words, matched=apart(hit.matched, session.translator)))
    if hit.how != "exact":
        parts.append(say(HOWS[hit.how]))
    if hit.archived:
        parts.append(say(N_("put away in this case")))
    return " · ".join(parts)


def whom(hit: Found, session: Session) -> str:
    """The person of a hit with the roles held in that case."""
    say = session.translator.text
    roles = ", ".join(label_of(session, "role", role) for role in hit.roles)
    name = apart(hit.who, session.translator) or say(N_("name not recorded"))
    return say(N_("{name}: {roles}"), name=name, roles=roles) if roles else name


def apart(text: str, translator: Translator) -> str:
    """A name in a sentence that may run the other way: what stands around it keeps its place."""
    return text if not text or (text.isascii() and not translator.rtl) else f"\u2068{text}\u2069"


def case_words(hit: Found, about: About, translator: Translator) -> list[str]:
    """What else tells the case from another."""
    say, found = translator.text, []
    if hit.line.archived:
        found.append(say(N_("archived")))
    found += differs_words(hit.line, translator)
    if about.linked:
        found.append(say(N_("linked with another case")))
    return found


def case_found(key: str, hits: Sequence[Found], about: About, session: Session) -> Line:
    """A case that was found, by one hit or by several of them."""
    title = title_of(hits[0].line.reference, hits[0].line.short_name, session.translator)
    return _line(key, [title], [*dict.fromkeys(why(hit, session) for hit in hits)], hits[0], about, session.translator)


def person_found(key: str, hit: Found, about: About, session: Session) -> Line:
    """One hit: who or what was found, and under it the case."""
    title = title_of(hit.line.reference, hit.line.short_name, session.translator)
    said = why(hit, session)
    return _line(key, [said or title], [title] if said else [], hit, about, session.translator)


def _line(key: str, upper: list[str], under: list[str], hit: Found, about: About, translator: Translator) -> Line:
    day = translator.day(about.last_incident) if about.last_incident else ""
    line = hit.line
    return Line(
        key,
        " · ".join(upper),
        " · ".join(part for part in (*under, *case_words(hit, about, translator)) if part),
        translator.text(N_("incident {day}"), day=day) if day else "",
        grades.sign(line.grade, line.extreme, line.provisional, translator),
    )


def grouped(hits: Sequence[Found], translator: Translator) -> list[Any]:
    """The hits with a heading before each group: a Line for a heading, and number and hit for a hit."""
    found: list[Any] = []
    for group, words in GROUPS:
        those = [(number, hit) for number, hit in enumerate(hits) if group_of(hit) == group]
        if those:
            found += [Line("", translator.text(words), heading=True), *those]
    return found


def elsewhere_words(people: Iterable[Elsewhere], translator: Translator) -> list[str]:
    """That somebody who was found is a suspect, in how many cases and with how many victims; or a victim in several."""
    return [_elsewhere(one, translator) for one in people]


def _elsewhere(one: Elsewhere, translator: Translator) -> str:
    plural, who, said = translator.plural, apart(one.who, translator), []
    if one.suspect_in:
        many = N_("{who} is a suspect in {n} cases here.")
        said.append(plural(N_("{who} is a suspect in {n} case here."), many, one.suspect_in, who=who))
    if one.suspect_in > 1:
        said.append(plural(N_("It is the same victim."), N_("There are {n} different victims."), one.victims))
    if one.victim_in:
        many = N_("{who} is the victim in {n} cases here.")
        said.append(plural(N_("{who} is the victim in {n} case here."), many, one.victim_in, who=who))
    return " ".join(said)
