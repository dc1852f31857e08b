"""Proof of the notebook: every signature, every column against what was signed, and the chain of this device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.notebook import entry as notebook
from app.notebook.entry import EntryRefused, SignedEntry
from app.problems import Problem

SELECT = (
    "SELECT device, first, count, case_id, hash, body, signature, state = 'gone' AND"
    " (EXISTS (SELECT 1 FROM gone WHERE gone.case_id = entry.case_id)"
    " OR EXISTS (SELECT 1 FROM snapshot WHERE snapshot.case_id = entry.case_id AND whole = 0)) FROM entry"
)


def check(kept: Iterable[tuple[Any, ...]], keys: Mapping[str, bytes], chained: str, last: int, last_hash: str) -> None:
    """Check entries, as SELECT gives them; those of the device `chained` must follow each other after number `last`.

    Raises Problem store.rolled_back.
    """
    public = {device: Ed25519PublicKey.from_public_bytes(raw) for device, raw in keys.items()}
    for device, first, count, case_id, digest, body, signature, gone in kept:
        if gone and not body:
            # It went with its case, or is not back with it yet; in the chain, the next entry still names its hash.
            if device == chained:
                last, last_hash = first + count - 1, digest
            continue
        signed = SignedEntry(body, signature)
        try:
            entry = notebook.verify(signed, public[device])
        except (EntryRefused, KeyError) as error:
            raise Problem("store.rolled_back", after=last) from error
        said = (entry.device, entry.first, entry.count, entry.case, signed.hash)
        if said != (device, first, count, case_id, digest):
            raise Problem("store.rolled_back", after=last)
        if device == chained:
            if not notebook.follows(entry, last, last_hash):
                raise Problem("store.rolled_back", after=last)
            last, last_hash = entry.first + entry.count - 1, signed.hash
