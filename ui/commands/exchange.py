"""Joining a server and exchanging entries with it, without a window."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Any

from app.clock import iso
from app.i18n import N_
from app.problems import Problem
from ui.commands.opening import opened
from ui.commands.out import put_json, say


def enrol(options: Any) -> int:
    """Let this vault become a device of the officer whom the code names."""
    from sync.client import enrolment
    from sync.client.sign_in import SignIn

    with opened(options, closed_too=True) as at:
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
    from app.casework.desk import beside
    from app.packs.arriving import Arriving
    from sync.client import histories
    from sync.client import round as rounds
    from ui import orders

    with opened(options, closed_too=True) as at:
        store = beside(at.desk)()
        try:
            shelf = Arriving(at.desk.force, at.desk.clock.now().astimezone().date())
            done = rounds.run(store, at.desk.clock, most=histories.AT_A_TIME, shelf=shelf)
        except Problem as problem:
            if problem.code == "sync.revoked":
                _destroy(at.desk)
            raise
        finally:
            store.close()
        at.desk.store.look_again()
        orders.heed(at.desk)
        told = {
            "sent": done.sent,
            "received": done.received,
            "refused": done.refused,
            "mended": len(done.mended),
            "waiting": done.waiting,
            "conflicts": sum(line.conflicts for line in cases.list_cases(at.desk)),
            "server_number": done.number,
            "packs": done.packs,
        }
        if options.json:
            put_json(told)
        else:
            for message, key in _SAID:
                print(at.words.text(message, n=told[key]))
        for not_taken in done.not_taken:
            say(not_taken, options.language)
    return 0


def _destroy(desk: Any) -> None:
    """Carry out the order that came with the refusal, if one did, and hand over what it sealed."""
    from ui import orders

    try:
        orders.carry_out(desk)
    except Problem as problem:
        if problem.code == "vault.wiped":
            orders.hand_over(desk.unlocked.folder, None)
        raise


def extend(options: Any) -> int:
    """Open a closed vault for one more day with the code that a supervisor read out."""
    from app.casework.desk import from_vault
    from sync.client import lease
    from ui import orders

    with opened(options, closed_too=True) as at:
        found = lease.extend(at.desk.store, options.code, at.desk.clock)
        orders.heed(at.desk)
        from_vault(at.desk, "opened by extension code")
        if options.json:
            put_json({"until": iso(found.until)})
        else:
            print(at.words.text(N_("The cases are open until {until}."), until=at.words.moment(iso(found.until))))
    return 0


_SAID = (
    (N_("Sent: {n}"), "sent"),
    (N_("Received: {n}"), "received"),
    (N_("Refused by the server: {n}"), "refused"),
    (N_("Waiting: {n}"), "waiting"),
    (N_("Fields that differ: {n}"), "conflicts"),
    (N_("Packs taken: {n}"), "packs"),
)
