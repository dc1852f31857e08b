"""Only stores that encrypt are used; without one the answer is quick and quiet."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.vault import device_secret
from app.vault.device_secret import SecretsInMemory, StoreUnavailable, SystemStore, system_store

ROOT = Path(__file__).parents[2]


def back_end(module: str, name: str) -> object:
    """An object whose class says that it comes from that module."""
    return type(name, (), {"__module__": module, "priority": 9})()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyrings.alt.file", "PlaintextKeyring"),
        ("keyrings.alt.file", "EncryptedKeyring"),
        ("keyrings.alt.Gnome", "Keyring"),
        ("keyring.backends.null", "Keyring"),
        ("keyring.backends.fail", "Keyring"),
        ("keyring.backends.chainer", "ChainerBackend"),
        ("keyring.backends.kwallet", "DBusKeyringKWallet4"),
        ("__main__", "Keyring"),
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.libsecret", "Keyring"),
    ],
)
def test_plain_text_null_and_look_alike_stores_are_refused(module: str, name: str) -> None:
    assert not device_secret.is_allowed(back_end(module, name))
    with pytest.raises(StoreUnavailable):
        SystemStore(back_end(module, name))


def test_keyrings_own_weak_back_ends_are_refused() -> None:
    from keyring.backends import chainer, fail, null

    for kind in (null.Keyring, fail.Keyring, chainer.ChainerBackend):
        with pytest.raises(StoreUnavailable):
            SystemStore(kind())


def test_a_listed_back_end_is_accepted_and_its_child_is_not() -> None:
    from keyring.backends import SecretService

    assert "SecretService" in repr(SystemStore(SecretService.Keyring()))
    child = type("Keyring", (SecretService.Keyring,), {"__module__": SecretService.__name__})
    assert not device_secret.is_allowed(child())


def test_the_list_names_no_store_that_writes_plain_text() -> None:
    listed = {f"{module}.{name}" for pairs in device_secret.ALLOWED.values() for module, name in pairs}
    assert listed == {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }


@pytest.mark.parametrize("bus", [None, "unix:path=/nowhere/bus", "nonsense", ""])
def test_without_a_session_there_is_no_store_and_no_noise(bus: str | None, tmp_path: Path) -> None:
    """Neither the environment nor keyring's settings file can bring in another back end."""
    settings = tmp_path / "python_keyring"
    settings.mkdir()
    (settings / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    if bus is not None:
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus
    ask = "import sys; from app.vault import device_secret as d; print(d.system_store(), 'keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"None {bool(bus)}\n", "")


def test_a_bus_that_does_not_answer_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "bus"))
        deaf.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        monkeypatch.setattr(device_secret, "_PROBE_S", 0.1)
        assert system_store() is None


class Backend:
    """A keyring back end that does what the test asks."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None

    def get_password(self, service: str, name: str) -> str | None:
        if self.error:
            raise self.error
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        if self.error:
            raise self.error
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


def test_a_secret_comes_back_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_secret, "is_allowed", lambda _: True)
    backend = Backend()
    for store in (SystemStore(backend), SecretsInMemory()):
        secret = bytes(range(32))
        assert store.get("one") is None
        store.put("one", secret)
        store.put("two", bytes(32))
        assert store.get("one") == secret
        store.delete("one")
        store.delete("one")
        assert (store.get("one"), store.get("two")) == (None, bytes(32))
    backend.kept["holdfast", "two"] = "not base 64 ü"
    assert SystemStore(backend).get("two") is None
    for error in (RuntimeError("locked"), OSError("gone"), KeyError("x")):
        backend.error = error
        for ask in (lambda: SystemStore(backend).get("two"), lambda: SystemStore(backend).put("two", b"")):
            with pytest.raises(StoreUnavailable) as caught:
                ask()
            assert str(caught.value) == type(error).__name__
