"""What holds between the parts of a definition file: codes exist, each once. A mistake is named with its path."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.forms import files
from app.forms.definitions import Instrument, PlanModules, Profile


def unique(file: Path, path: str, codes: Iterable[str]) -> None:
    """Each code stands once."""
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise files.broken(file, path, f"“{code}” stands there twice")
        seen.add(code)


def check_instrument(file: Path, instrument: Instrument) -> Instrument:
    """Groups and factors that an instrument names exist, each code once."""
    codes, groups = set(instrument.codes), {g.id for g in instrument.groups}
    unique(file, "$.groups", [g.id for g in instrument.groups])
    unique(file, "$.factors", instrument.codes)
    unique(file, "$.first_layer", instrument.first_layer)
    _exist(file, "$.first_layer", instrument.first_layer, codes)
    for place, factor in enumerate(instrument.factors):
        _exist(file, f"$.factors[{place}].group", (factor.group,), groups)
        _exist(file, f"$.factors[{place}].asks_at_once", factor.asks_at_once, codes)
    return instrument


def check_codes(file: Path, instrument: Instrument, all_of_them: Iterable[Instrument]) -> None:
    """A code is one question in whatever instrument it stands: answers, reasons and papers name a factor by its code
    alone. Versions of one instrument may word it otherwise.
    """
    others = [other for other in all_of_them if other.id != instrument.id]
    for place, factor in enumerate(instrument.factors):
        for other in others:
            same = other.factor(factor.code)
            if same is not None and (same.label, same.question) != (factor.label, factor.question):
                path = f"$.factors[{place}].code"
                raise files.broken(file, path, f"“{factor.code}” is another question in “{other.id}”")


def check_plan(file: Path, plan: PlanModules) -> PlanModules:
    """Priority groups exist, each code once."""
    unique(file, "$.priorities", [p.code for p in plan.priorities])
    unique(file, "$.modules", [m.code for m in plan.modules])
    groups = {p.code for p in plan.priorities}
    for place, module in enumerate(plan.modules):
        _exist(file, f"$.modules[{place}].priority_group", (module.priority_group,), groups)
    return plan


def check_suggested(file: Path, parts: files.RulesFile, tasks: set[str], modules: set[str], events: set[str]) -> None:
    """Rules suggest tasks and modules that exist and name kinds of events that exist; each rule's code once."""
    unique(file, "$.floor", [rule.code for rule in parts.floor])
    unique(file, "$.lowering", [reason.code for reason in parts.lowering])
    for place, part in enumerate(parts.tasks):
        _exist(file, f"$.tasks[{place}].codes", part.codes, tasks)
    for place, part in enumerate(parts.modules):
        _exist(file, f"$.modules[{place}].codes", part.codes, modules)
    for place, trigger in enumerate(parts.review.triggers):
        _exist(file, f"$.review.triggers[{place}].event", (trigger.event,), events)


def check_profile(file: Path, profile: Profile, known: dict[str, set[str]]) -> Profile:
    """What a profile names is installed. `known`: installed ids by the profile's key."""
    for key in ("instruments", "rules", "todo"):
        _exist(file, f"$.{key}", getattr(profile, key), known[key])
    _exist(file, "$.plan", (profile.plan,), known["plan"])
    _exist(file, "$.consents", (profile.consents,), known["consents"])
    for kind, factors in profile.known_already.items():
        _exist(file, f"$.known_already.{kind}", factors, known["factors"])
    return profile


def _exist(file: Path, path: str, named: Iterable[str], known: set[str]) -> None:
    for name in named:
        if name not in known:
            raise files.broken(file, path, f"“{name}” does not exist")
