"""The manual pages of the program and of each of its commands, made from what the command line itself declares."""

from __future__ import annotations

import gzip
import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILES = (
    ("~/.local/share/holdfast/vaults", "The vaults of this user. No installation, update or removal touches them."),
    ("~/.local/share/holdfast/packs", "Signed packs that this user installed or that came from the server."),
    ("/etc/holdfast/policy.toml", "The signed policy of the force, where there is one."),
    ("/etc/holdfast/packs", "Signed packs for every user of this laptop."),
    ("/opt/holdfast", "The program. Nobody but the administrator can write there."),
)


def pages(source: Path, version: str, epoch: int) -> dict[str, bytes]:
    """Packed manual pages by file name: holdfast.1.gz, and holdfast-vault-create.1.gz for each command."""
    line = _command_line(source)
    day = datetime.fromtimestamp(epoch, UTC).date().isoformat()
    found = {"holdfast": _program(line)}
    found |= {f"holdfast-{'-'.join(command.words)}": _command(line, command) for command in line.COMMANDS}
    return {
        f"{name}.1.gz": gzip.compress((_head(name, version, day) + page).encode(), mtime=0)
        for name, page in found.items()
    }


def _command_line(source: Path) -> Any:
    """The module that declares the commands, from this source and no other; it needs nothing but Python."""
    file = source / "ui" / "commands" / "arguments.py"
    spec = importlib.util.spec_from_file_location("holdfast_command_line", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _program(line: Any) -> str:
    parts = [
        _section("NAME", "holdfast \\- case records that stay encrypted on this computer\n"),
        _section("SYNOPSIS", _preformatted("\n".join(_before_commands(line.usage())))),
        _section(
            "DESCRIPTION",
            _words(
                "Without a command it opens the window. With one it does its work without a window. --self-check "
                "proves the installation: files, encryption, secret store, fonts, paper, printers; it touches no "
                "vault and ends with 1 where something failed."
            ),
        ),
        _section(
            "COMMANDS",
            "".join(f".TP\n.B {escaped(' '.join(one.words))}\n{_words(one.says + '.')}" for one in line.COMMANDS),
        ),
        _section("FILES", "".join(f".TP\n.I {escaped(name)}\n{_words(says)}" for name, says in FILES)),
        _section("EXIT STATUS", _words("0 done; 1 a problem, in three sentences on standard error; 2 wrong usage.")),
        _section(
            "SEE ALSO",
            ",\n".join(f".BR {escaped('-'.join(['holdfast', *one.words]))} (1)" for one in line.COMMANDS) + "\n",
        ),
    ]
    return "".join(parts)


def _before_commands(usage: str) -> list[str]:
    return [each.removeprefix("usage:").strip() for each in usage.split("\n\n")[0].splitlines()]


def _command(line: Any, command: Any) -> str:
    name = " ".join(command.words)
    parser = line.parser(command)
    arguments = "".join(f".TP\n.I {escaped(one.name)}\n{_words(one.says + '.')}" for one in command.arguments)
    options = ""
    for option in command.options:
        how = line.OPTIONS[option]
        takes = f" \\fI{escaped(how['metavar'])}\\fR" if "metavar" in how else ""
        options += f".TP\n\\fB{escaped(option)}\\fR{takes}\n{_words(how['help'] + '.')}"
    synopsis = " ".join(parser.format_usage().removeprefix("usage:").split())
    return "".join(
        [
            _section("NAME", f"holdfast\\-{escaped('-'.join(command.words))} \\- {escaped(command.says)}\n"),
            _section("SYNOPSIS", _words(synopsis)),
            _section("DESCRIPTION", _words(" ".join(filter(None, [_sentence(command.says), command.more])))),
            _section("ARGUMENTS", arguments) if arguments else "",
            _section("OPTIONS", options) if options else "",
            _section("SEE ALSO", f".BR holdfast (1): all commands, beside {escaped(name)}.\n"),
        ]
    )


def _sentence(says: str) -> str:
    return f"{says[:1].upper()}{says[1:]}."


def _head(name: str, version: str, day: str) -> str:
    return f'.TH "{name.upper()}" 1 "{day}" "Holdfast {version}" "Holdfast"\n'


def _section(title: str, text: str) -> str:
    return f".SH {title}\n{text}"


def _preformatted(text: str) -> str:
    return ".nf\n" + "".join(_words(each) for each in text.splitlines()) + ".fi\n"


def _words(text: str) -> str:
    """A paragraph; a line that begins with a control sign is kept from being a command."""
    safe = escaped(text)
    return ("\\&" if safe.startswith((".", "'")) else "") + safe + "\n"


def escaped(text: str) -> str:
    """A text in which hyphens stay hyphens and signs are written as roff knows them."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    for sign, written in (("“", "\\(lq"), ("”", "\\(rq"), ("’", "\\(cq"), ("…", "..."), ("–", "\\(en")):
        plain = plain.replace(sign, written)
    return plain
