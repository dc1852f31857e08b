"""Commands that put new keys in the place of old ones: the server's signing key, its certificate, its authority.

Laptops learn of a new key or authority by a statement of the one before, with their next pull. Each change is begun,
then finished once every device in service has met the new one; until then both hold.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.problems import Problem
from sync.server import administration, authority, config, fleet, service
from sync.server.authority import SigningKeys
from sync.server.command_line import Add, say
from sync.server.config import Config
from sync.server.database import ALL
from sync.server.events import note_act
from sync.wire import signing

_THEN = "systemctl reload holdfast-server"


def register(add: Add) -> None:
    """Put the commands beside the others."""
    one = add("rotate-signing-key", _signing_key, "sign with a new key from now on; laptops hear of it by the old one")
    one.add_argument(
        "--finish", action="store_true", help="let the old one sign no more, once all laptops know the new"
    )
    one.add_argument(
        "--anyway", action="store_true", help="also where revoked laptops have not handed over what they had not sent"
    )
    one = add("rotate-certificate", _certificate, "serve with another certificate; running connections go on")
    one.add_argument("certificate", metavar="CERTIFICATE", type=Path, help="with its chain (PEM)")
    one.add_argument("key", metavar="KEY", type=Path, help="its private key (PEM)")
    one = add("rotate-authority", _authority, "let laptops trust another authority as well, before it is used")
    one.add_argument("certificate", metavar="CERTIFICATE", type=Path, nargs="?", help="the new authority's (PEM)")
    one.add_argument("--finish", action="store_true", help="let them trust no longer the one that is not used any more")


def _signing_key(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    keys = authority.signing_keys(told.signing_key)
    if options.finish:
        if not keys.former:
            raise Problem("server.rotation_none")
        name = signing.key_name(keys.public[0])
        _refuse_while(told, "server.rotation_waits", partial(fleet.not_told, column="server_key", wanted=name))
        if not options.anyway:
            _refuse_while(told, "server.rotation_revoked", partial(fleet.to_confirm, key=name))
        gone = (key.public_key().public_bytes_raw() for key in keys.former)
        keys = SigningKeys(keys.now, (), (*gone, *keys.retired))
    else:
        keys = SigningKeys(Ed25519PrivateKey.generate(), (keys.now, *keys.former), keys.retired)
    _replace(told.signing_key, authority.signing_keys_file(keys))
    _note(told, "signing_key_rotated", signing.key_name(keys.public[0]))
    _say([signing.key_name(key) for key in keys.public[: 1 + len(keys.former)]])
    return 0


def _certificate(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    authority.check_served(options.certificate, options.key, told.authority, told.public_host)
    chain = options.certificate.read_bytes()
    trusted = authority.bundle(authority.certificates(told.authority.read_bytes()), chain)
    # Read between two of these writes, certificate and key differ: then the server goes on with what it has.
    _replace(told.certificate_key, options.key.read_bytes())
    _replace(told.certificate, chain)
    _replace(told.authority, trusted)
    _note(told, "certificate_rotated", authority.ends(told.certificate).isoformat(timespec="minutes"))
    _say([str(told.certificate)])
    return 0


def _authority(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    known, chain = authority.certificates(told.authority.read_bytes()), told.certificate.read_bytes()
    if options.finish:
        if len(known) < 2:
            raise Problem("server.rotation_none")
        name = signing.key_name(told.authority.read_bytes())
        _refuse_while(told, "server.rotation_waits", partial(fleet.not_told, column="authority", wanted=name))
        known = authority.certificates(authority.bundle(known, chain))[:1]
    else:
        known = [*known, *_new_authority(options.certificate, known)]
    _replace(told.authority, authority.bundle(known, chain))
    _note(told, "authority_rotated", signing.key_name(told.authority.read_bytes()))
    _say([one.subject.rfc4514_string() for one in known])
    return 0


def _new_authority(file: Path | None, known: Sequence[authority.Certificate]) -> list[authority.Certificate]:
    try:
        found = authority.certificates(file.read_bytes()) if file else []
    except (OSError, ValueError):
        found = []
    # Of two with one name, TLS may try the wrong one and give up.
    taken = {one.subject for one in known}
    if not found or any(one.subject in taken or not authority.is_authority(one) for one in found):
        raise Problem("server.authority_file", file=str(file))
    return found


def _replace(file: Path, data: bytes) -> None:
    try:
        authority.write_over(file, data)
    except OSError as error:
        raise Problem("server.file_not_written", file=str(file), reason=error.strerror or "no access") from error


def _refuse_while(told: Config, problem: str, find: Callable[..., list[str]]) -> None:
    """Raise a Problem while there are such devices in any organisation. `find`: names them, as `fleet` does."""
    made = service.opened(told)
    try:
        waits: list[str] = []
        for org in made.run("", "", administration.organisations).values():
            waits += made.run(org, ALL, partial(find, org=org))
    finally:
        made.close()
    if waits:
        raise Problem(problem, count=len(waits), devices=", ".join(waits[:10]))


def _note(told: Config, kind: str, detail: str) -> None:
    made = service.opened(told)
    try:
        for org in made.run("", "", administration.organisations).values():
            made.run(org, ALL, partial(note_act, org=org, kind=kind, detail=detail))
    finally:
        made.close()


def _say(now: list[str]) -> None:
    say({"now": now, "then": _THEN})
