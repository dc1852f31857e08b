"""What is done to the program under test so that a proof can show what it finds: faults in its middle, a secret store
of its own, and the leaks by which a control must be found out.
"""

from __future__ import annotations

import base64
import os
import socket
import sys
import tempfile

SECRETS = "HOLDFAST_EAR_SECRETS"  # the socket at which the secret store answers
OURS = ("app.", "ui.", "sync.", "__main__")


def begin(application, wanted) -> None:
    """Do what is wanted, before the officer has unlocked anything."""
    for name in wanted:
        DEEDS[name](application)


def program(application):
    """The program itself, among the objects of Qt."""
    return next(child for child in application.children() if type(child).__name__ == "Program")


# -- a secret store


class AtASocket:
    """A secret store outside the program: one line asks, the other end answers, both in base 64."""

    def get(self, name):
        found = self._ask(b"get", name)
        return base64.b64decode(found) if found else None

    def put(self, name, secret):
        self._ask(b"put", name, secret)

    def delete(self, name):
        self._ask(b"delete", name)

    def _ask(self, what, name, secret=b""):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(os.environ[SECRETS])
            line.sendall(b" ".join([what, name.encode(), base64.b64encode(secret)]) + b"\n")
            return line.makefile("rb").readline().strip()


def secrets(application) -> None:
    """The vault's other half of the key lies there."""
    program(application).secrets = AtASocket()


# -- loud


def loud(_application) -> None:
    """Every logger says all it has to say."""
    import logging

    from app.logs import LOG

    logging.basicConfig(level=logging.DEBUG)
    LOG.setLevel(logging.DEBUG)


# -- leaks, for controls


def stay(application) -> None:
    """Locking shows the unlock screen and does not end the process."""
    one = program(application)

    def replace(_fresh) -> None:
        one.show_unlock()
        one.top.show()

    one.replace = replace


def tell(_application) -> None:
    """A line in the log with what was typed."""
    from app.logs import LOG
    from ui.editors.editor import Editor

    answer = Editor.answer

    def answer_and_tell(self, value):
        LOG.error("answered: %r", value)
        answer(self, value)

    Editor.answer = answer_and_tell


def preview_in_a_file(_application) -> None:
    """A paper that is looked at lies in a file as well."""
    from app.casework import paper

    preview = paper.preview

    def preview_and_keep(*given, **more):
        pdf = preview(*given, **more)
        handle, _path = tempfile.mkstemp(suffix=".pdf", dir=os.environ["HOME"])
        os.write(handle, pdf)
        os.close(handle)
        return pdf

    paper.preview = preview_and_keep


def key_in_a_file(_application) -> None:
    """The key of the database is kept for the next time."""
    from app.vault.vault import Unlocked

    database_key = Unlocked.database_key

    def give_and_keep(self):
        key = database_key(self)
        with open(os.path.join(os.environ["HOME"], "kept"), "ab") as file:
            file.write(base64.b64encode(b"key=" + key) + b"\n")
        return key

    Unlocked.database_key = give_and_keep


def dump(_application) -> None:
    """A crash leaves the memory in a file; see also `leave_dumps`."""
    import ctypes

    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


def leave_dumps() -> None:
    """Before the program begins: what it forbids by a limit, nobody can allow again."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    resource.setrlimit = lambda *_: None


def quote_bugs(_application) -> None:
    """A bug is written down as Python does it by itself: with its message."""
    sys.excepthook = sys.__excepthook__


DEEDS = {
    deed.__name__: deed for deed in (secrets, loud, stay, tell, preview_in_a_file, key_in_a_file, dump, quote_bugs)
}


# -- faults, one at a time


class Fault:
    """Of how many calls the next one fails, how many have failed, and what is said then."""

    left = 0
    raised = 0
    words = ""


def do(question: str) -> bytes:
    """`raise N WORDS`: the Nth call of a function of ours from now on fails; `crash HOW`: the process ends hard."""
    what, how, *words = question.split(" ", 2)
    if what == "crash":
        CRASHES[how]()
    Fault.left, Fault.words = int(how), " ".join(words)
    watch_the_pool()
    sys.setprofile(look)
    return str(Fault.raised).encode()


def watch_the_pool() -> None:
    """Let faults come in the pool as well: its threads are Qt's and not Python's."""
    from ui import tasks

    run = tasks._Work.run
    if run.__name__ == "run_and_look":
        return

    def run_and_look(self):
        if Fault.left > 0:
            sys.setprofile(look)
        try:
            run(self)
        finally:
            sys.setprofile(None)

    tasks._Work.run = run_and_look


def look(frame, event, _argument) -> None:
    """Let the call fail that is due, with what it was called with in the message."""
    if event != "call" or not frame.f_globals.get("__name__", "").startswith(OURS):
        return
    Fault.left -= 1
    if Fault.left > 0:
        return
    sys.setprofile(None)
    kind = KINDS[Fault.raised % len(KINDS)]
    Fault.raised += 1
    given = [value for value in frame.f_locals.values() if isinstance(value, str)]
    raise kind(f"{Fault.words} {given}")


KINDS = (ValueError, KeyError, OSError, RuntimeError, TypeError, AttributeError, AssertionError, LookupError)


def read_nowhere() -> None:
    """Read at an address where nothing is."""
    import ctypes

    ctypes.string_at(0)


def run_out_of_stack() -> None:
    """Call oneself until the stack is used up, past Python's own limit."""
    import ctypes

    sys.setrecursionlimit(1 << 30)

    def call() -> None:
        again()

    again = ctypes.CFUNCTYPE(None)(call)
    again()


def shortened_file() -> None:
    """Read a mapped file behind its end."""
    import mmap

    with tempfile.TemporaryFile() as file:
        file.truncate(mmap.PAGESIZE)
        mapped = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        file.truncate(0)
        mapped[0]


def fatal() -> None:
    """Qt gives up."""
    from PySide6.QtCore import qFatal

    qFatal("the program cannot go on")


CRASHES = {
    "read": read_nowhere,
    "stack": run_out_of_stack,
    "mapped": shortened_file,
    "fatal": fatal,
    "abort": os.abort,
}
