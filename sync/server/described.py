"""The paths of the exchange as OpenAPI, made from the messages themselves: for tools that try a server out."""

from __future__ import annotations

from typing import Any

import msgspec

from sync.wire import limits, messages, signing
from sync.wire.messages import Message, Refusal

ASKED: dict[str, tuple[type[Message], type[Message]]] = {
    "/v1/enrol": (messages.Enrol, messages.Enrolled),
    "/v1/push": (messages.Push, messages.Pushed),
    "/v1/pull": (messages.Pull, messages.Pulled),
    "/v1/snapshots": (messages.WantSnapshots, messages.Snapshots),
    "/v1/history": (messages.WantHistory, messages.History),
    "/v1/proof": (messages.WantProof, messages.Proof),
    "/v1/lease": (messages.WantLease, messages.Leased),
    "/v1/packs": (messages.WantPacks, messages.Packs),
    "/v1/wiped": (messages.Wiped, messages.WipeNoted),
    "/v1/identity": (messages.NewIdentity, messages.Identified),
}
"""What each path takes, and what it answers."""

_PACKED = "application/json+zstd"
_HEADERS = {
    signing.DEVICE: "^[0-9a-f]{32}$",
    signing.COUNTER: "^[0-9]{1,18}$",
    signing.NONCE: "^[0-9a-f]{32}$",
    signing.SIGNATURE: "^[A-Za-z0-9+/]{86}==$",
}
_REFUSED = (400, 401, 403, 404, 405, 408, 409, 413, 426, 429, 503)

_LETS_WORK_OUT = ("/v1/enrol", "/v1/push", "/v1/identity", "/v1/wiped")
"""Paths over which an officer's work leaves a laptop, however old its program."""
_MOST = {("Push", "entries"): limits.ENTRIES, ("WantSnapshots", "cases"): limits.PAGE}


def document() -> dict[str, Any]:
    """The whole description. Bodies are shown as they are before they are packed."""
    kinds = [kind for pair in ASKED.values() for kind in pair]
    told, named = msgspec.json.schema_components(
        [*kinds, messages.Health, Refusal], ref_template="#/components/schemas/{name}"
    )
    for path, (takes, _) in ASKED.items():
        oldest = limits.OLDEST_PUSH if path in _LETS_WORK_OUT else limits.OLDEST_PULL
        named[takes.__name__]["properties"]["protocol"]["minimum"] = oldest
    for (name, field), most in _MOST.items():
        named[name]["properties"][field]["maxItems"] = most
    every: list[type[Message]] = [*kinds, messages.Health, Refusal]
    schemas = dict(zip(every, told, strict=True))
    paths: dict[str, Any] = {path: {"post": _asked(path, schemas)} for path in ASKED}
    paths["/v1/health"] = {"get": _open("Whether it takes work", "application/json", schemas[messages.Health])}
    paths["/v1/authority"] = {"get": _open("The authority", "application/x-pem-file", {"type": "string"})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Holdfast exchange", "version": "1"},
        "paths": paths,
        "components": {"schemas": named},
    }


def _asked(path: str, schemas: dict[type[Message], Any]) -> dict[str, Any]:
    takes, answers = ASKED[path]
    refusal = {"description": "Why it was not answered", "content": {_PACKED: {"schema": schemas[Refusal]}}}
    return {
        "operationId": path.removeprefix("/v1/"),
        "summary": (takes.__doc__ or "").splitlines()[0],
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
            for name, pattern in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {_PACKED: {"schema": schemas[takes]}}},
        "responses": {
            "200": {
                "description": (answers.__doc__ or "").splitlines()[0],
                "content": {_PACKED: {"schema": schemas[answers]}},
            },
            **{str(status): refusal for status in _REFUSED},
        },
    }


def _open(about: str, media: str, schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": about, "content": {media: {"schema": schema}}}}}
