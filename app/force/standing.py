"""Which policy is in force on this laptop: the force's, where it can be believed; otherwise the strict values and why.

Nothing that is wrong with a policy closes the program, and nothing of it is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app import signed
from app.force.document import of_values, read, text_of
from app.force.places import Found, Place, system_place
from app.policy import DEFAULT_POLICY, Policy, settings, strict
from app.problems import Problem

SERIAL = "policy.serial"
"""Under this a vault keeps the highest serial that it was opened with."""
PROFILE = "policy.profile"
"""Under this a vault keeps the profile of the last policy that was in force."""


def load(today: date, place: Place | None = None) -> Policy:
    """The policy in force; its `problem` says what is wrong with the force's, where something is. Never raises one."""
    try:
        found = (place or system_place()).look()
        return _believed(found, today)
    except Problem as problem:
        return strict(problem)


def signed_policy(body: bytes, signature: str, keys: tuple[bytes, ...]) -> tuple[Policy, tuple[str, ...]]:
    """A signed policy, and the names in it that this version does not know.

    Raises Problem policy.no_key, policy.not_signed, policy.unknown_key, policy.broken.
    """
    if not keys:
        raise Problem("policy.no_key")
    text = text_of(body)
    try:
        key = signed.check(text.encode(), signature, signed.POLICY, keys)
    except signed.UnknownKey as error:
        raise Problem("policy.unknown_key", key=str(error)[:16]) from error
    except signed.NotSigned as error:
        raise Problem("policy.not_signed") from error
    policy, unknown = read(text)
    return replace(policy, signed_by=key), unknown


def in_vault(policy: Policy, recall: Callable[[str], str | None], remember: Callable[[str, str], None]) -> Policy:
    """The policy as one vault has to take it: never one that is older than what the vault has been opened with.

    A vault that is new or was put back to an older copy has not seen the newer one; nothing else can tell it.
    """
    seen = int(recall(SERIAL) or 0)
    if policy.problem is not None and policy.problem.code != "policy.unknown":
        return _keeping_profile(policy, recall)  # strict already
    if policy.serial < seen:
        code = "policy.older" if policy.serial else "policy.gone"
        return _keeping_profile(strict(Problem(code, serial=policy.serial, seen=seen)), recall)
    if policy.serial > seen:
        remember(SERIAL, str(policy.serial))
    if policy.profile != (recall(PROFILE) or DEFAULT_POLICY.profile):
        remember(PROFILE, policy.profile)
    return policy


def _keeping_profile(policy: Policy, recall: Callable[[str], str | None]) -> Policy:
    """Forms and telephone numbers stay those of the force: to lose them would protect nobody."""
    return replace(policy, profile=recall(PROFILE) or policy.profile)


def _believed(found: Found, today: date) -> Policy:
    if found.policy is not None:
        policy, unknown = signed_policy(found.policy, found.signature, found.keys)
    elif found.keys:
        raise Problem("policy.unsigned" if found.values else "policy.missing")
    elif found.values:
        # No key is pinned: what stands where only administrators write is theirs.
        policy, unknown = of_values(_spelled(found.values))
    else:
        return DEFAULT_POLICY
    if policy.expires is not None and today > policy.expires:
        raise Problem("policy.expired", until=policy.expires.isoformat())
    return replace(policy, problem=Problem("policy.unknown", names=", ".join(unknown))) if unknown else policy


def _spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a policy has them: a registry writes yes and no as 1 and 0."""
    yes_no = {one.name for one in settings() if one.kind == "yes_no"}
    return {
        name: bool(value) if name in yes_no and type(value) is int and value in (0, 1) else value
        for name, value in values.items()
    }
