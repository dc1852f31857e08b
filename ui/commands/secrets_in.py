"""Where a passphrase or a recovery code comes from: a prompt, a file, or standard input. Never an argument."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Any

from app.i18n import N_, translator
from app.policy import Policy
from app.problems import Problem

MOST_BYTES = 64 * 1024


def passphrase(options: Any) -> str:
    """The vault's passphrase. Raises Problem commands.no_passphrase, commands.secret_unreadable."""
    return _one(options, options.passphrase_file, N_("Passphrase: "), "commands.no_passphrase")


def receipt(options: Any) -> str:
    """The receipt of another laptop. Raises Problem commands.no_code, commands.secret_unreadable."""
    return _one(options, options.code_file, N_("Receipt: "), "commands.no_code")


def recovery_code(options: Any) -> str:
    """The recovery code. Raises Problem commands.no_code, commands.secret_unreadable."""
    file = options.code_file or options.passphrase_file
    return _one(options, file, N_("Recovery code: "), "commands.no_code")


def new_passphrase(options: Any, file: str | None, force: Policy, *names: str) -> tuple[str, bool]:
    """A new passphrase, and whether it was made by chance (then it is shown). At a prompt it is typed twice.

    `force`: what the force says about passphrases; `names`: what no passphrase may be built on either.
    Raises Problem commands.no_passphrase, commands.passphrases_differ, commands.secret_unreadable, vault.weak_*.
    """
    from app.vault.passphrases import generate, weakness

    if options.generate:
        return generate(), True
    chosen = typed_twice(options, file)
    code = weakness(chosen, [*force.local_words, *names], force.passphrase_least_length)
    if code is not None:
        raise Problem(code, least=force.passphrase_least_length)
    return chosen, False


def typed_twice(options: Any, file: str | None) -> str:
    """A passphrase that does not open anything yet: at a prompt it is typed twice.

    Raises Problem commands.no_passphrase, commands.passphrases_differ, commands.secret_unreadable.
    """
    from app.vault.passphrases import generate

    if file or not _at_terminal():
        return _one(options, file, "", "commands.no_passphrase")
    words = translator(options.language)
    print(words.text(N_("For example, made by chance just now: {words}"), words=generate()), file=sys.stderr)
    first = _one(options, None, N_("New passphrase: "), "commands.no_passphrase")
    if _one(options, None, N_("The same once more: "), "commands.no_passphrase") != first:
        raise Problem("commands.passphrases_differ")
    return first


def _one(options: Any, file: str | None, prompt: str, missing: str) -> str:
    if file:
        text = _first_line(file)
    elif _at_terminal():
        from getpass import getpass

        try:
            text = getpass(translator(options.language).text(prompt))
        except EOFError:
            text = ""
    else:
        text = _next_line()
    if not text:
        raise Problem(missing)
    return unicodedata.normalize("NFC", text)


def _first_line(file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            return _text(opened.readline(MOST_BYTES), Path(file).name)
    except (OSError, ValueError) as error:
        raise Problem("commands.secret_unreadable", file=Path(file).name) from error


def _next_line() -> str:
    stream = getattr(sys.stdin, "buffer", None)
    return _text(stream.readline(MOST_BYTES), "standard input") if stream is not None else ""


def _text(line: bytes, name: str) -> str:
    try:
        return line.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise Problem("commands.secret_unreadable", file=name) from error


def _at_terminal() -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    # Windows calls NUL a terminal too: a scheduled task would wait for ever for keys that nobody can press.
    handle = msvcrt.get_osfhandle(sys.stdin.fileno())
    return bool(ctypes.windll.kernel32.GetConsoleMode(ctypes.c_void_p(handle), ctypes.byref(ctypes.c_ulong())))
