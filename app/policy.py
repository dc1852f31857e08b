"""The force's settings, each declared once: name, default, sentence, whether an administrator may lock it.

Dialogs, the example policy file and the administrators' table follow from this declaration.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from app.i18n import N_


def _setting(
    default: object, sentence: str, *, lockable: bool = True, least: int | None = None, most: int | None = None
) -> Any:
    return field(default=default, metadata={"sentence": sentence, "lockable": lockable, "least": least, "most": most})


@dataclass(frozen=True)
class Policy:
    """Every setting with its shipped default."""

    idle_lock_s: int = _setting(
        300, N_("Seconds without a key or a click until the program locks."), least=60, most=900
    )
    idle_countdown_s: int = _setting(30, N_("Seconds of quiet countdown before an idle lock."), least=10, most=60)
    lock_on_suspend: bool = _setting(True, N_("Lock when the laptop is suspended or its lid is closed."))
    passphrase_least_length: int = _setting(15, N_("Least number of characters of a passphrase."), least=15, most=64)
    safe_contact_days: int = _setting(
        30, N_("Days after which a safe-contact record must be confirmed again."), least=1, most=365
    )
    local_words: tuple[str, ...] = _setting((), N_("Local words that no passphrase may be built on."))


@dataclass(frozen=True)
class Setting:
    """One declared setting, for dialogs and tables."""

    name: str
    sentence: str
    default: object
    lockable: bool
    least: int | None
    most: int | None


def settings() -> list[Setting]:
    """All declared settings, in order."""
    return [
        Setting(
            f.name, f.metadata["sentence"], f.default, f.metadata["lockable"], f.metadata["least"], f.metadata["most"]
        )
        for f in fields(Policy)
    ]


DEFAULT_POLICY = Policy()
