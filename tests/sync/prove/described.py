"""Requests made from the server's own description, right and wrong ones, signed as a laptop signs: every check holds.

The description is the one that the running server shows; the checks are all of Schemathesis.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

import requests
import schemathesis
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from sync.wire import signing
from tests.sync.laptops import Laptop
from tests.sync.prove.processes import Server, server
from tests.sync.prove.rest import Found

PACKED = "application/json+zstd"
# A right request may still find nothing, or too many of something; a wrong one may be too old before all else.
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", 403, 404, 409]},
            "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 413, 426]},
        }
    }
)


@schemathesis.serializer(PACKED)
def _packed(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else signing.pack(json.dumps(value).encode("utf-8", "surrogatepass"))


@schemathesis.deserializer(PACKED)
def _unpacked(_context: Any, response: Any) -> Any:
    return json.loads(signing.unpack(response.content))


class Signed(requests.auth.AuthBase):
    """Signs what is about to be sent, as it is sent, with the key of a laptop."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        path = (request.path_url or "").split("?")[0]
        headers = self.laptop.headers(path, body.encode() if isinstance(body, str) else body, method=request.method)
        headers.pop("Content-Type")
        request.headers.update(headers)
        return request


def run(examples: int, seed: int = 0, off: str = "") -> Found:
    """So many requests of each kind to each path."""
    found = Found()
    with server(off=off) as made:
        laptop = made.force.laptop()
        laptop.new_case()
        laptop.push()
        schema = schemathesis.openapi.from_url(
            f"https://127.0.0.1:{made.port}/v1/schema/openapi.json", verify=str(made.config.authority), config=CONFIG
        )
        for operation in schema.get_all_operations():
            for mode in GenerationMode:
                _all_of(operation.ok(), mode, examples, made, laptop, found)
        if not made.answers():
            found.faults.append("nobody answers any more")
        found.faults += sorted({line.split("bug:")[1] for line in made.log.read_text().splitlines() if "bug:" in line})
        laptop.close()
    return found


def _with_a_code(body: dict[str, Any], made: Server) -> Laptop:
    """Give a made-up enrolment a code that holds and a device that signs, so that the rest of it is looked at, too."""
    officer = made.force.officer()
    laptop = Laptop(made.force, officer)
    key = laptop.writer.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    body |= {"secret": made.force.secret(officer).hex(), "device": laptop.device, "key": signing.to_text(key)}
    return laptop


def _all_of(operation: Any, mode: GenerationMode, examples: int, made: Server, laptop: Laptop, found: Found) -> None:
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        found.count(f"{mode.value} requests to {operation.path}")
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and "after" in case.body:
            # A place in a first synchronisation is the server's word; none that it gave can be made up.
            case.body["after"] = 0 if operation.path == "/v1/history" else ""
        signer = laptop
        if mode is GenerationMode.POSITIVE and operation.path == "/v1/enrol":
            signer = _with_a_code(case.body, made)
        header = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
        # A header that is meant to be wrong stays wrong.
        auth = None if header is not None and header.mode is GenerationMode.NEGATIVE else Signed(signer)
        try:
            case.call_and_validate(verify=str(made.config.authority), auth=auth, timeout=20)
        except FailureGroup as group:
            found.faults += [f"{operation.path}: {one.title}: {one.message}"[:300] for one in group.exceptions]

    # Of a path that takes nothing, nothing wrong can be asked.
    with contextlib.suppress(Unsatisfiable):
        each()
