"""A vault becomes one of a force's devices: by a code that names the server, the authority to trust and a secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app.clock import Clock, iso
from app.problems import Problem
from app.store.store import SCOPE, Store
from sync.client import lease
from sync.client.asking import Asking, RefusedByServer
from sync.client.membership import Membership, keep, membership
from sync.client.transport import Https, Transport, authority_of
from sync.wire import code as codes
from sync.wire import limits, signing
from sync.wire.messages import Enrol, Enrolled

Open = Callable[[str, int, str], Transport]
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
) -> Membership:
    """Enrol this vault with a code. What was recorded before is kept and will be sent.

    `laptop`: the id that all vaults of this laptop share; `author`: the name in this vault's entries.
    `trial`: it is to belong to a server for trying out, as a practice vault always does, and to no other. Raises
    Problem enrol.already, enrol.code_wrong, enrol.code_used, enrol.not_the_server, enrol.too_many, enrol.refused,
    enrol.practice, enrol.trial, sync.unreachable, sync.not_understood.
    """
    if membership(store) is not None:
        raise Problem("enrol.already")
    try:
        code = codes.read(text)
    except codes.NotACode as error:
        raise Problem("enrol.code_wrong") from error
    authority = authority_of(code.host, code.port, code.pin)
    transport = reach(code.host, code.port, authority)
    try:
        answer = _introduce(store, code, transport, laptop, author, program, trial)
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


def _introduce(
    store: Store, code: codes.Code, transport: Transport, laptop: str, author: str, program: str, trial: bool
) -> Enrolled:
    """Introduce the device. The server's key is learnt here: the pinned authority vouches for the connection."""
    asking = Asking(store, b"", transport)
    message = Enrol(
        protocol=limits.PROTOCOL,
        secret=code.secret.hex(),
        device=store.device,
        laptop=laptop,
        key=signing.to_text(store.public_key()),
        author=author,
        program=program,
        trial=trial,
    )
    try:
        return asking.introduce("/v1/enrol", message, Enrolled)
    except RefusedByServer as refused:
        raise Problem(_REFUSED.get(refused.refusal.code, "enrol.refused")) from refused
