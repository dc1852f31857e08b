"""The entry point `holdfast-server`.

Exit codes: 0 done, 1 a Problem (its three sentences on standard error), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from app import paths
from app.i18n import translator
from app.logs import StandardError, place_of
from app.notebook.ids import random_id
from app.problems import Problem
from app.rules.access import ROLES
from sync.server import (
    administration,
    authority,
    backup_commands,
    carrying,
    case_commands,
    config,
    database,
    enrol,
    fleet,
    fleet_commands,
    identity,
    pack_commands,
    retention_commands,
    rotation_commands,
    seals,
    service,
    trial,
    verify,
)
from sync.server.command_line import in_org as _in_org
from sync.server.command_line import patiently as _patiently
from sync.server.command_line import say as _say
from sync.server.database import ALL, Connection
from sync.server.statements import KNOWS, Signer
from sync.wire import extension, limits

T = TypeVar("T")
DONE, PROBLEM = 0, 1
SEALED = "sealed"
"""The kind of the last line of `export-audit`, which is no event: it names the newest seal over them."""
_READY_S = 10


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; returns the exit code."""
    options = parser().parse_args(argv)
    _log(getattr(options, "log_level", None) or os.environ.get(config.PREFIX + "LOG_LEVEL", "WARNING"))
    try:
        work: Callable[[argparse.Namespace], int] = options.work
        return work(options)
    except Problem as problem:
        told = problem.sentences(translator("en"))
        print(told.happened, told.safe, told.next, sep="\n", file=sys.stderr)
        return PROBLEM
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except KeyboardInterrupt:
        return 130
    except database.Busy:
        told = Problem("server.database_away").sentences(translator("en"))
        print(told.happened, told.safe, told.next, sep="\n", file=sys.stderr)
        return PROBLEM


def _log(level: str) -> None:
    """The technical log on standard error. No library writes there: their lines may quote what they were sent."""
    handler = StandardError()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("holdfast.server")
    log.handlers[:] = [handler]
    log.setLevel(level)
    log.propagate = False
    logging.getLogger().addHandler(logging.NullHandler())
    sys.excepthook = lambda _kind, error, trace: log.error("bug: %s", place_of(error.with_traceback(trace)))


def parser() -> argparse.ArgumentParser:
    """Every command and what it takes."""
    top = argparse.ArgumentParser(prog="holdfast-server", description="The force's own server.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("trial", help="a server for trying out, with its own database, in one folder")
    one.add_argument("--folder", type=Path, metavar="DIR", help="default: a folder of the user's data")
    one.add_argument("--port", type=_port, default=0, help="default: that of last time, or a free one")
    one.add_argument("--officers", type=_count, default=2, help="officers beside the supervisor (default 2)")
    one.add_argument("--json", action="store_true", help="one line of JSON when it is ready")
    one.add_argument(
        "--until-input-ends", action="store_true", help="stop when standard input ends: with whoever started it"
    )
    one.add_argument(
        "--practice-code", type=Path, metavar="FILE", help="write a code for a practice vault there while it runs"
    )
    one.add_argument("--log-level", choices=("DEBUG", "INFO", "WARNING", "ERROR"), default="WARNING")
    one.set_defaults(work=_trial)
    _production(commands)
    return top


def _production(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    def add(name: str, work: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=says, description=says)
        one.add_argument("--config", type=Path, metavar="FILE", help="TOML; HOLDFAST_SERVER_* overrides it")
        one.add_argument("--organisation", metavar="NAME", help="needed where there are several")
        one.set_defaults(work=work)
        return one

    add("serve", _serve, "serve laptops")
    add("migrate", _migrate, "bring the database up to this version, as its owner").add_argument(
        "--login", default="", help="a role to make, if missing, for the serving program"
    )
    one = add("init", _init, "make an organisation, or begin a new epoch after a restore")
    one.add_argument("--name", default="")
    one.add_argument("--restored", action="store_true", help="the database was put back to an older state")
    one.add_argument("--lease-days", type=int, help="days for which laptops may be read without meeting the server")
    one.add_argument("--recent-days", type=int, help="days for which a unit's laptops hold a case nobody changes")
    one = add("unit", _unit, "list units, or make one")
    one.add_argument("--add", metavar="NAME")
    one.add_argument("--above", metavar="UNIT", default="")
    one = add("officer", _officer, "list officers, make, move or retire one, assign or name one for a case")
    one.add_argument("--add", metavar="NAME")
    one.add_argument("--role", choices=ROLES)
    one.add_argument("--unit", metavar="UNIT", help="id, or name where only one has it")
    one.add_argument("--move", metavar="OFFICER", help="to --role and --unit")
    one.add_argument("--identify", metavar="OFFICER", help="who signs in as --identity from now on")
    one.add_argument("--identity", metavar="TEXT", default="", help="as what the identity provider names the officer")
    one.add_argument("--retire", metavar="OFFICER")
    one.add_argument("--case", metavar="CASE")
    for verb, says in _INVOLVING.items():
        one.add_argument(f"--{verb}", metavar="OFFICER", help=says)
    one = add("sign-in-keys", _sign_in_keys, "list the identity provider's keys in force, or put others in their place")
    one.add_argument("file", metavar="FILE", nargs="?", type=Path, help="the provider's public keys (JWKS)")
    one = add("extension-code", _extension, "today's code with which a closed laptop is opened for one more day")
    one.add_argument("officer", metavar="OFFICER", help="id, or name where only one has it")
    one.add_argument("--device", metavar="ID", default="", help="where the officer has several")
    one = add("revoke", _revoke, "revoke a device, all of an officer's, or all on a laptop")
    which = one.add_mutually_exclusive_group(required=True)
    for name in ("device", "officer", "laptop"):
        which.add_argument(f"--{name}", metavar="ID")
    one = add("verify", _verify, "check the whole history and name each row that was changed")
    one.add_argument(
        "--seal", type=_noted, metavar="NUMBER:ROOT", help="a seal that was noted earlier, which must still be there"
    )
    add("export-audit", _audit, "what happened to devices and who was refused what, one JSON object a line")
    case_commands.register(add)
    carrying.register(add)
    pack_commands.register(add)
    backup_commands.register(add)
    retention_commands.register(add)
    fleet_commands.register(add)
    rotation_commands.register(add)
    add("health", _health, "ask the running server whether it takes work")


_INVOLVING = {
    "assign": "assign --case to this officer",
    "name": "name this officer for --case, also where a suspect works for the police",
    "release": "end both for this officer",
    "transfer": "give --case to this officer and unit",
}


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("1 to 1000 officers")
    return int(text)


def _noted(text: str) -> tuple[int, str]:
    number, _, root = text.partition(":")
    if not number.isdecimal() or not re.fullmatch(r"[0-9a-f]{64}", root):
        raise argparse.ArgumentTypeError("a seal is its number, a colon and 64 hexadecimal digits")
    return int(number), root


def _trial(options: argparse.Namespace) -> int:
    def ready(address: str, issued: list[trial.Issued]) -> None:
        codes = [{"officer": i.officer, "role": i.role, "unit": i.unit, "code": i.code} for i in issued]
        if options.json:
            _say({"ready": True, "address": address, "pid": os.getpid(), "codes": codes})
            return
        print(f"The trial server answers at {address} until it is stopped (Ctrl-C).\n")
        print("Each code enrols one laptop, with “holdfast enrol CODE” or in the program's settings:")
        for one in issued:
            print(f"\n  {one.officer} ({one.role})\n  {one.code}")
        print(flush=True)

    if options.until_input_ends:
        trial.stop_when_input_ends()
    folder = options.folder or paths.trial_folder()
    practice = options.practice_code.absolute() if options.practice_code else None
    trial.run(folder.absolute(), options.port, options.officers, ready, practice)
    return DONE


def _serve(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    _log(told.log_level)
    service.check(told)

    def ready() -> None:
        _say({"ready": True, "address": f"https://{told.host}:{told.port}"})
        service.tell_manager("READY=1")

    with service.listen(told.host, told.port) as listening:
        service.serve(told, listening, ready)
    return DONE


def _migrate(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    _say({"done": database.migrate(told.owner_database or told.database, options.login)})
    return DONE


def _init(options: argparse.Namespace) -> int:
    if options.restored:
        _say({"epoch": _in_org(options, administration.new_epoch)})
        return DONE
    if options.lease_days is not None and not options.name:
        _in_org(options, lambda c, org: administration.set_lease(c, org, options.lease_days))
        _say({"lease_days": options.lease_days})
        return DONE
    if options.recent_days is not None and not options.name:
        _in_org(options, lambda c, org: administration.set_recent(c, org, options.recent_days))
        _say({"recent_days": options.recent_days})
        return DONE
    if not options.name:
        raise Problem("server.name_missing")
    made = service.opened(config.read(file=options.config))
    try:
        if options.name in made.run("", "", administration.organisations):
            raise Problem("server.organisation_there", name=options.name)
        org = random_id()
        days = limits.LEASE_DAYS if options.lease_days is None else options.lease_days
        made.run(org, ALL, lambda c: administration.new_organisation(c, options.name, org, days))
    finally:
        made.close()
    _say({"organisation": org, "name": options.name})
    return DONE


def _unit(options: argparse.Namespace) -> int:
    if options.add:
        unit = _in_org(options, lambda c, org: administration.new_unit(c, org, options.add, options.above))
        _say({"unit": unit, "name": options.add})
        return DONE
    for unit, name, above in _in_org(options, administration.units):
        _say({"unit": unit, "name": name, "above": above})
    return DONE


def _officer(options: argparse.Namespace) -> int:
    if options.add or options.move:
        return _make_or_move(options)
    if options.identify:
        _in_org(
            options,
            lambda c, org: administration.identify(c, org, _person(c, org, options.identify).id, options.identity),
        )
        _say({"officer": options.identify, "identity": options.identity})
        return DONE
    if options.retire:
        _in_org(options, lambda c, org: _retire(c, org, options.retire))
        _say({"officer": options.retire, "active": False})
        return DONE
    for verb in _INVOLVING:
        officer = getattr(options, verb)
        if officer:
            if not options.case:
                raise Problem("server.case_unknown", case="")
            _in_org(options, lambda c, org: _involve(c, org, options.case, officer, verb))  # noqa: B023 - used at once
            _say({"officer": officer, "case": options.case, "done": verb})
            return DONE
    for person in _in_org(options, administration.people):
        _say(
            {
                "officer": person.id,
                "name": person.name,
                "role": person.role,
                "unit": person.unit,
                "active": person.active,
                "devices": person.devices,
                "identity": person.identity,
            }
        )
    return DONE


def _make_or_move(options: argparse.Namespace) -> int:
    if not options.role or not options.unit:
        raise Problem("server.role_and_unit")
    if options.add:
        made = _in_org(
            options,
            lambda c, org: administration.new_officer(
                c, org, options.add, options.role, _unit_of(c, org, options.unit), options.identity
            ),
        )
        _say({"officer": made, "name": options.add})
    else:
        _in_org(
            options,
            lambda c, org: administration.move_officer(
                c, org, options.move, options.role, _unit_of(c, org, options.unit)
            ),
        )
        _say({"officer": options.move, "role": options.role, "unit": options.unit})
    return DONE


def _unit_of(connection: Connection, org: str, wanted: str) -> str:
    """The unit's id; what fits no unit, or several, is left as it is and refused where it is used."""
    found = [unit for unit, name, _ in administration.units(connection, org) if wanted in (unit, name)]
    return found[0] if len(found) == 1 else wanted


def _retire(connection: Connection, org: str, officer: str) -> None:
    person = _person(connection, org, officer)
    administration.move_officer(connection, org, person.id, person.role, person.unit, active=False)


def _involve(connection: Connection, org: str, case: str, officer: str, verb: str) -> None:
    if verb == "transfer":
        administration.transfer(connection, org, case, officer)
    elif verb == "release":
        for kind in ("assigned", "named"):
            administration.involve(connection, org, case, officer, kind, involved=False)
    else:
        administration.involve(connection, org, case, officer, "assigned" if verb == "assign" else "named")


def _person(connection: Connection, org: str, wanted: str) -> administration.Person:
    found = [p for p in administration.people(connection, org) if wanted in (p.id, p.name)]
    if len(found) != 1:
        raise Problem("server.officer_unknown", officer=wanted)
    return found[0]


def _extension(options: argparse.Namespace) -> int:
    keys = authority.signing_keys(config.read(file=options.config).signing_key)
    signer = Signer(keys.now, *keys.former)
    today = datetime.now(UTC).date()

    def work(connection: Connection, org: str) -> dict[str, str]:
        person = _person(connection, org, options.officer)
        device = administration.extended(connection, org, person.id, options.device)
        KNOWS.set(fleet.knows(connection, org, device))
        return {
            "officer": person.id,
            "name": person.name,
            "device": device,
            "day": today.isoformat(),
            "code": extension.code(signer.extension_secret(device), device, today),
        }

    _say(_in_org(options, work))
    return DONE


def _sign_in_keys(options: argparse.Namespace) -> int:
    """The running server looks into the file at each enrolment, so nothing has to be started again."""
    file = config.read(file=options.config).sign_in_keys
    if file is None:
        raise Problem("server.sign_in_missing", name="sign_in_keys")
    if options.file is not None:
        identity.load_keys(options.file)
        authority.write_whole(file, options.file.read_bytes(), mode=0o644)
    for name, key in identity.load_keys(file).items():
        _say({"key": name, "kind": key.key_type})
    return DONE


def _revoke(options: argparse.Namespace) -> int:
    def work(connection: Connection, org: str) -> int:
        if options.device:
            return enrol.revoke(connection, org, [options.device])
        if options.laptop:
            return enrol.revoke(connection, org, administration.to_revoke(connection, org, laptop=options.laptop))
        person = _person(connection, org, options.officer)
        return enrol.revoke(connection, org, administration.to_revoke(connection, org, officer=person.id))

    revoked = _in_org(options, work)
    if not revoked:
        raise Problem("server.nothing_revoked")
    _say({"revoked": revoked})
    return DONE


def _verify(options: argparse.Namespace) -> int:
    public = authority.signing_keys(config.read(file=options.config).signing_key).public
    found, newest = _in_org(options, lambda c, org: _all_of_it(c, org, public, options.seal))
    for line in found:
        print(line)
    if not found:
        print("Every entry is as it was signed, received and numbered.")
    if newest is not None:
        # Who keeps it elsewhere finds out that the newest ones were taken away.
        print(f"The newest seal of the server's own events is {newest}")
    if found:
        raise Problem("server.history_changed", count=len(found))
    return DONE


def _all_of_it(
    connection: Connection, org: str, public: list[bytes], noted: tuple[int, str] | None
) -> tuple[list[str], seals.Seal | None]:
    _patiently(connection)
    return list(verify.verify(connection, org, *public, noted=noted)), seals.newest(connection, org)


def _audit(options: argparse.Namespace) -> int:
    told, newest = _in_org(options, lambda c, org: (list(administration.audit(c, org)), seals.newest(c, org)))
    for line in told:
        _say(line)
    if newest is not None:
        # As a line like the others, for whoever reads them by a program.
        _say({"at": newest.until, "kind": SEALED, "officer": "", "device": "", "case": "", "detail": str(newest)})
    return DONE


def _health(options: argparse.Namespace) -> int:
    told = config.read(file=options.config)
    context = ssl.create_default_context(cafile=str(told.authority))
    host, port = told.reached
    address = f"https://{host}:{port}/v1/health"
    try:
        with urllib.request.urlopen(address, timeout=_READY_S, context=context) as answer:
            ready = json.loads(answer.read(1000)).get("ready") is True
    except urllib.error.HTTPError as refused:
        # It answers, and says that it takes no work: its log says why.
        refused.close()
        ready = False
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Problem("server.not_answering", address=address) from error
    _say({"ready": ready})
    return DONE if ready else PROBLEM


if __name__ == "__main__":
    sys.exit(main())
