"""An answer is believed where it bears the server's signature for this very question, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.problems import Problem
from sync.client.asking import Asking
from sync.client.transport import Answer
from sync.wire import limits, messages, signing
from tests.store.vaults import new_store

SERVER, STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32)), Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
BODY = signing.pack(messages.encode(messages.Health(ready=True)))
OTHER = signing.pack(messages.encode(messages.Health(ready=False)))

Sign = Callable[[str], str]


def signed(key: Ed25519PrivateKey, nonce: str, status: int = 200, body: bytes = BODY) -> str:
    return signing.to_text(key.sign(signing.answer_bytes(nonce, status, body)))


class Answering:
    """Somebody at the other end, who answers every question with the same body."""

    def __init__(self, sign: Sign, status: int) -> None:
        self._sign, self._status = sign, status

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return Answer(self._status, {signing.SIGNATURE.lower(): self._sign(headers[signing.NONCE])}, BODY)

    def close(self) -> None:
        """There is no connection."""


def asked(folder: Path, sign: Sign, status: int = 200) -> messages.Health:
    asking = Asking(new_store(folder), SERVER.public_key().public_bytes_raw(), Answering(sign, status))
    return asking.ask("/v1/lease", messages.WantLease(protocol=limits.PROTOCOL), messages.Health)


def test_the_servers_answer_to_this_question_is_believed(tmp_path):
    assert asked(tmp_path / "vault", lambda nonce: signed(SERVER, nonce)).ready


@pytest.mark.parametrize(
    "sign",
    [
        lambda _nonce: "",
        lambda _nonce: "no signature",
        lambda nonce: signed(STRANGER, nonce),
        lambda _nonce: signed(SERVER, "0" * 32),
        lambda nonce: signed(SERVER, nonce, status=403),
        lambda nonce: signed(SERVER, nonce, body=OTHER),
    ],
    ids=["none", "nothing", "a stranger's", "to another question", "of another status", "of another body"],
)
@pytest.mark.parametrize(("status", "code"), [(200, "sync.not_the_server"), (503, "sync.unreachable")])
def test_no_other_answer_is_believed(tmp_path, sign, status, code):
    with pytest.raises(Problem) as told:
        asked(tmp_path / "vault", sign, status)
    assert told.value.code == code
