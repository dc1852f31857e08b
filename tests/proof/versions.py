"""Laptops with earlier programs, as the repository still holds them, exchange with today's server and laptops."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Listener
from pathlib import Path

from tests.proof.frame import Proved
from tests.proof_upgrade.cuts import PREVIOUS, ROOT, earlier
from tests.sync.prove.processes import Client, Server, server
from tests.sync.prove.proxy import Faults, Post, standing
from tests.sync.prove.rest import Found, heal, problem

PROMISE: str = "Laptops with the two programs before this one go on exchanging with today's server, and lose nothing."
GOALS: tuple[str, ...] = ("G17",)
EARLIER = (PREVIOUS, "2f2d1b6")
"""The state of the project that a laptop has before its next update, and before the one before."""
_BAD = Faults(lost=10, answer_lost=10, twice=10, late=5)

_LAPTOP = """
import sys
sys.path.insert(0, sys.argv[1])
from multiprocessing.connection import Client as dial
from pathlib import Path
import msgspec
from app.notebook.ids import random_id
from app.store.store import Store
from sync.client import enrolment
from sync.client.membership import keep, membership
from tests.sync.prove.processes import Away, Vault, live
ear = dial(sys.argv[2])
folder, key, device, author, text, port = ear.recv()
vault = Vault(Path(folder), key, device, author)
store = Store.create(vault.folder, vault.key, vault.device)
enrolment.enrol(store, text, laptop=random_id(), author=author, clock=Away(0.0), trial=True)
keep(store, msgspec.structs.replace(membership(store), port=port))
store.close()
live(ear, vault)
"""


def gate() -> Proved:
    """Two rounds of each of a few laptops."""
    return _meet(4)


def deep() -> Proved:
    """Many rounds."""
    return _meet(30)


def control() -> Proved:
    """Today's laptops take what they send as sent, and never ask whether it is there."""
    return _meet(6, off="what is not there is sent again")


@dataclass
class _Earlier(Client):
    """A laptop with an earlier program, from its folder."""

    tree: Path = Path()
    text: str = ""
    port: int = 0

    def start(self) -> None:
        with tempfile.TemporaryDirectory() as place, Listener(f"{place}/ear", "AF_UNIX") as listener:
            words = [sys.executable, "-P", "-c", _LAPTOP, str(self.tree), f"{place}/ear"]
            self.process = subprocess.Popen(words, cwd=self.tree)
            self.ear = listener.accept()
        vault = self.vault
        self.ear.send((str(vault.folder), vault.key, vault.device, vault.author, self.text, self.port))
        assert self.finish() == ("ready",), "the laptop did not start"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def _meet(rounds: int, off: str = "") -> Proved:
    found, chance = Found(), random.Random(20261122)
    with tempfile.TemporaryDirectory() as name, server() as made:
        post = Post(made.port, made.folder)
        with standing(post):
            old = [_add(made, tree, post.port) for tree in _trees(Path(name))]
            for _ in range(2):
                made.add_laptop(port=post.port, off=off)
            post.set(Faults(**{**vars(_BAD), "seed": 1}))
            for _ in range(rounds):
                for laptop in made.laptops:
                    laptop.ask("write", chance.randrange(1 << 30), 3)
                    problem(laptop.ask("round", chance.randrange(1 << 30), 2), found)
            post.set(Faults())
            heal(made, found)
    figure = f"{len(old)} laptops with earlier programs and 2 with this one, {rounds} rounds each through a bad network"
    missing = ["the repository does not hold the earlier programs"] if len(old) < len(EARLIER) and _whole() else []
    return Proved(f"{figure}: {found.acknowledged:,} of {found.entries:,} entries everywhere", missing + found.faults)


def _whole() -> bool:
    """Whether the history is here from which they are taken, and not the files of a release, or a shallow clone."""
    if not shutil.which("git"):
        return False
    asked = ["git", "rev-parse", "--is-shallow-repository"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == "false"


def _trees(place: Path) -> list[Path]:
    found = []
    for commit in EARLIER:
        tree = place / commit
        tree.mkdir()
        found += [tree] if earlier(tree, commit) else []
    return found


def _add(made: Server, tree: Path, port: int) -> _Earlier:
    vault, text = made.invite()
    laptop = _Earlier(vault, tree=tree, text=text, port=port)
    laptop.start()
    made.laptops.append(laptop)
    return laptop
