"""What the server told of who has charge of cases, and of officers and units: kept in the vault beside the cases.

A case of which nothing is kept here belongs to whoever opened it.
"""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import msgspec

from app.rules.access import CaseFacts, Officer
from app.store.exchange import SERVER
from app.store.store import Store

CHARGE, PEOPLE, VERSION = "charge:", "officers and units", "officers and units: version"
"""Under which names the vault keeps them."""


class Charge(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who has charge of a case: ids of officers and units. `assigned`, `named`: whether this vault's officer is."""

    author: str
    owner: str
    unit: str
    offer: str = ""
    offered: str = ""
    offered_unit: str = ""
    restricted: bool = False
    assigned: bool = False
    named: bool = False

    def facts(self, me: str) -> CaseFacts:
        """What decides about the case, as the table of rights takes it."""
        return CaseFacts(
            self.author,
            self.owner,
            self.unit,
            assigned=frozenset({me} if self.assigned else ()),
            named=frozenset({me} if self.named else ()),
            restricted=self.restricted,
            offer=self.offer,
            offered=self.offered,
            offered_unit=self.offered_unit,
        )


class Named(msgspec.Struct, frozen=True):
    """An officer or a unit. `unit`: an officer's; `above`: the unit above a unit, or nothing."""

    id: str
    name: str
    role: str = ""
    unit: str = ""
    above: str = ""


class People(msgspec.Struct, frozen=True):
    """Officers in service and units, nearest first; `role`, `unit`: of this vault's officer, as they are now."""

    version: int = 0
    role: str = ""
    unit: str = ""
    officers: list[Named] = []
    units: list[Named] = []

    def tree(self) -> dict[str, str]:
        """Each unit with the one above it."""
        return {one.id: one.above for one in self.units}


_known: WeakKeyDictionary[Store, People] = WeakKeyDictionary()
"""What was read of the officers and units once, for as long as it is the newest."""


class _Member(msgspec.Struct, frozen=True):
    """What of the membership says whose vault this is."""

    officer: str = ""
    role: str = ""
    unit: str = ""


def me(store: Store) -> Officer | None:
    """Whose vault this is, as the server knows the officer; None where it belongs to no server."""
    kept = store.recall(SERVER)
    if not kept:
        return None
    member, now = msgspec.json.decode(kept, type=_Member), people(store)
    return Officer(member.officer, now.role or member.role, now.unit or member.unit)


def people(store: Store) -> People:
    """The officers and units as they were last told; nobody where they never were."""
    version = people_version(store)
    known = _known.get(store)
    if known is None or known.version != version:
        known = msgspec.json.decode(store.recall(PEOPLE) or "{}", type=People)
        _known[store] = known
    return known


def people_version(store: Store) -> int:
    """Which state of the officers and units is kept here; 0 for none."""
    return int(store.recall(VERSION) or 0)


def keep_people(store: Store, version: int, told: str) -> None:
    """Keep what the server told of officers and units (JSON)."""
    store.remember(PEOPLE, told)
    store.remember(VERSION, str(version))


def charge(store: Store, case_id: str) -> Charge | None:
    """Who has charge of a case; None where it is simply whoever opened it."""
    kept = store.recall(CHARGE + case_id)
    return msgspec.json.decode(kept, type=Charge) if kept else None


def keep(store: Store, told: Mapping[str, str]) -> set[str]:
    """Keep what the server told of who has charge of cases (JSON by case); returns the cases of which that is new."""
    with store.transaction() as connection:
        changed = {case for case, text in told.items() if store.recall(CHARGE + case) != text}
        for case in sorted(changed):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (CHARGE + case, told[case]))
            connection.execute("UPDATE case_line SET stale = 1 WHERE case_id = ?", (case,))
    return changed
