"""A screen in a root, with a window manager and a keyboard."""

from __future__ import annotations

from collections.abc import Mapping

from tests.packages.root import CleanRoot
from tests.packages.work import Work

PROGRAMS = ("xvfb", "openbox", "xdotool", "scrot")
USER = "officer"


class Screen:
    """The screen of a root, for the officer there. `told`: the environment in which windows open, with its DISPLAY."""

    def __init__(self, work: Work, root: CleanRoot, told: Mapping[str, str]) -> None:
        self.work, self.root, self.told = work, root, told

    def begins(self) -> None:
        """Start it; back when it is there."""
        words = ("-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset")
        self.root.start("Xvfb", self.told["DISPLAY"], *words, log=self.work.folder / "xvfb.log")
        self.work.until("the screen", lambda: self.quietly("xdotool", "getmouselocation"))
        self.root.start("openbox", told=self.told, user=USER, log=self.work.folder / "openbox.log")

    def quietly(self, *command: str) -> bool:
        """Whether a command of the officer goes well."""
        return self.work.glance(self.root, *command, told=self.told, user=USER)[0] == 0

    def types(self, text: str, *keys: str) -> None:
        """Type words, then press keys."""
        if text:
            self.quietly("xdotool", "type", "--delay", "40", "--", text)
        if keys:
            self.quietly("xdotool", "key", "--delay", "60", *keys)
