"""A vault becomes one of a force's devices: by a code that names the server, the authority to trust and a secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.clock import Clock, iso
from app.problems import Problem
from app.store.store import SCOPE, Store
from sync.client import lease
from sync.client.asking import Asking, RefusedByServer
from sync.client.membership import Membership, keep, membership
from sync.client.sign_in import SignIn
from sync.client.transport import Https, Open, Transport, authority_of
from sync.wire import code as codes
from sync.wire import limits, signing
from sync.wire.messages import Enrol, Enrolled

TRIAL_CODE = "HOLDFAST_TRIAL_CODE"
"""The variable that names the file in which a trial server beside the program leaves a code for a practice vault."""

_REFUSED = {
    "code": "enrol.code_used",
    "too_many": "enrol.too_many",
    "devices": "enrol.too_many",
    "too_old": "sync.too_old",
    "not_enrolled": "enrol.refused",
    "trial": "enrol.trial",
    "practice": "enrol.practice",
    "sign_in": "enrol.sign_in_wanted",
    "identity": "enrol.identity",
    "busy": "enrol.busy",
}


def enrol(
    store: Store,
    text: str,
    *,
    laptop: str,
    author: str,
    clock: Clock,
    trial: bool = False,
    program: str = "",
    reach: Open = Https,
    sign_in: SignIn | None = None,
) -> Membership:
    """Enrol this vault with a code. What was recorded before is kept and will be sent.

    `laptop`: the id that all vaults of this laptop share; `author`: the name in this vault's entries.
    `trial`: it is to belong to a server for trying out, as a practice vault always does, and to no other. `sign_in`:
    what happens where the server asks who sits here; it then blocks until somebody has signed in. Raises what
    `SignIn.run` raises, Problem enrol.already, enrol.code_wrong, enrol.code_used, enrol.not_the_server,
    enrol.too_many, enrol.refused, enrol.sign_in_wanted, enrol.identity, enrol.other_officer, enrol.practice,
    enrol.trial, enrol.busy, sync.unreachable, sync.not_understood.
    """
    if membership(store) is not None:
        raise Problem("enrol.already")
    try:
        code = codes.read(text)
    except codes.NotACode as error:
        raise Problem("enrol.code_wrong") from error
    authority = authority_of(code.host, code.port, code.pin)
    transport = reach(code.host, code.port, authority, None)
    try:
        answer = _introduce(store, _wish(store, code, laptop, author, program, trial), transport, sign_in)
    finally:
        transport.close()
    if trial != answer.trial:
        raise Problem("enrol.practice" if trial else "enrol.trial")
    member = Membership(
        host=code.host,
        port=code.port,
        authority=authority,
        server_key=answer.server_key,
        organisation=answer.organisation,
        officer=answer.officer,
        name=answer.name,
        role=answer.role,
        unit=answer.unit,
        epoch=answer.epoch,
        enrolled_at=iso(clock.now()),
        trial=answer.trial,
    )
    store.remember(SCOPE, "0")
    lease.keep(store, answer.lease, answer.server_time, clock)
    lease.keep_secret(store, answer.extension)
    keep(store, member)  # last: from here on the vault is a member
    return member


def code_of_trial() -> str | None:
    """The code that a trial server beside the program left for a practice vault; "" before it is ready, None without
    such a server."""
    place = os.environ.get(TRIAL_CODE)
    if not place:
        return None
    try:
        return Path(place).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _wish(store: Store, code: codes.Code, laptop: str, author: str, program: str, trial: bool) -> Enrol:
    return Enrol(
        protocol=limits.PROTOCOL,
        secret=code.secret.hex(),
        device=store.device,
        laptop=laptop,
        key=signing.to_text(store.public_key()),
        author=author,
        program=program,
        trial=trial,
    )


def _introduce(store: Store, wish: Enrol, transport: Transport, sign_in: SignIn | None) -> Enrolled:
    """Introduce the device. The server's key is learnt here: the pinned authority vouches for the connection.

    Where the server asks who sits here, somebody signs in, and the device introduces itself once more with that.
    """
    asking = Asking(store, b"", transport)
    try:
        try:
            return asking.introduce("/v1/enrol", wish, Enrolled)
        except RefusedByServer as refused:
            wanted = refused.refusal.sign_in
            if sign_in is None or wanted is None:
                raise
            wish.salt = secrets.token_hex(16)
            nonce = signing.sign_in_nonce(wish.device, wish.key, wish.secret, wish.salt)
            wish.identity = sign_in.run(wanted, nonce)
            return asking.introduce("/v1/enrol", wish, Enrolled)
    except RefusedByServer as refused:
        raise _problem(refused) from refused


def _problem(refused: RefusedByServer) -> Problem:
    why = refused.refusal.why
    if why == "other_officer":
        return Problem("enrol.other_officer")
    return Problem(_REFUSED.get(refused.refusal.code, "enrol.refused"), why=why)
