"""Three values: yes, no, unknown. Unknown is never no.

The tables are those of Kleene: unknown stays unknown unless the other side decides by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Three = Literal["yes", "no", "unknown"]


def three(value: object) -> Three:
    """A recorded value as one of three; nothing recorded, declined and not asked are unknown."""
    if value == "yes":
        return "yes"
    return "no" if value == "no" else "unknown"


def known(value: bool) -> Three:
    """A plain truth as one of three."""
    return "yes" if value else "no"


def not_(value: Three) -> Three:
    """The opposite; the opposite of unknown is unknown."""
    return {"yes": "no", "no": "yes"}.get(value, "unknown")  # type: ignore[return-value]


def all_of(values: Iterable[Three]) -> Three:
    """No if one is no, else unknown if one is unknown, else yes."""
    found = set(values)
    return "no" if "no" in found else "unknown" if "unknown" in found else "yes"


def any_of(values: Iterable[Three]) -> Three:
    """Yes if one is yes, else unknown if one is unknown, else no."""
    found = set(values)
    return "yes" if "yes" in found else "unknown" if "unknown" in found else "no"


def possibly(value: Three) -> Three:
    """Yes unless it is known to be no."""
    return "no" if value == "no" else "yes"
