"""The laptop's half of the key: 32 random bytes in the system's own secret store; without them a copy is worthless.

Only stores that encrypt are used. Where there is none, there is none: a secret is never kept in a file.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import importlib
import os
import secrets as random
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_BYTES = 32
SERVICE = "holdfast"
# Module and class of every back end that may hold a secret. The list is closed: back ends that write plain text, do
# nothing, always fail or pass on to others (keyrings.alt, null, fail, chainer) are not on it, and neither the
# environment nor keyring's own settings file is asked.
ALLOWED = {
    "linux": (
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.libsecret", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
    ),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
}
_PROBE_S = 3.0  # a session bus that does not answer must not hold up the unlock screen
_PROBE_ELSEWHERE_S = 30.0  # no bus is asked there: what takes long is loading from a cold disk under a virus scanner
_ASK_S = 120.0  # the system may ask its user to open the store


class SecretStore(Protocol):
    """Where a device secret is kept. Every method may raise StoreUnavailable."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, secret: bytes) -> None: ...

    def delete(self, name: str) -> None: ...


class StoreUnavailable(Exception):
    """The system's secret store did not answer, is locked or refused."""


class SecretsInMemory:
    """A store that forgets with the process: for tests and simulations."""

    def __init__(self, kept: dict[str, bytes] | None = None) -> None:
        self._kept: dict[str, bytes] = kept or {}

    def __repr__(self) -> str:
        return f"SecretsInMemory({len(self._kept)} kept)"

    def get(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def put(self, name: str, secret: bytes) -> None:
        self._kept[name] = secret

    def delete(self, name: str) -> None:
        self._kept.pop(name, None)


class SystemStore:
    """One allowed keyring back end. Secrets are text there, so they are kept in base 64."""

    def __init__(self, backend: Any) -> None:
        """Raises StoreUnavailable for a back end that is not on the list."""
        if not is_allowed(backend):
            raise StoreUnavailable(f"{type(backend).__module__} is not an allowed secret store")
        self._backend = backend

    def __repr__(self) -> str:
        return f"SystemStore({type(self._backend).__module__})"

    def get(self, name: str) -> bytes | None:
        text = _within(_ASK_S, lambda: self._backend.get_password(SERVICE, name))
        try:
            return base64.b64decode(text, validate=True) if isinstance(text, str) else None
        except (binascii.Error, ValueError):
            return None

    def put(self, name: str, secret: bytes) -> None:
        text = base64.b64encode(secret).decode()
        _within(_ASK_S, lambda: self._backend.set_password(SERVICE, name, text))

    def delete(self, name: str) -> None:
        if self.get(name) is not None:
            _within(_ASK_S, lambda: self._backend.delete_password(SERVICE, name))


def make(store: SecretStore | None, device_id: str) -> tuple[bytes | None, str]:
    """A device secret that the store has shown to keep, and its name; (None, "") where there is no such store."""
    if store is None:
        return None, ""
    secret, name = random.token_bytes(SECRET_BYTES), f"{device_id}-{random.token_hex(4)}"
    try:
        store.put(name, secret)
        return (secret, name) if store.get(name) == secret else (None, "")
    except StoreUnavailable:
        return None, ""


def recall(store: SecretStore | None, name: str) -> bytes | None:
    """The device secret of that name, or None where the store does not give it."""
    if store is None or not name:
        return None
    try:
        secret = store.get(name)
    except StoreUnavailable:
        return None
    return secret if secret is not None and len(secret) == SECRET_BYTES else None


def drop(store: SecretStore | None, name: str) -> None:
    """Forget a device secret; a store that does not answer keeps it, which opens nothing."""
    if store is not None and name:
        with contextlib.suppress(StoreUnavailable):
            store.delete(name)


def is_allowed(backend: object) -> bool:
    """Whether the object is exactly one of the listed back ends; a subclass or a look-alike is not."""
    kind = type(backend)
    if (kind.__module__, kind.__qualname__) not in ALLOWED.get(_platform(), ()):
        return False
    return getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind


def system_store() -> SecretStore | None:
    """The system's secret store for this user, or None where there is none that may be used. Quick and quiet."""
    if _platform() == "linux" and not _session_bus():
        return None
    patience = _PROBE_S if _platform() == "linux" else _PROBE_ELSEWHERE_S
    for module, name in ALLOWED.get(_platform(), ()):
        try:
            return SystemStore(_within(patience, partial(_start, module, name)))
        except StoreUnavailable:
            continue  # the next one on the list, or none: the unlock screen says so
    return None


def _start(module: str, name: str) -> object:
    kind = getattr(importlib.import_module(module), name)
    if not kind.priority > 0:  # raises where the store is not running
        raise StoreUnavailable(module)
    backend = kind()
    if _platform() == "win32":
        backend.persist = "local machine"  # the default travels with a roaming profile to other machines
    return backend


def _platform() -> str:
    return "linux" if sys.platform.startswith(("linux", "freebsd")) else sys.platform


def _session_bus() -> bool:
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and (Path(runtime or "") / "bus").exists()


def _within(seconds: float, ask: Callable[[], Any]) -> Any:
    """The answer of `ask`, or StoreUnavailable when it fails in any way or takes longer."""
    answers: list[Any] = []

    def work() -> None:
        try:
            answers.append((True, ask()))
        # Back ends raise their own kinds, those of D-Bus, of ctypes and of the import system; all mean one thing.
        except Exception as error:  # noqa: BLE001
            answers.append((False, type(error).__name__))

    thread = threading.Thread(target=work, name="secret store", daemon=True)
    thread.start()
    thread.join(seconds)
    if not answers:
        raise StoreUnavailable("no answer")
    worked, value = answers[0]
    if not worked:
        raise StoreUnavailable(value)
    return value
