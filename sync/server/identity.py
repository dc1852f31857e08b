"""Whether an ID token shows that the officer whose code it is signed in at the force's identity provider.

The provider's public keys come from a file: nobody is asked anything from here. The laptop has done the asking.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.problems import Problem
from sync.wire import limits

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Public keys alone: neither `none`, nor a shared secret as which a public key could be passed off."""
_KINDS = ("RSA", "EC", "OKP")
_LEAST_RSA = 2048
_HEADER = 8 << 10


class NotShown(Exception):
    """Why a token shows nothing: malformed, algorithm, key, signature, issuer, audience, nonce, expired or early."""


@dataclass(frozen=True)
class Provider:
    """Where officers sign in. `client`: as what this program is registered there; `keys`: its public keys (JWKS).

    `claim`: the member of the token that names the officer, always the same one and never given to anybody else.
    """

    issuer: str
    client: str
    keys: Path
    claim: str = "sub"
    scope: str = "openid"


def load_keys(file: Path) -> dict[str, Any]:
    """The keys of a file by their ids. Raises Problem server.sign_in_keys: what in it cannot be used."""

    def wrong(reason: str) -> Problem:
        return Problem("server.sign_in_keys", file=str(file), reason=reason)

    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise wrong("it cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise wrong("it is no JSON") from error
    keys = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise wrong("it has no list “keys”")
    found: dict[str, Any] = {}
    for place, one in enumerate(keys, 1):
        if one.get("kty") == "oct" or "d" in one:
            raise wrong(f"key {place} is a secret, which belongs to the provider alone")
        if one.get("kty") not in _KINDS or one.get("use", "sig") != "sig":
            continue
        kid = one.get("kid")
        if not isinstance(kid, str) or not kid or kid in found:
            raise wrong(f"key {place} has no “kid” of its own")
        found[kid] = _key(one, wrong(f"key {place} cannot be used"))
    if not found:
        raise wrong("no key in it is for signatures")
    return found


def _key(told: dict[str, Any], wrong: Problem) -> Any:
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    try:
        key = JWKRegistry.import_key(told)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise wrong from error
    if told["kty"] == "RSA" and int(getattr(key.raw_value, "key_size", 0)) < _LEAST_RSA:
        raise wrong
    return key


def shown(provider: Provider, token: str, nonce: str, now: datetime) -> str:
    """Who signed in, as the provider names them. `nonce`: of this very enrolment. Raises NotShown, Problem."""
    keys = load_keys(provider.keys)
    claims = _signed(token, keys)
    moment = int(now.timestamp())
    _check(claims, provider, nonce, moment)
    named = claims.get(provider.claim)
    if not isinstance(named, str) or not named:
        raise NotShown("malformed")
    return named


def _signed(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """What a token says, once its signature is known to be the provider's."""
    from joserfc import errors, jwt
    from joserfc.jws import JWSRegistry

    if len(token) > limits.IDENTITY:
        raise NotShown("malformed")
    # A provider may add to the header what it likes; what is marked as critical must still be known.
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    registry.max_header_length = _HEADER

    def key(found: Any) -> Any:
        kid = found.headers().get("kid")
        named = keys.get(kid) if isinstance(kid, str) else None
        if named is None or named.get("alg", found.headers()["alg"]) != found.headers()["alg"]:
            raise NotShown("key")
        return named

    try:
        claims: dict[str, Any] = jwt.decode(token, key, registry=registry).claims
    except errors.UnsupportedAlgorithmError as error:
        raise NotShown("algorithm") from error
    except errors.BadSignatureError as error:
        raise NotShown("signature") from error
    except (errors.JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotShown("malformed") from error
    return claims


def _check(claims: dict[str, Any], provider: Provider, nonce: str, now: int) -> None:
    from joserfc import errors
    from joserfc.jwt import JWTClaimsRegistry

    wanted = JWTClaimsRegistry(
        now=now,
        leeway=limits.CLOCK_LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        auth_time={"essential": True},
    )
    try:
        wanted.validate(claims)
    except errors.ExpiredTokenError as error:
        raise NotShown("expired") from error
    except errors.ClaimError as error:
        raise NotShown(_CLAIMS.get(error.claim, "malformed")) from error
    _is_for_us_alone(claims, provider)
    _is_fresh(claims, now)


_CLAIMS = {"iss": "issuer", "aud": "audience", "nonce": "nonce", "nbf": "early", "iat": "early"}


def _is_for_us_alone(claims: dict[str, Any], provider: Provider) -> None:
    """A token that was made for another program as well must say that we are the one who asked for it."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else provider.client) != provider.client:
        raise NotShown("audience")


def _is_fresh(claims: dict[str, Any], now: int) -> None:
    """The officer has given a password or a key just now; a page that somebody else left signed in does not do."""
    oldest = now - limits.SIGN_IN_FRESH_S - limits.CLOCK_LEEWAY_S
    for name in ("iat", "auth_time"):
        moment = claims[name]
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            raise NotShown("malformed")
        if moment < oldest:
            raise NotShown("expired")
        if moment > now + limits.CLOCK_LEEWAY_S:
            raise NotShown("early")
