"""What gets through the door: signed, in turn, small enough, of a device that is enrolled and not revoked."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.notebook.ids import random_id
from sync.server import enrol
from sync.wire import limits, messages, signing
from tests.sync.laptops import Force, Laptop, RefusedError


def test_a_request_that_is_signed_is_answered_with_a_signature(laptop: Laptop):
    # `ask` looks at the signature of every answer, refusals included.
    assert laptop.pull_page().server_time


WRONG = {
    "a strange key": {"signer": Ed25519PrivateKey.generate()},
    "another body": {"signed": b"other"},
    "another path": {"signed_path": "/v1/push"},
    "another method": {"method": "GET"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_signature_that_is_not_of_this_request_is_refused(laptop: Laptop, wrong: str):
    wish = messages.WantHistory(protocol=1, epoch="", case=random_id())
    with pytest.raises(RefusedError, match="401 signature"):
        laptop.ask("/v1/history", wish, messages.History, **WRONG[wrong])


def test_a_device_that_nobody_knows_is_refused(force: Force):
    stranger = Laptop(force, "nobody")
    with pytest.raises(RefusedError, match="401 not_enrolled"):
        stranger.pull_page()


@pytest.mark.parametrize("left_out", [signing.DEVICE, signing.COUNTER, signing.NONCE, signing.SIGNATURE])
def test_a_request_without_one_of_its_headers_is_refused(laptop: Laptop, left_out: str):
    packed = signing.pack(messages.encode(messages.WantHistory(protocol=1, epoch="", case=random_id())))
    headers = laptop.headers("/v1/history", packed)
    del headers[left_out]
    status, _, _ = laptop.raw("POST", "/v1/history", packed, headers)
    assert status in (400, 401)


def test_a_counter_that_was_seen_is_refused_and_told(laptop: Laptop):
    laptop.pull_page()
    packed = signing.pack(messages.encode(laptop.push_message()))
    headers = laptop.headers("/v1/push", packed)
    first = laptop.raw("POST", "/v1/push", packed, headers)
    again = laptop.raw("POST", "/v1/push", packed, headers)
    assert first[0] == 200
    with pytest.raises(RefusedError) as refused:
        laptop.believed(again[0], {**again[1], "asked-nonce": headers[signing.NONCE]}, again[2], messages.Pushed)
    assert (refused.value.status, refused.value.code, refused.value.refusal.last) == (409, "counter", laptop.counter)


def test_a_captured_push_said_a_hundred_times_changes_nothing(force: Force, laptop: Laptop):
    laptop.new_case()
    packed = signing.pack(messages.encode(laptop.push_message(*laptop.writer.entries)))
    headers = laptop.headers("/v1/push", packed)
    assert laptop.raw("POST", "/v1/push", packed, headers)[0] == 200
    before = force.rows("SELECT number, leaves FROM counter WHERE org_id = %s", force.org)
    assert {laptop.raw("POST", "/v1/push", packed, headers)[0] for _ in range(100)} == {409}
    assert force.rows("SELECT number, leaves FROM counter WHERE org_id = %s", force.org) == before == [(1, 1)]


def test_an_answer_of_the_server_is_for_one_question(laptop: Laptop):
    status, headers, body = laptop.send("/v1/pull", signing.pack(b"{}"))
    said = signing.answer_bytes("0" * 32, status, body)
    assert not signing.holds(headers["holdfast-signature"], said, signing.from_text(laptop.force.server_key))


def test_nothing_of_a_stranger_is_unpacked(laptop: Laptop):
    # Said with a strange key, a bomb gets the answer of the signature and not that of its size.
    bomb = signing.pack(b"0" * (200 << 20))
    assert laptop.send("/v1/push", bomb, signer=Ed25519PrivateKey.generate())[0] == 401
    assert laptop.send("/v1/push", bomb)[0] == 413


def test_a_bomb_that_does_not_tell_its_size_is_stopped_too(laptop: Laptop):
    packer = zstandard.ZstdCompressor(level=19, write_content_size=False).compressobj()
    bomb = b"".join(packer.compress(b"0" * (1 << 20)) for _ in range(200)) + packer.flush()
    assert laptop.send("/v1/push", bomb)[0] == 413


def test_a_body_over_the_limit_is_refused(laptop: Laptop):
    try:
        status = laptop.send("/v1/push", b"x" * (limits.BODY + 1))[0]
    except (http.client.HTTPException, OSError):
        # The server may hang up before all of it is sent.
        status = 413
    assert status == 413
    assert laptop.send("/v1/push", b"x" * limits.BODY)[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"protocol":"1"}',
        b'{"protocol":1,"epoch":"","entries":{}}',
        b'{"protocol":1,"epoch":"","entries":[{"entry":1,"signature":1}]}',
        b'{"protocol":1,"epoch":"","entries":[{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b',"signature":""}]}',
        b'{"protocol":1e999,"epoch":"","entries":[]}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_message_is_malformed(laptop: Laptop, body: bytes):
    status, headers, answer = laptop.send("/v1/push", signing.pack(body))
    with pytest.raises(RefusedError) as refused:
        laptop.believed(status, headers, answer, messages.Pushed)
    assert refused.value.code in ("malformed", "too_large")


def test_what_is_not_packed_is_malformed(laptop: Laptop):
    assert laptop.send("/v1/push", b'{"protocol":1,"epoch":"","entries":[]}')[0] == 400


def test_entries_that_are_none_have_one_answer(laptop: Laptop):
    packed = signing.pack(b'{"protocol":1,"epoch":"","entries":[{"entry":1,"signature":""}]}')
    answer = laptop.believed(*laptop.send("/v1/push", packed), messages.Pushed)
    assert [(o.outcome, o.reason) for o in answer.outcomes] == [("refused", "malformed")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_and_paths_are_not_there(laptop: Laptop, method: str):
    assert laptop.raw(method, "/v1/push", b"", {})[0] in (404, 405)
    assert laptop.raw("GET", "/v1/push", b"", {})[0] in (404, 405)
    assert laptop.raw("GET", "/v1/nothing", b"", {})[0] == 404


def test_tls_is_1_3_and_nothing_older(force: Force):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(str(force.config.authority))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", force.port)) as plain, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_the_servers_name_is_not_told(laptop: Laptop):
    _, headers, body = laptop.raw("GET", "/v1/health", b"", {})
    assert json.loads(body) == {"ready": True}
    assert "server" not in headers


def test_no_answer_is_kept_on_the_way(laptop: Laptop):
    for path in ("/v1/health", "/v1/nothing"):
        _, headers, _ = laptop.raw("GET", path, b"", {})
        assert headers["cache-control"] == "no-store"


def test_a_revoked_device_gets_its_order_and_nothing_else_at_once(force: Force, laptop: Laptop):
    other = force.laptop()
    laptop.new_case()
    laptop.push()
    assert other.pull()
    laptop.set(laptop.new_case(), "reference", "later")
    laptop.push()
    force.do(lambda c, org: enrol.revoke(c, org, [other.device]))
    begun = time.monotonic()
    with pytest.raises(RefusedError) as refused:
        other.pull_page()
    assert time.monotonic() - begun < 60
    assert refused.value.code == "revoked"
    order = refused.value.refusal.order
    assert order is not None
    said = messages.statement(order)
    assert (said["kind"], said["device"]) == ("wipe", other.device)
    assert signing.holds(
        order.signature, signing.statement_bytes(bytes(order.body)), signing.from_text(force.server_key)
    )


def test_what_a_revoked_device_still_sends_is_kept_apart(force: Force, laptop: Laptop):
    laptop.new_case()
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    answer = laptop.push()
    assert [(o.outcome, o.reason) for o in answer.outcomes] == [("refused", "revoked")]
    assert answer.order is not None
    assert force.rows("SELECT count(*) FROM quarantine WHERE org_id = %s", force.org) == [(1,)]


def test_an_officer_out_of_service_is_shut_out(force: Force, laptop: Laptop):
    force.do(lambda c, org: c.execute("UPDATE officer SET active = false WHERE org_id = %s", (org,)))
    with pytest.raises(RefusedError, match="403 revoked"):
        laptop.pull_page()


def test_a_flood_of_pushes_is_slowed_down_and_others_are_served(force: Force, laptop: Laptop):
    other = force.laptop()
    for _ in range(limits.PUSHES_PER_MINUTE):
        laptop.ask("/v1/push", laptop.push_message(), messages.Pushed)
    with pytest.raises(RefusedError) as refused:
        laptop.ask("/v1/push", laptop.push_message(), messages.Pushed)
    assert refused.value.code == "too_many"
    assert 0 < refused.value.refusal.retry_s <= 61
    assert other.push().outcomes == []
    assert laptop.pull_page().server_time


def test_no_name_and_no_id_reaches_the_log(trial, force: Force, laptop: Laptop):
    secret = "Zebedee Quince"
    laptop.new_case(secret)
    laptop.push()
    laptop.raw("GET", "/v1/" + secret.replace(" ", "%20"), b"", {})
    laptop.raw("GET", f"/v1/history?case={laptop.device}", b"", {})
    told = trial.folder.with_name(f"{trial.folder.name}.log").read_text()
    assert "POST /v1/push 200" in told
    for word in (secret, "Zebedee", laptop.device, laptop.author, force.org):
        assert word not in told
