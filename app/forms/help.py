"""Help as data: for every page what it is for, which keys work there, what to do when, what is kept and where."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from app.forms import files
from app.forms.definitions import Defined


class Advice(Defined, frozen=True):
    """What to do when something is so."""

    on: str
    do: str


class HelpPage(Defined, frozen=True):
    """The help of one page. `keys` are named as on the sheet of keys, where their words stand."""

    what: str
    kept: str
    keys: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()


class HelpFile(Defined, frozen=True):
    """Several pages in one file."""

    format: Literal["holdfast-help/1"]
    pages: dict[str, HelpPage]


def load_help(folder: Path) -> dict[str, HelpPage]:
    """The help of every page, by the page's name. Raises Problem forms.broken with the place of a mistake."""
    found: dict[str, HelpPage] = {}
    for file in sorted(folder.glob("pages-*.toml")):
        for name, page in files.shaped(file, files.read_toml(file), HelpFile).pages.items():
            if name in found:
                raise files.broken(file, f"$.pages.{name}", "the help of this page is in another file already")
            found[name] = page
    return found
