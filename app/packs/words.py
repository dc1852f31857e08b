"""Languages that packs bring, made known before the first word is said.

What an administrator lays into the machine's folder was checked by nobody: words that cannot be read are passed over.
"""

from __future__ import annotations

import contextlib

from app.clock import SystemClock
from app.force.standing import load
from app.i18n import BROUGHT, catalogue
from app.packs import content, shelf
from app.problems import Problem


def bring() -> None:
    """Make every catalogue of a pack that is trusted known under its language. Never raises for what a pack holds."""
    policy = load(SystemClock().now().astimezone().date())
    with contextlib.suppress(Problem):  # said once a vault is open
        looked = shelf.look(shelf.folders(), shelf.keys(policy))
        words = content.words_of(one for one in looked.used() if one.manifest.kind == "translations")
        for tag, data in words.items():
            with contextlib.suppress(ValueError):
                BROUGHT[tag] = catalogue(data)
