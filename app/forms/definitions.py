"""What a form, a list or a profile is once it has been read: frozen, and checked for unknown keys on the way in.

Texts are English message ids; a Translator turns them into words.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Defined(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a definition file. An unknown key is a mistake, never ignored."""


# ---- Instruments ----------------------------------------------------------------------------------------------------


class Group(Defined, frozen=True):
    """A group of factors, as a heading."""

    id: str
    title: str


class Opening(Defined, frozen=True):
    """What is asked before the first factor; the answer is no factor."""

    code: Literal["danger_now", "suspect_where"]
    question: str
    how_to_ask: str


class Factor(Defined, frozen=True):
    """One question of an instrument, with the help that stands beside it."""

    code: str
    group: str
    label: str
    """The factor in a few words, for lists and paper."""
    question: str
    why: str
    how_to_ask: str
    good_note: str
    weight: Literal["", "serious", "critical"] = ""
    examples: tuple[str, ...] = ()
    """Questions about how often, for control and stalking."""
    asks_at_once: tuple[str, ...] = ()
    """Factors that are asked next when the answer is yes."""
    first_layer: bool = False
    """One of the first ten; set from the instrument's list."""


class Instrument(Defined, frozen=True):
    """One version of a risk questionnaire."""

    format: Literal["holdfast-instrument/1"]
    id: str
    version: int
    title: str
    validated: bool
    notice: str
    scope: str
    introduction: str
    first_layer: tuple[str, ...]
    opening: tuple[Opening, ...]
    groups: tuple[Group, ...]
    factors: tuple[Factor, ...]

    def factor(self, code: str) -> Factor | None:
        """The factor of that code, or None."""
        return next((f for f in self.factors if f.code == code), None)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all factors, in order."""
        return tuple(f.code for f in self.factors)

    @property
    def first_factors(self) -> tuple[Factor, ...]:
        """The factors of the first layer, in the order in which they are asked."""
        return tuple(f for code in self.first_layer if (f := self.factor(code)) is not None)

    def of_group(self, group: str) -> tuple[Factor, ...]:
        """The factors of a group, in order."""
        return tuple(f for f in self.factors if f.group == group)


# ---- To-do lists ----------------------------------------------------------------------------------------------------


class TaskDefinition(Defined, frozen=True):
    """One item of an agency's to-do list."""

    code: str
    label: str
    title: str
    explain: str
    source: str
    evidence: tuple[str, ...]
    starred: bool = False
    """May be another agency's duty, which is then named."""
    needs_consent: str = ""
    """The purpose for which consent must be given before the item can be closed as done."""
    contact_rule: bool = False
    """Reaches the victim: shows the safe-contact rule and cannot be closed by a forbidden channel."""
    needs_release_time: bool = False
    """Cannot be closed while the end of custody is not known."""
    agency: str = ""


class TodoList(Defined, frozen=True):
    """One agency's to-do list. Extras are tasks beside the list, such as a visit."""

    format: Literal["holdfast-todo/1"]
    id: str
    version: int
    agency: str
    title: str
    source: str
    tasks: tuple[TaskDefinition, ...]
    extras: tuple[TaskDefinition, ...] = ()


# ---- Safety plan ----------------------------------------------------------------------------------------------------


class Priority(Defined, frozen=True):
    """Something that may matter most to the victim."""

    code: str
    title: str


class ModuleDefinition(Defined, frozen=True):
    """One subject of a safety plan."""

    code: str
    label: str
    title: str
    priority_group: str
    prompts: tuple[str, ...]
    leaving: Literal["nothing", "lines", "words"]
    """What may stand on paper that leaves: nothing; the neutral lines; also the text of a measure chosen as safe."""
    file_only: tuple[Literal["who", "what", "when", "note"], ...]
    """Fields of a measure that never leave."""
    not_if_watched: bool = False
    """With devices watched (F17) nothing of the module leaves."""
    discreet: tuple[str, ...] = ()
    """Neutral lines for paper that leaves."""

    def lines_that_may_leave(self, watched: bool) -> tuple[str, ...]:
        """The neutral lines; none where devices are, or may be, watched and the module speaks about them."""
        return () if self.leaving == "nothing" or (watched and self.not_if_watched) else self.discreet


class PlanModules(Defined, frozen=True):
    """The subjects of a safety plan and what the victim may rank."""

    format: Literal["holdfast-plan/1"]
    id: str
    version: int
    source: str
    never_leaves: tuple[str, ...]
    priorities: tuple[Priority, ...]
    modules: tuple[ModuleDefinition, ...]

    def in_order_of(self, ranked: tuple[str, ...] | list[str]) -> tuple[ModuleDefinition, ...]:
        """The modules by the victim's ranking; groups that were not ranked follow, each group in its own order."""
        order = {group: place for place, group in enumerate(ranked)}
        return tuple(sorted(self.modules, key=lambda m: order.get(m.priority_group, len(order))))


# ---- Consent, codes, profile ----------------------------------------------------------------------------------------


class Wording(Defined, frozen=True):
    """What is said when consent is asked for. The version that was said is kept with the answer."""

    purpose: str
    version: int
    title: str
    text: str
    may_refuse: str

    @property
    def name(self) -> str:
        """Purpose and version, as kept with a consent: `victim_support/1`."""
        return f"{self.purpose}/{self.version}"


class Consents(Defined, frozen=True):
    """All wordings, older versions included."""

    format: Literal["holdfast-consents/1"]
    id: str
    version: int
    wordings: tuple[Wording, ...]

    def latest(self, purpose: str) -> Wording | None:
        """The newest wording for a purpose, or None."""
        return max((w for w in self.wordings if w.purpose == purpose), key=lambda w: w.version, default=None)


class Code(Defined, frozen=True):
    """A stored code and what it is called."""

    code: str
    label: str


class Danger(Defined, frozen=True):
    """Local steps in immediate danger."""

    title: str
    steps: tuple[str, ...]


class CalendarPart(Defined, frozen=True):
    """On which days a place works, and whose time holds there."""

    zone: str
    """A time zone's name, for example `Europe/Dublin`; `local` for the laptop's own."""
    weekend: tuple[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], ...]
    holidays: tuple[str, ...] = ()
    """`12-25` for every year, `2027-03-26` for one."""


class SpanPart(Defined, frozen=True):
    """A length of time."""

    n: int
    unit: Literal["hours", "days", "working_days"]


class FollowsPart(Defined, frozen=True):
    """What sets a deadline: a moment in a record, a state of the case, or a task that is suggested."""

    record: str = ""
    field: str = ""
    where: dict[str, tuple[str, ...]] = {}
    filled: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    last: bool = False
    state: Literal["", "provisional", "release", "promised", "safe_contact"] = ""
    task: str = ""
    grades: tuple[Literal["standard", "medium", "high", "extreme"], ...] = ()


class UntilPart(Defined, frozen=True):
    """What ends a deadline."""

    record: str
    where: dict[str, tuple[str, ...]] = {}
    after: str = ""


class DeadlinePart(Defined, frozen=True):
    """Something that is due within, or before, some time; what it is and what set it stand there as sentences."""

    code: str
    kind: Literal["release", "order", "completion", "review", "contact", "court", "safe_contact", "task", "plan"]
    follows: FollowsPart
    due: str
    because: str
    within: SpanPart | None = None
    before: SpanPart | None = None
    lapses: bool = False
    """Of no more use once what it follows has come; only with `before`."""
    until: tuple[UntilPart, ...] = ()


class Profile(Defined, frozen=True):
    """A jurisdiction: which forms and rules hold there, and what is local."""

    format: Literal["holdfast-profile/1"]
    id: str
    version: int
    title: str
    language: str
    languages: tuple[str, ...]
    instruments: tuple[str, ...]
    rules: tuple[str, ...]
    todo: tuple[str, ...]
    plan: str
    consents: str
    reason_for: tuple[Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure"], ...]
    order_types: tuple[str, ...]
    calendar: CalendarPart
    deadlines: tuple[DeadlinePart, ...]
    danger: Danger
    known_already: dict[Literal["breach"], tuple[str, ...]] = {}
    """Factors beside which records of a kind are shown as known already, by the record's type."""
    services: tuple[str, ...] = ()
    """Ids of the directories of services in use; a practice vault has the invented ones instead."""
