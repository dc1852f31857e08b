"""What the server is told at its start: environment HOLDFAST_SERVER_* over a TOML file, checked before all else."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.problems import Problem

PREFIX = "HOLDFAST_SERVER_"


@dataclass(frozen=True)
class Config:
    """Where the server is reached, where its database is, and which keys it uses.

    `database`: what the serving role connects with; `owner_database`: what migrations and new organisations need.
    `certificate`, `certificate_key`: TLS; `authority`: the certificate that laptops pin; `signing_key`: PEM, Ed25519.
    `trial`: everything on it is for trying out; it takes practice vaults, and others only where a person said so.
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
    pool: int = 8
    connections: int = 1000
    openapi: bool = False
    trial: bool = False
    log_level: str = "INFO"


_FILES = ("certificate", "certificate_key", "authority", "signing_key")
_RANGES = {"port": (1, 65535), "pool": (1, 200), "connections": (1, 100_000)}


def read(environment: Mapping[str, str] = os.environ, file: Path | None = None) -> Config:
    """The configuration. Raises Problem server.config_*: what is missing, unknown or cannot be."""
    file = file or (Path(environment[PREFIX + "CONFIG"]) if environment.get(PREFIX + "CONFIG") else None)
    told = _from_file(file) if file else {}
    for name, value in environment.items():
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            told[name.removeprefix(PREFIX).lower()] = value
    known = {field.name: field for field in fields(Config)}
    for name in told:
        if name not in known:
            raise Problem("server.config_unknown", name=name, known=", ".join(sorted(known)))
    for name in ("database", *_FILES):
        if not told.get(name):
            raise Problem("server.config_missing", name=name, variable=PREFIX + name.upper())
    return Config(**{name: _value(name, told[name], str(known[name].type)) for name in told})


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem("server.config_unreadable", file=str(file)) from error


def _value(name: str, told: Any, kind: str) -> Any:
    if kind == "Path":
        path = Path(str(told))
        if not path.is_file() or not os.access(path, os.R_OK):
            raise Problem("server.config_file", name=name, file=str(path))
        return path
    if kind == "int":
        least, most = _RANGES[name]
        text = str(told)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise Problem("server.config_value", name=name, allowed=f"{least} … {most}")
        return int(text)
    if kind == "bool":
        if str(told).lower() not in ("true", "false"):
            raise Problem("server.config_value", name=name, allowed="true, false")
        return str(told).lower() == "true"
    if name == "log_level" and told not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise Problem("server.config_value", name=name, allowed="DEBUG, INFO, WARNING, ERROR")
    return str(told)
