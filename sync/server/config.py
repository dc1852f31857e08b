"""What the server is told at its start: environment HOLDFAST_SERVER_* over a TOML file, checked before all else."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.problems import Problem
from sync.server.authority import is_address

PREFIX = "HOLDFAST_SERVER_"
INSTALLED = Path("/etc/holdfast-server/server.toml")
"""The configuration of an installed server, where nothing else is named."""


@dataclass(frozen=True)
class Config:
    """Where the server is reached, where its database is, and which keys it uses.

    `database`: what the serving role connects with; `owner_database`: what migrations and new organisations need.
    `certificate`, `certificate_key`: TLS; `authority`: the certificate that laptops pin; `signing_key`: PEM, Ed25519.
    `trial`: everything on it is for trying out; it takes practice vaults, and others only where a person said so.
    `sign_in_…`: the identity provider where officers show who they are; `code_alone`: there is none, by intention.
    `public_port`: under which laptops reach it, where that is not `port`.
    `trusted_proxy`: the address of the one machine whose word is taken for where a request came from.
    `recovery_key`: the public key that backups are sealed for; `retention`: how long cases are kept, instead of ours.
    `metrics_port`: where figures are told to this machine alone; 0 for nowhere.
    """

    database: str
    certificate: Path
    certificate_key: Path
    authority: Path
    signing_key: Path
    owner_database: str = ""
    host: str = "127.0.0.1"
    port: int = 8443
    public_host: str = "127.0.0.1"
    public_port: int = 0
    trusted_proxy: str = ""
    pool: int = 8
    connections: int = 1000
    openapi: bool = False
    trial: bool = False
    sign_in_issuer: str = ""
    sign_in_client: str = ""
    sign_in_keys: Path | None = None
    sign_in_claim: str = "sub"
    sign_in_scope: str = "openid"
    code_alone: bool = False
    recovery_key: Path | None = None
    retention: Path | None = None
    metrics_port: int = 0
    housekeeping_minutes: int = 60
    log_level: str = "INFO"

    @property
    def reached(self) -> tuple[str, int]:
        """Name and port under which laptops reach it."""
        return self.public_host, self.public_port or self.port


_FILES = ("certificate", "certificate_key", "authority", "signing_key")
_SECRET = ("certificate_key", "signing_key")
_SIGN_IN = ("sign_in_issuer", "sign_in_client", "sign_in_keys")
_RANGES = {
    "port": (1, 65535),
    "public_port": (0, 65535),
    "pool": (1, 200),
    "connections": (1, 100_000),
    "metrics_port": (0, 65535),
    "housekeeping_minutes": (1, 24 * 60),
}
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class _Told:
    """A value as it was told, and where."""

    value: Any
    place: str


def read(environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Config:
    """The configuration. Raises Problem server.config_*: what is missing, unknown or cannot be, and where it stands."""
    if file is None and environment.get(PREFIX + "CONFIG"):
        file = Path(environment[PREFIX + "CONFIG"])
    # The folder, for the file in it is hidden from whoever may not read it, and that is what must be said then.
    if file is None and INSTALLED.parent.exists():
        file = INSTALLED
    told = _from_file(file) if file else {}
    for name, value in environment.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            told[name.removeprefix(PREFIX).lower()] = _Told(value, name)
    known = {field.name: field for field in fields(Config)}
    for name, one in told.items():
        if name not in known:
            raise Problem("server.config_unknown", name=name, place=one.place, known=", ".join(sorted(known)))
    for name in ("database", *_FILES):
        if name not in told or not told[name].value:
            raise Problem("server.config_missing", name=name, variable=PREFIX + name.upper())
    return Config(**{name: _value(name, one, str(known[name].type)) for name, one in told.items()})


def check_serving(config: Config) -> None:
    """What only serving needs: secrets that nobody else reads, and a way for officers to show who they are.

    Raises Problem server.config_open, server.config_value, server.sign_in_missing.
    """
    for name in _SECRET:
        file: Path = getattr(config, name)
        if os.name == "posix" and file.stat().st_mode & 0o007:
            raise Problem("server.config_open", name=name, file=str(file))
    missing = [name for name in _SIGN_IN if not getattr(config, name)]
    if len(missing) == len(_SIGN_IN) and (config.trial or config.code_alone):
        return
    if missing:
        raise Problem("server.sign_in_missing", name=missing[0])
    issuer = urlsplit(config.sign_in_issuer)
    if issuer.scheme != "https" or not issuer.hostname or issuer.query or issuer.fragment:
        raise Problem("server.config_value", name="sign_in_issuer", place=config.sign_in_issuer, allowed="https://…")
    if config.code_alone:
        raise Problem("server.config_value", name="code_alone", place="sign_in_issuer is set, too", allowed="false")


def _from_file(file: Path) -> dict[str, _Told]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem("server.config_unreadable", file=str(file), reason=error.strerror or "no access") from error
    except UnicodeDecodeError as error:
        raise Problem("server.config_unreadable", file=str(file), reason=f"byte {error.start} is no UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        # TOML's own words name the line and the column and repeat nothing of the text.
        raise Problem("server.config_unreadable", file=str(file), reason=str(error)) from error
    return {name: _Told(value, str(file)) for name, value in told.items()}


def _value(name: str, told: _Told, kind: str) -> Any:
    if not isinstance(told.value, str | int | bool):
        raise _wrong(name, told, "a text, a whole number, true or false")
    text = str(told.value)
    if kind == "Path" or (kind == "Path | None" and text):
        path = Path(text)
        if not path.is_file() or not os.access(path, os.R_OK):
            raise Problem("server.config_file", name=name, file=text, place=told.place)
        return path
    if kind == "Path | None":
        return None
    if kind == "int":
        least, most = _RANGES[name]
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            raise _wrong(name, told, f"{least} … {most}")
        return int(text)
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise _wrong(name, told, "true, false")
        return text.lower() == "true"
    if name == "log_level" and text not in _LEVELS:
        raise _wrong(name, told, ", ".join(_LEVELS))
    if any(not sign.isprintable() for sign in text):
        raise _wrong(name, told, "a text on one line")
    if name == "trusted_proxy" and text and not is_address(text):
        raise _wrong(name, told, "the address of one machine, such as 127.0.0.1")
    return text


def _wrong(name: str, told: _Told, allowed: str) -> Problem:
    return Problem("server.config_value", name=name, place=told.place, allowed=allowed)
