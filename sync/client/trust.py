"""Whom this vault believes, as that changes: another key of the server, other authorities. Stated by what it believes.

The vault keeps each change in one write; cut off before it, the next pull brings the statement again.
"""

from __future__ import annotations

import msgspec

from app.problems import Problem
from sync.client import lease, membership
from sync.client.talk import Talk
from sync.client.transport import authorities_in
from sync.wire import limits, messages, signing

_KEY, _AUTHORITIES = "server_key", "authorities"


def renew(talk: Talk, answer: messages.Pulled) -> None:
    """Take in what a pull says about whom to believe from now on. Raises Problem sync.not_the_server."""
    if answer.authorities is not None:
        pem = str(_said(talk, answer.authorities, _AUTHORITIES).get(_AUTHORITIES))
        if not authorities_in(pem):
            raise Problem("sync.not_the_server")
        _keep(talk, authority=pem)
    if answer.key is not None:
        said = _said(talk, answer.key, _KEY)
        try:
            key = signing.from_text(str(said.get("key")))
        except ValueError as error:
            raise Problem("sync.not_the_server") from error
        if len(key) != 32 or said.get("before") != signing.key_name(talk.server_key):
            raise Problem("sync.not_the_server")
        talk.asking.believe(key)
        # Extension codes are made from the key: those of the one before open nothing any more. So both are kept at
        # once: cut off between them, the server would take it that the codes of the new key are known here.
        told = talk.ask("/v1/lease", messages.WantLease(protocol=limits.PROTOCOL), messages.Leased)
        with talk.store.transaction():
            _keep(talk, server_key=signing.to_text(key))
            lease.keep_secret(talk.store, told.extension)


def _said(talk: Talk, stated: messages.Signed, kind: str) -> dict[str, object]:
    if not talk.asking.holds(stated):
        raise Problem("sync.not_the_server")
    try:
        said = messages.statement(stated)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("sync.not_the_server") from error
    if said.get("kind") != kind:
        raise Problem("sync.not_the_server")
    return said


def _keep(talk: Talk, **changed: str) -> None:
    talk.member = msgspec.structs.replace(talk.member, **changed)
    membership.keep(talk.store, talk.member)
