"""What each command takes. Options may stand before, between or after the arguments, also before the command's name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PASSPHRASE = (
    "The passphrase comes from a prompt, from the first line of --passphrase-file, or from standard input where that is"
    " no terminal. It is never an argument."
)
NEW = " Without --new-passphrase-file the new passphrase is asked for twice, or is the second line of standard input."
CODE = (
    "The code comes from a prompt, from --code-file (or --passphrase-file), or from standard input. Opening by the code"
    " is logged."
)
KEY_MORE = (
    "A key that is closed by a passphrase asks for it at a prompt, or takes it from --passphrase-file or from standard"
    " input."
)
BY_CUSTODIANS = (
    " By custodians: --request FILE writes a request and shows its code once; two custodians answer it with “holdfast"
    " custodian open”; --part FILE --part FILE with that code opens the vault."
)
VALUES = 'Several values: a,b or a JSON list: ["a", "b, c"]. A value that begins with a hyphen comes after “--”. '

OPTIONS: dict[str, dict[str, Any]] = {
    "--vault": {"metavar": "FOLDER", "help": "folder of the vault; needed where this user has several"},
    "--passphrase-file": {"metavar": "FILE", "help": "file whose first line is the passphrase"},
    "--new-passphrase-file": {"metavar": "FILE", "help": "file whose first line is the new passphrase"},
    "--code-file": {"metavar": "FILE", "help": "file whose first line is the recovery code"},
    "--generate": {"action": "store_true", "help": "take a passphrase of five words made by chance; it is shown once"},
    "--custodians": {"metavar": "FILE", "default": "", "help": "file with the cards of your force's three custodians"},
    "--request": {
        "metavar": "FILE",
        "default": "",
        "help": "write a request to the vault's custodians into a new file",
    },
    "--part": {"metavar": "FILE", "action": "append", "default": [], "help": "a custodian's part; give two"},
    "--check": {"metavar": "NUMBER", "required": True, "help": "the check number that was read out to you"},
    "--name": {"metavar": "NAME", "required": True, "help": "your name, as it will stand in what is logged"},
    "--locked": {"action": "store_true", "help": "without opening the vault"},
    "--replace": {"action": "store_true", "help": "in place of the vault that is there, which is kept aside"},
    "--unopened": {"action": "store_true", "help": "without opening it first, where only custodians can"},
    "--renew-code": {"action": "store_true", "help": "make a new recovery code; it is shown once"},
    "--json": {"action": "store_true", "help": "standard output holds only JSON"},
    "--language": {"metavar": "TAG", "default": "en", "help": "language of words and paper (default: en)"},
    "--officer": {"metavar": "NAME", "required": True, "help": "name of the officer whose vault it is"},
    "--short-name": {"metavar": "NAME", "default": "", "help": "what the unlock screen shows (default: initials)"},
    "--reason": {"metavar": "TEXT", "default": "", "help": "why; it is logged"},
    "--recipient": {"metavar": "TEXT", "default": "", "help": "to whom it goes; it is logged"},
    "--out": {"metavar": "FILE", "required": True, "help": "the new file; an existing one is never replaced"},
    "--document": {
        "required": True,
        "choices": ["safety-plan", "risk-assessment", "to-do", "handover", "timeline", "case-file"],
        "help": "safety-plan, risk-assessment, to-do, handover, timeline or case-file",
    },
    "--variant": {
        "choices": ["card", "discreet", "full"],
        "default": "full",
        "help": "card, discreet or full (default)",
    },
    "--safe-because": {
        "metavar": "TEXT",
        "default": "",
        "help": "why a paper is safe although the answers propose less; it is logged",
    },
    "--resolve": {"action": "store_true", "help": "decide a field whose values differ"},
    "--trial": {
        "action": "store_true",
        "help": "join although it is a server for trying out (a practice vault joins no other)",
    },
    "--headless": {
        "action": "store_true",
        "help": "without a window: make the caseload, walk through a case, print it",
    },
    "--scheme": {"choices": ["system", "light", "dark", "night"], "default": "system", "help": "colours of the window"},
    "--key": {"metavar": "FILE", "required": True, "help": "the file with your private key"},
    "--key-file": {"metavar": "FILE", "default": "", "help": "check the signature with these public keys, too"},
    "--closed": {"action": "store_true", "help": "close the private key by a passphrase"},
    "--about": {"metavar": "TEXT", "default": "", "help": "whose key it is; stands in the public file"},
}
_TAKE_NOTHING = {name for name, how in OPTIONS.items() if how.get("action") == "store_true"} | {
    "-h",
    "--help",
    "--version",
}
_OPENS = ("--vault", "--passphrase-file", "--json", "--language")


@dataclass(frozen=True)
class Argument:
    """One argument that stands for itself."""

    name: str
    says: str
    many: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Command:
    """One command: its words, the module and function that do it, and what it takes."""

    words: tuple[str, ...]
    says: str
    does: str
    options: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    more: str = ""


_SIGNS = ("--key", "--passphrase-file", "--json", "--language")
_TOLD = ("--json", "--language")
_PACK = Argument("PACK", "the pack, a file")
_POLICY = Argument("POLICY", "the policy, a TOML file")
_CASE = Argument("CASE", "id of the case, or its reference where only one case has it")

COMMANDS = (
    Command(
        ("practice",),
        "open an invented caseload in a vault of its own",
        "practice:practice",
        ("--vault", "--headless", "--json", "--language", "--scheme"),
        more="The passphrase of the practice vault stands on its unlock screen.",
    ),
    Command(
        ("vault", "create"),
        "make a vault and show its recovery code, once",
        "vault:create",
        (
            "--vault",
            "--officer",
            "--short-name",
            "--custodians",
            "--passphrase-file",
            "--generate",
            "--json",
            "--language",
        ),
        more=PASSPHRASE,
    ),
    Command(
        ("vault", "check"),
        "check header, encryption, every page and the whole notebook",
        "vault:check",
        _OPENS,
        more=PASSPHRASE,
    ),
    Command(
        ("vault", "passphrase"),
        "give the vault another passphrase",
        "vault:passphrase",
        (*_OPENS, "--new-passphrase-file", "--generate"),
        more=PASSPHRASE + NEW,
    ),
    Command(
        ("vault", "go-back"),
        "let a vault that a newer version has changed become one of this version",
        "vault:go_back",
        _OPENS,
        more="What was written since is carried over. Stopped anywhere, nothing is lost. " + PASSPHRASE,
    ),
    Command(
        ("vault", "recover"),
        "open the vault by its recovery code, or by two custodians, and set a new passphrase",
        "vault:recover",
        (
            "--vault",
            "--request",
            "--part",
            "--code-file",
            "--passphrase-file",
            "--new-passphrase-file",
            "--generate",
            "--renew-code",
            "--json",
            "--language",
        ),
        more=CODE + NEW + BY_CUSTODIANS,
    ),
    Command(
        ("vault", "custodians"),
        "let any two of your force's three custodians open the vault",
        "custodian:set_for_vault",
        _OPENS,
        (Argument("FILE", "file with the cards of the three, a line each"),),
        more="Whoever was a custodian of this vault before is none any more. " + PASSPHRASE,
    ),
    Command(
        ("vault", "backup"),
        "write a backup of the vault into a new file",
        "keeping:backup",
        _OPENS,
        (Argument("FILE", "the new file; an existing one is never replaced"),),
        more="The file is encrypted as the vault is: passphrase, recovery code and custodians open it. " + PASSPHRASE,
    ),
    Command(
        ("vault", "restore"),
        "put a vault back from its backup",
        "keeping:restore",
        (*_OPENS, "--code-file", "--replace", "--unopened"),
        (Argument("FILE", "the backup"),),
        more=(
            "It is opened and looked at through and through before anything is put in its place. On another laptop than"
            " the one on which it was made give the recovery code with --code-file, and then a new passphrase with"
            " “holdfast vault recover”. "
        )
        + PASSPHRASE,
    ),
    Command(
        ("vault", "move-out"),
        "write the vault into a file for another laptop; nothing more is written here",
        "keeping:move_out",
        _OPENS,
        (Argument("FILE", "the new file"),),
        more="The file is encrypted to a code that is shown once. " + PASSPHRASE,
    ),
    Command(
        ("vault", "move-in"),
        "make the vault of such a file on this laptop",
        "keeping:move_in",
        (
            "--vault",
            "--custodians",
            "--code-file",
            "--passphrase-file",
            "--new-passphrase-file",
            "--generate",
            "--json",
            "--language",
        ),
        (Argument("FILE", "the file that “holdfast vault move-out” made"),),
        more="The code comes from a prompt, from --code-file, or from standard input." + NEW,
    ),
    Command(
        ("vault", "move-done"),
        "destroy what is still here, with the receipt that the other laptop showed",
        "keeping:move_done",
        (*_OPENS, "--code-file"),
        more="The receipt comes from a prompt, from --code-file, or is the second line of standard input. "
        + PASSPHRASE,
    ),
    Command(
        ("vault", "move-back"),
        "go on here after all",
        "keeping:move_back",
        _OPENS,
        more=PASSPHRASE,
    ),
    Command(
        ("vault", "carry-out"),
        "write what was not sent into a file that only the server can read, to be carried there",
        "keeping:carry_out",
        _OPENS,
        (Argument("FILE", "the new file"),),
        more="Of a vault that was destroyed by order it is what was sealed then; no passphrase is needed. "
        + PASSPHRASE,
    ),
    Command(
        ("vault", "carried"),
        "take in the server's note about such a file",
        "keeping:carried",
        _OPENS,
        (Argument("FILE", "the note that “holdfast-server carry-in --note” wrote"),),
        more=PASSPHRASE,
    ),
    Command(
        ("vault", "rekey"),
        "encrypt the vault anew under another key, where somebody may have had the old one",
        "keeping:rekey",
        _OPENS,
        more="The passphrase stays; the recovery code is another one, and is shown once. " + PASSPHRASE,
    ),
    Command(
        ("vault", "rebuild"),
        "make a damaged vault anew from what can be read of it and from the server",
        "keeping:rebuild",
        (*_OPENS, "--code-file"),
        more="The vault is kept aside as it was. What cannot be read is named. " + PASSPHRASE,
    ),
    Command(
        ("custodian", "new"),
        "make a custodian's key, and the card that goes to the organisation",
        "custodian:new",
        ("--name", "--out", "--passphrase-file", "--generate", "--json", "--language"),
        more="The card is the file whose name ends in .public. " + PASSPHRASE,
    ),
    Command(
        ("custodian", "open"),
        "answer a laptop's request with your part, on your own machine",
        "custodian:answer",
        ("--key", "--check", "--out", "--passphrase-file", "--json", "--language"),
        (Argument("REQUEST", "the request, as “holdfast vault recover --request” wrote it"),),
        more=(
            "Answer only for somebody whom you know, who reads the check number out to you. What you opened is noted"
            " beside your key. "
        )
        + PASSPHRASE,
    ),
    Command(("case", "list"), "list all cases", "cases:list_all", _OPENS, more=PASSPHRASE),
    Command(
        ("case", "import"),
        "make cases from case files, or from all *.json of a folder",
        "files:import_files",
        _OPENS,
        (Argument("FILE", "case file or folder", many=True),),
        more="All of a file is imported or nothing of it. " + PASSPHRASE,
    ),
    Command(
        ("case", "export"),
        "write a case into a file that whoever has it can read; logged",
        "files:export",
        (*_OPENS, "--out", "--reason", "--recipient"),
        (_CASE,),
        more=PASSPHRASE,
    ),
    Command(
        ("case", "print"),
        "make a PDF of a case; logged",
        "files:print_out",
        (*_OPENS, "--document", "--variant", "--reason", "--out", "--safe-because"),
        (_CASE,),
        more=PASSPHRASE,
    ),
    Command(
        ("case", "show"),
        "show what stands in a case",
        "cases:show",
        (*_OPENS, "--reason"),
        (_CASE,),
        more="Looking at a case is logged. " + PASSPHRASE,
    ),
    Command(
        ("case", "set"),
        "set one field, as a screen would",
        "cases:set_one",
        (*_OPENS, "--resolve"),
        (
            _CASE,
            Argument(
                "RECORD",
                "id of a record, or the name of a type of which there is one (“case” for the case's own fields)",
            ),
            Argument("FIELD", "name of the field"),
            Argument("VALUE", "the value; an empty one clears the field"),
        ),
        more=VALUES + PASSPHRASE,
    ),
    Command(
        ("case", "conflicts"),
        "list the fields whose values differ",
        "cases:conflicts",
        _OPENS,
        (Argument("CASE", "only this case", optional=True),),
        more=PASSPHRASE,
    ),
    Command(("today",), "list what is overdue or due within seven days", "due:today", _OPENS, more=PASSPHRASE),
    Command(("status",), "say what is on this laptop only", "cases:status", _OPENS, more=PASSPHRASE),
    Command(("policy", "show"), "say which policy holds on this laptop", "policy:show", ("--json", "--language")),
    Command(("policy", "example"), "print a policy to begin from", "policy:example"),
    Command(
        ("policy", "check"),
        "check a policy before it is signed, or with its signature",
        "policy:check",
        ("--key-file", "--json", "--language"),
        (_POLICY,),
    ),
    Command(
        ("policy", "sign"),
        "check a policy and write its signature beside it",
        "policy:sign",
        _SIGNS,
        (_POLICY,),
        more=KEY_MORE,
    ),
    Command(
        ("policy", "key"),
        "make the key pair that signs policies and packs",
        "policy:key",
        ("--out", "--closed", "--about", "--passphrase-file", "--json", "--language"),
        more=KEY_MORE,
    ),
    Command(("pack", "list"), "list the packs of forms and lists on this laptop", "packs:list_all", _TOLD),
    Command(
        ("pack", "install"),
        "check a pack and keep it",
        "packs:install",
        _TOLD,
        (_PACK,),
        more="All of a pack is installed or nothing of it. What was begun with a version keeps that version.",
    ),
    Command(("pack", "check"), "check a pack and install nothing", "packs:check", ("--key-file", *_TOLD), (_PACK,)),
    Command(("pack", "remove"), "take a pack away", "packs:remove", _TOLD, (Argument("NAME", "the pack's name"),)),
    Command(
        ("pack", "make"),
        "make a pack of a folder, check it and sign it",
        "packs:make",
        ("--out", *_SIGNS),
        (Argument("FOLDER", "pack.toml, and beside it forms, rules, profiles, services or i18n"),),
        more=KEY_MORE,
    ),
    Command(
        ("diagnostics",),
        "write versions, sizes and counts into a file for whoever looks for a fault; nothing personal",
        "diagnostics:write",
        (*_OPENS, "--locked"),
        (Argument("FILE", "the new file"),),
        more="A vault that does not open is told of as far as it can be seen. " + PASSPHRASE,
    ),
    Command(
        ("enrol",), "join a server", "exchange:enrol", (*_OPENS, "--trial"), (Argument("CODE", "the enrolment code"),)
    ),
    Command(("sync",), "exchange entries with the server", "exchange:sync", _OPENS),
    Command(
        ("extend",),
        "open cases that are closed because the server was not met for too long, for one more day",
        "exchange:extend",
        _OPENS,
        (Argument("CODE", "the extension code that your supervisor read out"),),
    ),
)


def begins(words: tuple[str, ...]) -> bool:
    """Whether some command begins with these words."""
    return any(c.words[: len(words)] == words for c in COMMANDS)


def usage(words: tuple[str, ...] = ()) -> str:
    """All commands, or those that begin with some words, a line each."""
    shown = [c for c in COMMANDS if c.words[: len(words)] == words]
    width = max(len(" ".join(c.words)) for c in shown) + 2
    lines = [f"  {' '.join(c.words):{width}}{c.says}" for c in shown]
    return "\n".join(
        [
            "usage: holdfast [--vault FOLDER] [--language TAG] [--scheme NAME]     the window",
            "       holdfast COMMAND …                                             without a window",
            "       holdfast --self-check [--json] | --version                     whether all is well; which it is",
            "",
            "commands (“holdfast COMMAND --help” says more):",
            *lines,
            "",
            "Exit codes: 0 done, 1 a problem (in three sentences on standard error), 2 wrong usage.",
        ]
    )


def divide(argv: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The words of the command, and everything else in its order. No words: the window."""
    words: list[str] = []
    rest: list[str] = []
    waiting = list(argv)
    while waiting and not _complete(words):
        token = waiting.pop(0)
        if token == "--":
            rest.append(token)
            break
        if token.startswith("-") and token != "-":
            rest.append(token)
            if token in OPTIONS and token not in _TAKE_NOTHING and waiting:
                rest.append(waiting.pop(0))
        else:
            words.append(token)
    return tuple(words), rest + waiting


def _complete(words: list[str]) -> bool:
    return len(words) == 2 or (
        len(words) == 1 and not any(len(c.words) == 2 and c.words[0] == words[0] for c in COMMANDS)
    )


def find(words: tuple[str, ...]) -> Command | None:
    """The command of these words, or None."""
    return next((c for c in COMMANDS if c.words == words), None)


def parser(command: Command) -> argparse.ArgumentParser:
    """The parser of one command."""
    made = argparse.ArgumentParser(
        prog=f"holdfast {' '.join(command.words)}",
        description=command.says[:1].upper() + command.says[1:] + ".",
        epilog=command.more or None,
        allow_abbrev=False,
    )
    for argument in command.arguments:
        count = "+" if argument.many else "?" if argument.optional else None
        made.add_argument(argument.name.lower(), metavar=argument.name, nargs=count, help=argument.says)
    for name in command.options:
        made.add_argument(name, **OPTIONS[name])
    return made
