"""Making, checking and recovering a vault. What is shown once (code, passphrase) is kept nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import paths
from app.clock import SystemClock
from app.i18n import N_, translator
from app.problems import Problem
from app.vault import process
from ui.commands import secrets_in
from ui.commands.opening import at, force, has_vault, opened, vault_folder
from ui.commands.out import put_json, say

CODE_ONCE = N_("Recovery code, shown only now. Write it down and put it into the station's safe:")
WORDS_ONCE = N_("Passphrase, shown only now. Learn it:")
RECEIPT = N_("Receipt for the other laptop; there, “holdfast vault move-done” asks for it:")
NO_SECRET = N_(
    "This system keeps no secret for the vault: whoever copies the folder can try passphrases as long as they like."
)


def create(options: Any) -> int:
    """Make a vault in an empty folder."""
    process.harden()
    folder = Path(options.vault) if options.vault else paths.vaults_folder() / os.urandom(8).hex()
    said_by_force = force()
    names = (options.officer, options.short_name)
    chosen, made_by_chance = secrets_in.new_passphrase(options, options.passphrase_file, said_by_force, *names)
    from app.casework import recovery
    from app.casework.desk import close_desk, create_vault
    from app.vault.custodian_key import read_cards
    from app.vault.device_secret import system_store

    cards = read_cards(Path(options.custodians)) if options.custodians else recovery.of_force()
    desk, code = create_vault(
        folder,
        officer=options.officer,
        short_name=options.short_name,
        passphrase=chosen,
        secrets=system_store(),
        policy=said_by_force,
        cards=cards,
    )
    kept, device = desk.unlocked.device_secret, desk.device_id
    close_desk(desk)
    answer = {"vault": str(folder), "device": device, "device_secret": kept, "recovery_code": code}
    return shown_once(options, answer, chosen if made_by_chance else "", N_("The vault was made in {vault}."))


def check(options: Any) -> int:
    """Check the vault through and through: each part is said to be whole, or what is wrong with it."""
    from app.vault import vault

    words = translator(options.language)
    folder = vault_folder(options)
    face = vault.look(folder)
    with opened(options, closed_too=True) as open_vault:
        desk = open_vault.desk
        found: dict[str, Any] = {
            "vault": str(folder),
            "header": "mended" if face.damaged or desk.unlocked.mended else "whole",
            "encryption": "whole",  # opening asserts the baseline and refuses otherwise
            "pages": "whole",
            "notebook": "whole",
            "device_secret": desk.unlocked.device_secret,
            "practice": desk.practice,
            "packs": [one.manifest.file_name for one in desk.packs.newest()],
            "policy": desk.force.problem.code if desk.force.problem else "whole" if desk.force.serial else "none",
        }
        wrong = desk.problems()
        for part, work in (("pages", desk.store.check_pages), ("notebook", desk.store.verify)):
            try:
                work()
            except Problem as problem:
                found[part] = problem.code
                wrong.append(problem)
    if options.json:
        put_json(found)
    else:
        for message, part in _PARTS:
            print(words.text(message, state=words.text(_STATES.get(found[part], DAMAGED))))
        print(words.text(_SECRETS[found["device_secret"]]))
        print(words.text(N_("Policy: {state}"), state=words.text(_POLICIES.get(found["policy"], NOT_IN_FORCE))))
    for told in wrong:
        say(told, options.language)
    return 1 if wrong else 0


def go_back(options: Any) -> int:
    """Let a vault that a newer version has changed become one of this version, with all that was written since."""
    with opened(options, closed_too=True, go_back=True):
        pass
    folder = str(vault_folder(options))
    if options.json:
        put_json({"vault": folder, "went_back": True})
    else:
        words = translator(options.language)
        print(words.text(N_("The vault in {vault} is one of this version again; nothing was lost."), vault=folder))
    return 0


def passphrase(options: Any) -> int:
    """Give the vault another passphrase. Only one key slot is written; nothing is encrypted again."""
    with opened(options, closed_too=True) as open_vault:
        from app.casework.desk import change_passphrase
        from app.vault.device_secret import system_store

        desk = open_vault.desk
        chosen, made_by_chance = secrets_in.new_passphrase(
            options, options.new_passphrase_file, desk.force, desk.officer, desk.short_name
        )
        with in_doubt(options, chosen if made_by_chance else ""):
            change_passphrase(open_vault.desk, chosen, secrets=system_store())
        kept = open_vault.desk.unlocked.device_secret
    answer = {"vault": str(vault_folder(options)), "device_secret": kept}
    said = N_("The vault in {vault} has a new passphrase. Old copies of the folder still open with the old one.")
    return shown_once(options, answer, chosen if made_by_chance else "", said)


def recover(options: Any) -> int:
    """Open the vault by its recovery code, or by its custodians, and set a new passphrase; logged in the vault."""
    if options.request or options.part:
        from ui.commands import custodian

        return custodian.recover(options) if options.part else custodian.ask(options)
    folder = vault_folder(options)
    if not has_vault(folder):
        raise Problem("vault.not_there", folder=folder.name)
    process.harden()
    code = secrets_in.recovery_code(options)
    from app.casework.desk import change_passphrase, open_desk, renew_recovery_code
    from app.vault import vault
    from app.vault.device_secret import system_store

    clock, store = SystemClock(), system_store()
    unlocked = vault.recover(folder, code, secrets=store, clock=clock)
    try:
        desk = open_desk(unlocked, clock=clock, policy=force())
    except BaseException:
        unlocked.close()
        raise
    with at(desk):
        chosen, made_by_chance = secrets_in.new_passphrase(
            options, options.new_passphrase_file, desk.force, desk.officer, desk.short_name
        )
        with in_doubt(options, chosen if made_by_chance else ""):
            change_passphrase(desk, chosen, secrets=store)
        answer = {"vault": str(folder), "device_secret": desk.unlocked.device_secret}
        if options.renew_code:
            answer["recovery_code"] = renew_recovery_code(desk)
    return shown_once(
        options, answer, chosen if made_by_chance else "", N_("The vault in {vault} has a new passphrase.")
    )


@contextmanager
def in_doubt(options: Any, generated: str) -> Iterator[None]:
    """Where the disk did not confirm the new passphrase, it may be the one that opens: one made by chance is shown."""
    try:
        yield
    except Problem as problem:
        if generated and problem.code == "vault.not_flushed":
            print(translator(options.language).text(WORDS_ONCE), f"    {generated}", sep="\n", file=sys.stderr)
        raise


def shown_once(options: Any, answer: dict[str, str], generated: str, message: str) -> int:
    """Say what was done, with what is shown once and kept nowhere: a passphrase made by chance, a recovery code."""
    if generated:
        answer["passphrase"] = generated
    if options.json:
        put_json(answer)
        return 0
    words = translator(options.language)
    print(words.text(message, vault=answer["vault"], names=answer.get("custodians", "")))
    for said, key in ((WORDS_ONCE, "passphrase"), (CODE_ONCE, "recovery_code"), (RECEIPT, "receipt")):
        if key in answer:
            print(words.text(said), f"    {answer[key]}", sep="\n")
    if answer["device_secret"] == "none":
        print(words.text(NO_SECRET))
    return 0


_PARTS = (
    (N_("Header: {state}"), "header"),
    (N_("Encryption: {state}"), "encryption"),
    (N_("Pages: {state}"), "pages"),
    (N_("Notebook: {state}"), "notebook"),
)
DAMAGED = N_("not whole")
_STATES = {"whole": N_("whole"), "mended": N_("one of two copies was damaged and has been mended")}
NOT_IN_FORCE = N_("not as the force wants it")
_POLICIES = {
    "whole": N_("in force"),
    "none": N_("this laptop has none, so the program's own settings hold"),
}
_SECRETS = {
    "system": N_("Device secret: kept by this system."),
    "none": NO_SECRET,
}
