"""Where things are: the shipped resources and the officer's vaults. Folder names say nothing about abuse."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def resources() -> Path:
    """The folder of the shipped data files."""
    return RESOURCES


def vaults_folder() -> Path:
    """Where vaults are made when no folder is named: one folder a vault, under the user's data folder."""
    return Path(platformdirs.user_data_dir("holdfast", appauthor=False)) / "vaults"


def practice_folder() -> Path:
    """Where the practice vault lives, apart from every real vault."""
    return Path(platformdirs.user_data_dir("holdfast", appauthor=False)) / "practice"


def trial_folder() -> Path:
    """Where the trial server keeps its database and its keys when no folder is named."""
    return Path(platformdirs.user_data_dir("holdfast", appauthor=False)) / "trial"


def packs_folder() -> Path:
    """Where packs are kept that this user installed or that came from the server."""
    return Path(platformdirs.user_data_dir("holdfast", appauthor=False)) / "packs"


def machine_folder() -> Path:
    """What administrators keep for every user of this laptop. On Linux and macOS only they write there."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Holdfast"
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Holdfast")
    return Path("/etc/holdfast")
