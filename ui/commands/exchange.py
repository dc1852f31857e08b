"""Joining a server and exchanging entries with it, without a window."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Any

from app.i18n import N_
from ui.commands.opening import opened
from ui.commands.out import put_json


def enrol(options: Any) -> int:
    """Let this vault become a device of the officer whom the code names."""
    from sync.client import enrolment
    from sync.client.sign_in import SignIn

    with opened(options) as at:
        desk = at.desk
        page = at.words.text(N_("You are signed in. Close this page and go back to the program."))
        sign_in = SignIn(lambda address: _browse(at.words.text(N_("Sign in at this address:")), address), page)
        member = enrolment.enrol(
            desk.store,
            options.code,
            laptop=desk.unlocked.laptop_id,
            author=desk.officer,
            clock=desk.clock,
            trial=desk.practice or options.trial,
            sign_in=sign_in,
        )
        if options.json:
            put_json({"organisation": member.organisation, "officer": member.name, "role": member.role})
        else:
            print(at.words.text(N_("This vault belongs to {organisation} now."), organisation=member.organisation))
    return 0


def _browse(words: str, address: str) -> None:
    """The address on standard error, for any browser, and opened where there is a screen for one."""
    print(f"{words}\n{address}", file=sys.stderr, flush=True)
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)


def sync(options: Any) -> int:
    """One round: send what waits, take in what is new."""
    from app.casework import cases
    from sync.client import round as rounds

    with opened(options) as at:
        done = rounds.run(at.desk.store, at.desk.clock)
        told = {
            "sent": done.sent,
            "received": done.received,
            "refused": done.refused,
            "mended": len(done.mended),
            "waiting": done.waiting,
            "conflicts": sum(line.conflicts for line in cases.list_cases(at.desk)),
            "server_number": done.number,
        }
        if options.json:
            put_json(told)
        else:
            for message, key in _SAID:
                print(at.words.text(message, n=told[key]))
    return 0


_SAID = (
    (N_("Sent: {n}"), "sent"),
    (N_("Received: {n}"), "received"),
    (N_("Refused by the server: {n}"), "refused"),
    (N_("Waiting: {n}"), "waiting"),
    (N_("Fields that differ: {n}"), "conflicts"),
)
