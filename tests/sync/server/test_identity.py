"""What a token must be to show who signed in; with any one thing wrong it shows nothing."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from app.problems import Problem
from sync.server import identity
from sync.server.identity import NotShown, Provider
from sync.wire import limits

ISSUER, CLIENT, NONCE = "https://login.force.example", "holdfast", "the nonce of this enrolment"
NOW = 1_795_000_000
KEY, STRANGER = (RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}) for _ in range(2))
CURVE = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig", "alg": "ES256"})


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(KeySet([KEY, CURVE]).as_dict(private=False)))
    return Provider(ISSUER, CLIENT, file)


def token(header: dict[str, Any] | None = None, key: Any = KEY, **claims: Any) -> str:
    said = {"iss": ISSUER, "aud": CLIENT, "sub": "ada", "nonce": NONCE, "iat": NOW, "exp": NOW + 60, "auth_time": NOW}
    said = {name: value for name, value in {**said, **claims}.items() if value is not None}
    header = {"alg": "RS256", "kid": "first", **(header or {})}
    registry = JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    registry.max_header_length = 8192
    return jwt.encode(header, said, key, registry=registry)


def shown(provider: Provider, one: str) -> str:
    return identity.shown(provider, one, NONCE, datetime.fromtimestamp(NOW, UTC))


def raw(part: Any) -> str:
    packed = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def test_a_whole_token_shows_the_officer(provider: Provider):
    assert shown(provider, token()) == "ada"
    assert shown(provider, token({"alg": "PS256"})) == "ada"
    assert shown(provider, token({"alg": "ES256", "kid": "curve"}, CURVE)) == "ada"
    assert shown(provider, token(aud=[CLIENT, "another"], azp=CLIENT)) == "ada"
    assert shown(provider, token({"x5t": "ab", "of_the_provider": "x" * 1000})) == "ada"


LATE = limits.CLOCK_LEEWAY_S


@pytest.mark.parametrize(
    "claims, why",
    [
        ({"nonce": "of another enrolment"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": "https://login.other.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"iss": [ISSUER]}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"exp": NOW - LATE - 5}, "expired"),
        ({"exp": None}, "malformed"),
        ({"exp": "never"}, "malformed"),
        ({"exp": float("nan")}, "malformed"),
        ({"iat": NOW + LATE + 60}, "early"),
        ({"nbf": NOW + LATE + 60}, "early"),
        ({"iat": NOW - limits.SIGN_IN_FRESH_S - LATE - 5}, "expired"),
        ({"auth_time": NOW - limits.SIGN_IN_FRESH_S - LATE - 5}, "expired"),
        ({"auth_time": NOW + LATE + 60}, "early"),
        ({"auth_time": None}, "malformed"),
        ({"auth_time": True}, "malformed"),
        ({"sub": None}, "malformed"),
        ({"sub": ""}, "malformed"),
        ({"sub": ["ada"]}, "malformed"),
    ],
)
def test_with_one_thing_wrong_it_shows_nothing(provider: Provider, claims: dict[str, Any], why: str):
    with pytest.raises(NotShown, match=why):
        shown(provider, token(**claims))


def test_clocks_may_differ_a_little(provider: Provider):
    assert shown(provider, token(exp=NOW - LATE + 20)) == "ada"
    assert shown(provider, token(iat=NOW + LATE - 20)) == "ada"


def test_a_signature_of_somebody_else(provider: Provider):
    with pytest.raises(NotShown, match="signature"):
        shown(provider, token(key=STRANGER))
    with pytest.raises(NotShown, match="key"):
        shown(provider, token({"kid": "second"}, STRANGER))
    header, body, signature = token().split(".")
    other = raw({**json.loads(base64.urlsafe_b64decode(body + "==")), "sub": "ben"})
    with pytest.raises(NotShown, match="signature"):
        shown(provider, f"{header}.{other}.{signature}")


def test_no_signature_at_all(provider: Provider):
    _, body, signature = token().split(".")
    for alg in ("none", "None", "NONE", ""):
        for kid in ({}, {"kid": "first"}):
            for end in ("", signature):
                with pytest.raises(NotShown, match=r"algorithm|key"):
                    shown(provider, f"{raw({'alg': alg, **kid})}.{body}.{end}")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_it_is_the_list_of_algorithms_that_refuses_it(provider: Provider, monkeypatch):
    """The negative control: were `none` on the list, anybody could be anybody."""
    monkeypatch.setattr(identity, "ALGORITHMS", (*identity.ALGORITHMS, "none"))
    body = token(sub="somebody").split(".")[1]
    assert shown(provider, f"{raw({'alg': 'none', 'kid': 'first'})}.{body}.") == "somebody"


def test_a_public_key_is_no_shared_secret(provider: Provider):
    """Whoever knows the provider's public key could sign with it, if it were taken for a secret."""
    body = token().split(".")[1]
    for public in (KEY.as_pem(private=False), KEY.as_der(private=False), provider.keys.read_bytes()):
        for alg, digest in (("HS256", "sha256"), ("HS512", "sha512")):
            said = f"{raw({'alg': alg, 'kid': 'first'})}.{body}"
            with pytest.raises(NotShown, match="algorithm"):
                shown(provider, f"{said}.{raw(hmac.digest(public, said.encode(), digest))}")


def test_a_key_signs_as_it_is_meant_to_and_not_otherwise(provider: Provider):
    same = ECKey.import_key({**CURVE.as_dict(private=True), "kid": "curve"})
    one = token({"alg": "ES256", "kid": "curve"}, same)
    assert shown(provider, one) == "ada"
    told = json.loads(provider.keys.read_text())
    told["keys"][1]["alg"] = "ES512"
    provider.keys.write_text(json.dumps(told))
    with pytest.raises(NotShown, match="key"):
        shown(provider, one)
    with pytest.raises(NotShown, match=r"key|malformed"):
        shown(provider, token({"kid": "curve"}))


@pytest.mark.parametrize(
    "one",
    [
        "",
        "x",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        f"{raw(b'[' * 5000)}.e30.x",
        f"{raw({'alg': 'RS256', 'kid': 'first', 'crit': ['x'], 'x': 1})}.e30.x",
        f"{raw({'alg': 'RS256', 'kid': ['first']})}.e30.x",
        f"{raw({'alg': ['RS256'], 'kid': 'first'})}.e30.x",
        f"{raw({'alg': 'RS256', 'kid': 'first', 'pad': 'x' * 9000})}.e30.x",
        "é.é.é",
        "x" * (limits.IDENTITY + 1),
    ],
)
def test_what_is_no_token_is_refused_and_never_a_bug(provider: Provider, one: str):
    with pytest.raises(NotShown):
        shown(provider, one)


def test_a_token_may_be_deep_only_where_the_provider_signed_it(provider: Provider):
    from joserfc import jws

    deep = b'{"a":' + b"[" * 7000 + b"]" * 7000 + b"}"
    one = jws.serialize_compact({"alg": "RS256", "kid": "first"}, deep[:12000], KEY)
    with pytest.raises(NotShown, match="malformed"):
        shown(provider, one)


def test_new_keys_count_at_once_and_old_ones_no_longer(provider: Provider):
    assert shown(provider, token()) == "ada"
    second = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    provider.keys.write_text(json.dumps(KeySet([second]).as_dict(private=False)))
    assert shown(provider, token({"kid": "second"}, second)) == "ada"
    with pytest.raises(NotShown, match="key"):
        shown(provider, token())


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "no JSON"),
        ("[]", "no list"),
        ('{"keys": {}}', "no list"),
        ('{"keys": []}', "no key in it"),
        ('{"keys": [{"kty": "XYZ", "kid": "a"}]}', "no key in it"),
        ('{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]}', "key 1 is a secret"),
        (json.dumps(KeySet([KEY]).as_dict(private=True)), "key 1 is a secret"),
        (json.dumps({"keys": [KEY.as_dict(private=False)] * 2}), "key 2 has no “kid” of its own"),
        ('{"keys": [{"kty": "RSA", "kid": "a"}]}', "key 1 cannot be used"),
        ('{"keys": [{"kty": "EC", "kid": "a", "crv": "P-999", "x": "AA", "y": "AA"}]}', "key 1 cannot be used"),
        (json.dumps({"keys": [{**KEY.as_dict(private=False), "use": "enc"}]}), "no key in it"),
    ],
)
def test_what_cannot_be_used_as_keys_is_said(tmp_path: Path, text: str, reason: str):
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(Problem) as found:
        identity.load_keys(file)
    assert found.value.code == "server.sign_in_keys"
    assert reason in str(found.value.facts["reason"])


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_key_that_is_too_short_is_none(tmp_path: Path):
    file = tmp_path / "keys.json"
    short = RSAKey.generate_key(1024, {"kid": "short"})
    file.write_text(json.dumps({"keys": [short.as_dict(private=False)]}))
    with pytest.raises(Problem, match=r"server\.sign_in_keys"):
        identity.load_keys(file)
