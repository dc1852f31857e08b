"""Packs that come from the server, on their way to the shelf of this user."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app import paths
from app.packs import shelf
from app.policy import Policy


class Arriving:
    """What the exchange asks of the shelf. `policy`: says whose packs are trusted."""

    def __init__(self, policy: Policy, today: date, folder: Path | None = None) -> None:
        self._policy, self._today, self._folder = policy, today, folder or paths.packs_folder()

    def have(self) -> dict[str, int]:
        """The highest serial of each name that lies here."""
        return {name: one.manifest.serial for name, one in self._look().newest().items()}

    def take(self, data: bytes) -> None:
        """Check a pack and keep it; it is in use from the next unlocking on. Raises as `shelf.install` does."""
        trusted = shelf.keys(self._policy)
        shelf.install(data, self._folder, self._look(), trusted, self._today, paths.resources())

    def _look(self) -> shelf.Looked:
        return shelf.look(dict.fromkeys((*shelf.folders(), self._folder)), shelf.keys(self._policy))
