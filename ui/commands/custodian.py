"""Custodians: a key pair of each, a vault that knows three of them, and opening it with the parts of two.

Each custodian answers on their own machine; the laptop alone puts the key together. Nothing here needs a network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.clock import SystemClock, iso
from app.i18n import N_, translator
from app.problems import Problem
from app.vault import custodian_key, custodians, process
from ui.commands import secrets_in
from ui.commands.opening import at, force, has_vault, opened, vault_folder
from ui.commands.out import put_json

CHECK = N_("Check number: {check}")
ASKED = N_("The request is in {file}. Two of the three custodians answer it, each on their own machine, with:")
READ_OUT = N_("Read this number out to each of them, by telephone or face to face:")
CODE_OF_REQUEST = N_("Code of this request, shown only now. Whoever finishes the recovery on this laptop types it:")
ANSWERED = N_("Your part is in {file}. It is good for this one request and for nothing else.")


def new(options: Any) -> int:
    """Make a custodian's key pair: the key stays with the custodian, the card goes to the organisation."""
    process.harden()
    chosen, made_by_chance = secrets_in.new_passphrase(options, options.passphrase_file, force(), options.name)
    file = Path(options.out)
    card = custodian_key.make(file, options.name, chosen)
    public = file.with_name(file.name + custodian_key.PUBLIC)
    answer = {"key": str(file), "public": str(public), "name": card.name}
    if made_by_chance:
        answer["passphrase"] = chosen
    if options.json:
        put_json(answer)
        return 0
    words = translator(options.language)
    print(words.text(N_("Your key is in {file}. Keep it where nobody else can read it."), file=file))
    print(words.text(N_("Your public card is in {file}. Give that to your organisation."), file=public))
    if made_by_chance:
        print(words.text(N_("Passphrase, shown only now. Learn it:")), f"    {chosen}", sep="\n")
    return 0


def answer(options: Any) -> int:
    """Answer a laptop's request with one's own part, after its check number was compared by voice."""
    process.harden()
    request = custodian_key.read_request(Path(options.request))
    check = custodians.check_of(request)
    words = translator(options.language)
    if not custodian_key.same_check(options.check, check):
        raise Problem("custodians.check_differs")
    out = Path(options.out)
    if out.exists():
        raise Problem("custodians.file_there", file=out.name)
    typed = secrets_in.passphrase(options)
    note = f"{iso(SystemClock().now())} request {request.request_id} vault {request.device_id} check {check}"
    part = custodian_key.answer(Path(options.key), typed, request, note)
    custodian_key.write(out, part)
    if options.json:
        put_json({"part": str(out), "request": request.request_id, "vault": request.device_id, "check": check})
    else:
        print(words.text(ANSWERED, file=out))
    return 0


def set_for_vault(options: Any) -> int:
    """Let any two of the three custodians in a file open the vault from now on."""
    cards = custodian_key.read_cards(Path(options.file))
    with opened(options, closed_too=True) as open_vault:
        from app.casework import recovery

        recovery.set_custodians(open_vault.desk, cards)
        known = open_vault.desk.unlocked.custodians
    if options.json:
        put_json({"vault": str(vault_folder(options)), "custodians": known})
    else:
        said = N_("Any two of these can open the vault together: {names}.")
        print(translator(options.language).text(said, names=", ".join(known)))
    return 0


def ask(options: Any) -> int:
    """Write a request to the vault's custodians; nothing is opened."""
    from app.vault import vault

    folder, file = _folder(options), Path(options.request)
    request, code = vault.ask_custodians(folder, clock=SystemClock())
    custodian_key.write(file, request)
    check = custodians.check_of(request)
    if options.json:
        put_json({"vault": str(folder), "request": str(file), "check": check, "code": code})
        return 0
    words = translator(options.language)
    print(words.text(ASKED, file=file))
    print(f"    holdfast custodian open {file.name} --key FILE --check {check} --out FILE")
    for said, shown in ((READ_OUT, check), (CODE_OF_REQUEST, code)):
        print(words.text(said), f"    {shown}", sep="\n")
    return 0


def recover(options: Any) -> int:
    """Open the vault with two custodians' parts and set a new passphrase; the officer is told at the next unlocking."""
    folder = _folder(options)
    process.harden()
    parts = custodian_key.read_parts([Path(file) for file in options.part])
    code = secrets_in.recovery_code(options)
    from app.casework import recovery
    from app.casework.desk import renew_recovery_code
    from app.vault.device_secret import system_store
    from ui.commands.vault import in_doubt, shown_once

    clock, store = SystemClock(), system_store()
    desk = recovery.open_by_custodians(folder, code, parts, secrets=store, clock=clock, policy=force())
    with at(desk):
        chosen, made_by_chance = secrets_in.new_passphrase(
            options, options.new_passphrase_file, desk.force, desk.officer, desk.short_name
        )
        with in_doubt(options, chosen if made_by_chance else ""):
            recovery.begin_anew(desk, chosen, secrets=store)
        answer = {"vault": str(folder), "device_secret": desk.unlocked.device_secret}
        if options.renew_code:
            answer["recovery_code"] = renew_recovery_code(desk)
        by = ", ".join(desk.unlocked.opened_by)
    said = N_("{names} opened the vault in {vault}. It has a new passphrase, and the officer will be told.")
    return shown_once(options, answer | {"custodians": by}, chosen if made_by_chance else "", said)


def _folder(options: Any) -> Path:
    folder = vault_folder(options)
    if not has_vault(folder):
        raise Problem("vault.not_there", folder=folder.name)
    return folder
