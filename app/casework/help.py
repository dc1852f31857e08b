"""The help of a page, read from its file when it is first asked for."""

from __future__ import annotations

import functools

from app import paths
from app.forms.help import HelpPage as HelpPage
from app.forms.help import load_help


@functools.cache
def pages() -> dict[str, HelpPage]:
    """The help of every page, by the page's name."""
    return load_help(paths.resources() / "help")


def help_of(page: str) -> HelpPage | None:
    """The help of one page, or None where nobody has written it."""
    return pages().get(page)
