"""An invented force's policy and key, in a folder as administrators would write it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import signed
from app.force.document import text_of
from app.force.places import KEY_FILE, POLICY_FILE, SIGNATURE_FILE, Folder
from app.force.standing import load
from app.policy import Policy

DAY = date(2027, 3, 1)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()

TEXT = """\
# The policy of an invented force.
format = "holdfast-policy/1"
organisation = "Northmoor"
serial = 7
issued = 2027-01-15
reason = "Order 12 of the district."
locked = ["idle_lock_s", "passphrase_least_length", "safe_contact_days"]

[settings]
idle_lock_s = 240
passphrase_least_length = 20
safe_contact_days = 14
undo_minutes = 10
lock_on_suspend = true
local_words = ["northmoor", "harrow"]
hide_key = "esc"
"""


def signature(text: str | bytes, key: Ed25519PrivateKey = KEY) -> str:
    """The signature of a policy."""
    body = text.encode() if isinstance(text, str) else text
    return signed.sign(text_of(body).encode(), signed.POLICY, key)


class Laptop:
    """The folder of a laptop that an administrator fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755, exist_ok=True)
        folder.chmod(0o755)

    def put(self, name: str, data: str | bytes) -> None:
        file = self.folder / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        file.chmod(0o644)

    def policy(self, text: str = TEXT, key: Ed25519PrivateKey = KEY) -> Laptop:
        """Put a policy there, signed."""
        self.put(POLICY_FILE, text)
        self.put(SIGNATURE_FILE, signature(text, key))
        return self

    def trust(self, *keys: bytes) -> Laptop:
        """Pin keys."""
        self.put(KEY_FILE, "# keys of the force\n" + "".join(f"{signed.public_line(key)}\n" for key in keys))
        return self

    def load(self, today: date = DAY) -> Policy:
        """What is in force. Files of a test belong to whoever runs it."""
        return load(today, Folder(self.folder, os.getuid() if hasattr(os, "getuid") else 0))


def laptop(folder: Path, text: str = TEXT) -> Laptop:
    """A laptop with a policy in force."""
    return Laptop(folder).policy(text).trust(PUBLIC)
