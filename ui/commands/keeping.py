"""A vault backed up into a file, put back from it, and moved to another laptop."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from app import paths
from app.clock import SystemClock
from app.i18n import N_, translator
from app.problems import Problem
from app.vault import process
from app.vault.disk import replace_file
from ui.commands import secrets_in
from ui.commands.opening import at, force, opened, vault_folder
from ui.commands.out import put_json

KEPT_ASIDE = N_("What was there before is kept in {folder}.")


def backup(options: Any) -> int:
    """Write a backup of the vault into a new file, and look at all of it once."""
    file = Path(options.file)
    with opened(options, closed_too=True) as open_vault:
        from app.casework import keeping

        done = keeping.back_up(open_vault.desk, file)
    if options.json:
        put_json({"file": str(file), "bytes": done.bytes, "cases": done.cases, "entries": done.entries})
        return 0
    words = translator(options.language)
    said = N_(
        "The backup is in {file}: {cases} cases, {entries} entries, looked at once. Whatever opens the vault opens it."
    )
    print(words.text(said, file=file, cases=done.cases, entries=done.entries))
    return 0


def restore(options: Any) -> int:
    """Put a vault back from its backup; the vault goes on as another device."""
    from app.casework import keeping
    from app.vault import vault
    from app.vault.device_secret import system_store

    process.harden()
    folder, store = _where(options), system_store()
    if options.unopened:
        unlock = None
    elif options.code_file:
        code = secrets_in.recovery_code(options)
        unlock = partial(vault.recover, code=code, secrets=store)
    else:
        typed = secrets_in.passphrase(options)
        unlock = partial(vault.unlock, passphrase=typed, secrets=store, clock=SystemClock())
    done = keeping.put_back(Path(options.file), folder, unlock, replace=options.replace)
    answer = {"vault": str(folder), "made_at": done.made_at, "kept_aside": str(done.aside or "")}
    if options.json:
        put_json(answer)
        return 0
    words = translator(options.language)
    said = N_(
        "The vault of {time} is back in {vault}. It goes on as another device, and asks the server for what is newer."
    )
    print(words.text(said, time=words.moment(done.made_at), vault=folder))
    if done.aside:
        print(words.text(KEPT_ASIDE, folder=done.aside))
    return 0


def move_out(options: Any) -> int:
    """Write the vault into a file for another laptop, and show the code that opens it, once."""
    file = Path(options.file)
    with opened(options, closed_too=True) as open_vault:
        from app.casework import new_laptop

        done = new_laptop.move_out(open_vault.desk, file)
    if options.json:
        put_json({"file": str(file), "code": done.code, "at": done.at})
        return 0
    words = translator(options.language)
    print(words.text(N_("The vault is in {file}. From now on nothing is written here."), file=file))
    print(
        words.text(N_("Code of the file, shown only now. Type it on the other laptop:")), f"    {done.code}", sep="\n"
    )
    print(words.text(N_("There: holdfast vault move-in {file}"), file=file.name))
    return 0


def move_in(options: Any) -> int:
    """Make the vault of a file on this laptop, with a passphrase of its own."""
    process.harden()
    from app.casework import new_laptop
    from app.casework.desk import close_desk
    from app.vault.custodian_key import read_cards
    from app.vault.device_secret import system_store
    from ui.commands.vault import shown_once

    said_by_force = force()
    folder = Path(options.vault) if options.vault else paths.vaults_folder() / os.urandom(8).hex()
    code = secrets_in.recovery_code(options)
    chosen, made_by_chance = secrets_in.new_passphrase(options, options.new_passphrase_file, said_by_force)
    cards = read_cards(Path(options.custodians)) if options.custodians else []
    made = new_laptop.move_in(
        Path(options.file), code, folder, chosen, secrets=system_store(), policy=said_by_force, cards=cards
    )
    kept = made.desk.unlocked.device_secret
    close_desk(made.desk)
    answer = {"vault": str(folder), "device_secret": kept, "recovery_code": made.recovery_code, "receipt": made.receipt}
    said = N_("The vault has arrived in {vault}. Close it on the other laptop with the receipt below.")
    return shown_once(options, answer, chosen if made_by_chance else "", said)


def move_done(options: Any) -> int:
    """Destroy what is still here of a vault that has arrived on another laptop."""
    folder = vault_folder(options)
    with opened(options, closed_too=True, moved_too=True) as open_vault:
        from app.casework import new_laptop

        new_laptop.close_here(open_vault.desk, secrets_in.receipt(options))
    if options.json:
        put_json({"closed": str(folder)})
    else:
        print(translator(options.language).text(N_("The vault is on the other laptop. What was here is destroyed.")))
    return 0


def move_back(options: Any) -> int:
    """Go on here after all."""
    with opened(options, closed_too=True, moved_too=True) as open_vault:
        from app.casework import new_laptop

        new_laptop.take_back(open_vault.desk)
    if options.json:
        put_json({"vault": str(vault_folder(options))})
    else:
        said = N_("The vault goes on here, as another device. Destroy the file; what was made from it is another one.")
        print(translator(options.language).text(said))
    return 0


def carry_out(options: Any) -> int:
    """Write what was not sent into a carrier file for the server; also of a vault that was destroyed by order."""
    from app.vault import wiped
    from sync.client import carrier

    file, left = Path(options.file), wiped.look(vault_folder(options))
    if file.exists():
        raise Problem("container.there", file=file.name)
    if left is not None:
        if left.delivered or not left.parcel:
            raise Problem("carrier.nothing")
        data, count = carrier.of_parcel(left.parcel)
    else:
        with opened(options, closed_too=True, moved_too=True) as open_vault:
            data, count = carrier.of_store(open_vault.desk.store)
    replace_file(file, data)
    if options.json:
        put_json({"file": str(file), "entries": count})
        return 0
    words = translator(options.language)
    said = N_("{n} entries are in {file}, sealed so that only the server can read them. They stay here as well.")
    print(words.text(said, n=count, file=file))
    print(words.text(N_("At the server: holdfast-server carry-in {file}"), file=file.name))
    return 0


def carried(options: Any) -> int:
    """Take in the server's note about a carrier file: what it has now is sent."""
    from sync.client import carrier

    try:
        data = Path(options.file).read_bytes()
    except OSError:
        raise Problem("carrier.note_wrong") from None
    with opened(options, closed_too=True) as open_vault:
        sent, refused = carrier.take_note(open_vault.desk.store, data)
    if options.json:
        put_json({"sent": sent, "refused": refused})
        return 0
    words = translator(options.language)
    print(words.text(N_("The server has {n} entries of it. {refused} it keeps apart."), n=sent, refused=refused))
    return 0


def rekey(options: Any) -> int:
    """Encrypt the vault anew under another key, where somebody may have had the old one."""
    with opened(options, closed_too=True) as open_vault:
        from app.casework import rekey as rekeying
        from app.vault.device_secret import system_store
        from ui.commands.vault import shown_once

        code = rekeying.rekey(open_vault.desk, open_vault.passphrase, secrets=system_store())
        kept = open_vault.desk.unlocked.device_secret
    answer = {"vault": str(vault_folder(options)), "device_secret": kept, "recovery_code": code}
    said = N_("The vault in {vault} is encrypted anew. Copies and backups from before still open as they did.")
    return shown_once(options, answer, "", said)


def rebuild(options: Any) -> int:
    """Make a damaged vault anew from what can be read of it, and say what cannot."""
    from app.casework import rebuild as rebuilding
    from app.vault import vault
    from app.vault.device_secret import system_store

    process.harden()
    folder, store = vault_folder(options), system_store()
    if options.code_file:
        unlocked = vault.recover(folder, secrets_in.recovery_code(options), secrets=store)
    else:
        unlocked = vault.unlock(folder, secrets_in.passphrase(options), secrets=store, clock=SystemClock())
    try:
        done = rebuilding.rebuild(unlocked, policy=force())
    except BaseException:
        unlocked.close()
        raise
    with at(done.desk):  # a damaged vault may be one that is to be destroyed
        found = done.found
        answer = {
            "vault": str(folder),
            "kept_aside": str(done.aside),
            "entries": found.copied["entry"],
            "missing": found.gaps,
            "cases": sorted(found.cases),
            "tables": sorted(found.tables),
            "from_server": done.from_server,
            "enrol_again": found.key_lost,
        }
    if options.json:
        put_json(answer)
        return 0
    words = translator(options.language)
    print(words.text(N_("The vault is whole again, with {n} entries."), n=answer["entries"]))
    print(words.text(KEPT_ASIDE, folder=done.aside))
    for device, gaps in found.gaps.items():
        for first, last in gaps:
            said = N_("Could not be read: the changes {first} to {last} of device {device}.")
            print(words.text(said, first=first, last=last, device=device))
    for case in sorted(found.cases):
        print(words.text(N_("Some of them belong to the case {case}."), case=case))
    if found.tables and not found.gaps:
        print(words.text(N_("What could not be read is not missing: it is computed or asked for anew.")))
    if found.missing and done.from_server:
        print(words.text(N_("What had been sent of that comes back from the server with the next exchange.")))
    if found.key_lost:
        print(words.text(N_("The vault's signing key was lost: join the server again with a new code.")))
    return 0


def _where(options: Any) -> Path:
    """The folder to put a vault into: the one that is named, the only one that is there, or a new one."""
    try:
        return vault_folder(options)
    except Problem:
        return paths.vaults_folder() / os.urandom(8).hex()
