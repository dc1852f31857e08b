"""The force's policy: what holds on this laptop, and for administrators its example, its check and its signature."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from app import signed
from app.force.document import MOST_BYTES, broken, read, text_of
from app.force.example import example as example_text
from app.force.example import toml
from app.force.places import KEY_FILE, SIGNATURE_FILE
from app.force.standing import signed_policy
from app.i18n import N_, Translator, translator
from app.policy import Policy, is_locked, settings
from app.problems import Problem
from ui.commands import secrets_in
from ui.commands.opening import force
from ui.commands.out import put_json, say

PUBLIC_MODE, SECRET_MODE = 0o644, 0o600


def show(options: Any) -> int:
    """Say which policy this laptop finds, and each setting with its value; 1 where there is a Problem with it."""
    found = force()
    if options.json:
        put_json(_told(found))
    else:
        _print(found, translator(options.language))
    if found.problem is not None:
        say(found.problem, options.language)
    return 1 if found.problem is not None else 0


def example(_options: Any) -> int:
    """Print a whole policy with every setting as it is shipped, to begin from."""
    print(example_text(), end="")
    return 0


def key(options: Any) -> int:
    """Make a key pair: the private half for a safe place, the public one for every laptop."""
    secret, public = Path(options.out), Path(f"{options.out}.pub")
    for file in (secret, public):  # one half without the other would be of no use
        if file.exists():
            raise Problem("container.there", file=file.name)
    passphrase = secrets_in.typed_twice(options, options.passphrase_file) if options.closed else ""
    pem = signed.new_private(passphrase)
    raw = signed.read_private(pem, passphrase).public_key().public_bytes_raw()
    _make(secret, pem, SECRET_MODE)
    _make(public, f"{signed.public_line(raw, options.about)}\n".encode(), PUBLIC_MODE)
    told = {"private": str(secret), "public": str(public), "key": signed.name_of(raw)}
    _say(options, told, N_("{private} signs and belongs into a safe. {public} goes to every laptop as {name}."))
    return 0


def check(options: Any) -> int:
    """Check a policy that is to be signed: every name, value and range. With --key-file also its signature."""
    body = _file(options.policy)
    if options.key_file:
        policy, unknown = signed_policy(
            body, _file(_signature_of(options.policy)).decode("ascii", "replace"), keys_in(options.key_file)
        )
    else:
        policy, unknown = read(text_of(body))
    _refuse_unknown(unknown)
    told = {"serial": policy.serial, "organisation": policy.organisation, "signed_by": policy.signed_by}
    _say(options, told, N_("Policy number {serial} of {organisation} is whole."))
    return 0


def sign(options: Any) -> int:
    """Check a policy and write its signature beside it."""
    body = _file(options.policy)
    text = text_of(body)
    policy, unknown = read(text)
    _refuse_unknown(unknown)
    if not policy.serial:
        raise Problem("policy.serial_missing")
    private = private_key(options)
    signature = signed.sign(text.encode(), signed.POLICY, private)
    target = _signature_of(options.policy)
    _write(target, signature.encode("ascii"))
    told = {"signature": str(target), "serial": policy.serial, "organisation": policy.organisation}
    _say(options, told, N_("Policy number {serial} of {organisation} is signed: {signature}."))
    return 0


def _told(found: Policy) -> dict[str, Any]:
    return {
        "organisation": found.organisation,
        "serial": found.serial,
        "issued": found.issued.isoformat() if found.issued else None,
        "expires": found.expires.isoformat() if found.expires else None,
        "signed_by": found.signed_by,
        "problem": found.problem.code if found.problem else None,
        "locked": sorted(one.name for one in settings() if is_locked(one, found)),
        "settings": {one.name: getattr(found, one.name) for one in settings()},
    }


def _print(found: Policy, words: Translator) -> None:
    if found.serial:
        head = N_("Policy number {serial} of {organisation}, signed with the key {key}.")
        print(words.text(head, serial=found.serial, organisation=found.organisation, key=found.signed_by))
    else:
        print(words.text(N_("This laptop has no policy in force.")))
    for one in settings():
        told = "*" if is_locked(one, found) else " "
        print(f"{told} {words.text(one.sentence)}: {one.name} = {toml(getattr(found, one.name))}")
    print(words.text(N_("* locked: the officer cannot choose another value.")))


def _say(options: Any, told: dict[str, Any], message: str) -> None:
    if options.json:
        put_json(told)
    else:
        print(translator(options.language).text(message, name=KEY_FILE, **told))


def _refuse_unknown(names: tuple[str, ...]) -> None:
    if names:
        known = ", ".join(one.name for one in settings())
        raise broken("$", f"{', '.join(names)}: there is no such name; settings are {known}")


def _signature_of(policy: str) -> str:
    """The name that the signature has beside its policy."""
    suffix = SIGNATURE_FILE.rpartition(".")[2]
    return f"{policy}.{suffix}"


def private_key(options: Any) -> Any:
    """The private key that --key names. Raises Problem policy.no_private_key."""
    pem = _file(options.key)
    passphrase = secrets_in.passphrase(options) if signed.is_closed(pem) else ""
    try:
        return signed.read_private(pem, passphrase)
    except signed.NotAKey as error:
        raise Problem("policy.no_private_key", file=Path(options.key).name) from error


def keys_in(file: str) -> tuple[bytes, ...]:
    """The public keys of a file. Raises Problem policy.key_broken."""
    try:
        return signed.read_public(_file(file).decode("utf-8", "replace"))
    except signed.NotAKey as error:
        raise Problem("policy.key_broken") from error


def _file(name: str) -> bytes:
    try:
        with Path(name).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Problem("policy.no_file", file=name, reason=error.strerror or "no access") from error


def _make(file: Path, data: bytes, mode: int) -> None:
    """A new file; one that is there already is never replaced."""
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(fd, "wb") as opened:
            opened.write(data)
    except OSError as error:
        raise Problem("policy.no_file", file=str(file), reason=error.strerror or "no access") from error


def _write(name: str, data: bytes) -> None:
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise Problem("policy.no_file", file=name, reason=error.strerror or "no access") from error
