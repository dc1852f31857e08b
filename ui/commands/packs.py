"""Content packs: made and signed by an author, checked, installed, listed and taken away on a laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app import paths
from app.clock import SystemClock
from app.i18n import N_, translator
from app.packs import content, pack, shelf
from app.packs.manifest import in_words
from app.packs.pack import MOST_BYTES, Pack
from app.problems import Problem
from app.vault import disk
from ui.commands.opening import force
from ui.commands.out import put_json, say
from ui.commands.policy import keys_in, private_key


def make(options: Any) -> int:
    """Make a pack of a folder, check it as a laptop would, and sign it."""
    out = Path(options.out)
    if out.exists():
        raise Problem("container.there", file=out.name)
    told, files = pack.of_folder(Path(options.folder))
    key = private_key(options)
    data = pack.write(told, files, key)
    whole = pack.read(data, [key.public_key().public_bytes_raw()])
    content.check(paths.resources(), [], whole)
    disk.replace_file(out, data)
    _say(options, whole, N_("{title} ({name} {serial}) is signed with the key {key}."))
    return 0


def check(options: Any) -> int:
    """Check a pack as a laptop would that trusts these keys, or this laptop's own; nothing is installed."""
    trusted = keys_in(options.key_file) if options.key_file else shelf.keys(force())
    there = shelf.look(shelf.folders(), trusted)
    whole = shelf.check(_read(options.pack), there, trusted, _today(), paths.resources())
    _say(options, whole, N_("{title} ({name} {serial}), signed with the key {key}, is whole."))
    return 0


def install(options: Any) -> int:
    """Check a pack and keep it on this laptop."""
    trusted = shelf.keys(force())
    there = shelf.look(shelf.folders(), trusted)
    folder = paths.packs_folder()
    whole = shelf.install(_read(options.pack), folder, there, trusted, _today(), paths.resources())
    _say(options, whole, N_("{title} ({name} {serial}) is installed. It is in use from the next unlocking on."))
    return 0


def remove(options: Any) -> int:
    """Take a pack of this user away."""
    there = shelf.look(shelf.folders(), shelf.keys(force()))
    gone = shelf.remove(paths.packs_folder(), there, options.name)
    if options.json:
        put_json({"removed": gone})
    else:
        print(translator(options.language).text(N_("The pack {name} was taken away."), name=options.name))
    return 0


def list_all(options: Any) -> int:
    """List what is installed, and say what is there and not used; 1 where there is any such."""
    found = shelf.look(shelf.folders(), shelf.keys(force()))
    newest = found.newest()
    words = translator(options.language)
    for one in sorted(found.packs, key=lambda p: (p.manifest.name, -p.manifest.serial)):
        told = {**_told(one), "newest": newest[one.manifest.name] is one}
        if options.json:
            put_json(told)
        else:
            print(f"{one.manifest.name:24}", in_words(one.manifest, words))
    if not found.packs and not options.json:
        print(words.text(N_("No packs are installed.")))
    for refused in found.refused:
        print(f"{refused.file}:", flush=True)
        say(refused.problem, options.language)
    return 1 if found.refused else 0


def _told(one: Pack) -> dict[str, Any]:
    told = one.manifest
    return {
        "name": told.name,
        "kind": told.kind,
        "serial": told.serial,
        "title": told.title,
        "issued": told.issued.isoformat(),
        "expires": told.expires.isoformat() if told.expires else None,
        "key": one.signed_by,
        "sha256": one.sha256,
    }


def _say(options: Any, one: Pack, message: str) -> None:
    if options.json:
        put_json(_told(one))
    else:
        print(translator(options.language).text(message, **_told(one)))


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Problem("pack.no_file", file=name, reason=error.strerror or "no access") from error


def _today() -> Any:
    return SystemClock().now().astimezone().date()
