"""A vault becomes one of a force's devices: by a code that names the server, the authority to trust and a secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.clock import Clock, iso
from app.problems import Problem
from app.store import identity
from app.store.identity import Identity
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

    Also again, with the server that it belongs to, where that was put back to a time before it knew any such device.
    `laptop`: the id that all vaults of this laptop share; `author`: the name in this vault's entries.
    `trial`: it is to belong to a server for trying out, as a practice vault always does, and to no other. `sign_in`:
    what happens where the server asks who sits here; it then blocks until somebody has signed in. Raises what
    `SignIn.run` raises, Problem enrol.already, enrol.code_wrong, enrol.code_used, enrol.not_the_server,
    enrol.too_many, enrol.refused, enrol.sign_in_wanted, enrol.identity, enrol.other_officer, enrol.practice,
    enrol.trial, enrol.busy, sync.unreachable, sync.not_understood.
    """
    try:
        code = codes.read(text)
    except codes.NotACode as error:
        raise Problem("enrol.code_wrong") from error
    before = membership(store)
    if before is not None and before.trial != trial:
        raise Problem("enrol.already")
    authority = authority_of(code.host, code.port, code.pin)
    transport = reach(code.host, code.port, authority, None)
    try:
        device = identity.now(store) if before is None else _forgotten(store, before, transport)
        wish = _wish(device, code, laptop, author, program, trial)
        answer = _introduce(Asking(store, b"", transport, device), wish, sign_in)
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
        # Where it belonged here before, the next round has to notice that the server was put back.
        epoch=before.epoch if before is not None else answer.epoch,
        enrolled_at=iso(clock.now()),
        trial=answer.trial,
    )
    store.remember(SCOPE, "0")
    lease.keep(store, answer.lease, answer.server_time, clock)
    if device.device == store.device:
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


def _forgotten(store: Store, member: Membership, transport: Transport) -> Identity:
    """The device to enrol where the server knows the present one no more: it, or the oldest that this vault was before
    and that is lost with it, which then vouches for those after it. Raises Problem enrol.already where none is lost, or
    where another server answers."""
    key, lost = signing.from_text(member.server_key), []
    try:
        for one in (identity.now(store), *identity.former(store)):
            if Asking(store, key, transport, one).is_known():
                break
            lost.append(one)
    except RefusedByServer as refused:
        raise _problem(refused) from refused
    except Problem as problem:
        raise Problem("enrol.already") from problem
    if not lost:
        raise Problem("enrol.already")
    return lost[-1]


def _wish(device: Identity, code: codes.Code, laptop: str, author: str, program: str, trial: bool) -> Enrol:
    return Enrol(
        protocol=limits.PROTOCOL,
        secret=code.secret.hex(),
        device=device.device,
        laptop=laptop,
        key=signing.to_text(device.public_key),
        author=author,
        program=program,
        trial=trial,
    )


def _introduce(asking: Asking, wish: Enrol, sign_in: SignIn | None) -> Enrolled:
    """Introduce the device. The server's key is learnt here: the pinned authority vouches for the connection.

    Where the server asks who sits here, somebody signs in, and the device introduces itself once more with that.
    """
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
