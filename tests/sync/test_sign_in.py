"""Signing in with a real identity provider: what comes back is for this laptop alone, once, and for what was asked."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.problems import Problem
from sync.client import sign_in
from sync.client.sign_in import SignIn
from sync.server import identity
from sync.wire import limits
from sync.wire.messages import SignInFirst
from tests.sync.identity import CLIENT, OTHER_CLIENT, Browser, IdentityProvider


@pytest.fixture(scope="module")
def provider(tmp_path_factory) -> Iterator[IdentityProvider]:
    made = IdentityProvider(tmp_path_factory.mktemp("provider"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def trusted(provider, monkeypatch) -> None:
    """The system trusts the force's own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(provider.authority))


@pytest.fixture
def wanted(provider) -> SignInFirst:
    return SignInFirst(issuer=provider.issuer, client=CLIENT)


def problem_of(wanted: SignInFirst, browse, signing_in: SignIn | None = None) -> str:
    with pytest.raises(Problem) as found:
        (signing_in or SignIn(browse, "done")).run(wanted, "nonce")
    return found.value.code


def test_whoever_signs_in_is_shown_to_the_server(provider, wanted):
    browser = Browser(provider, "ada")
    token = SignIn(browser, "You may close this <page>.").run(wanted, "the nonce")
    assert identity.shown(provider.registered, token, "the nonce", datetime.now(UTC)) == "ada"
    assert "You may close this &lt;page&gt;." in browser.page

    (address,) = browser.opened
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid")
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    assert urlsplit(asked["redirect_uri"]).port not in (None, 80)
    assert int(asked["max_age"]) == limits.SIGN_IN_FRESH_S
    # The verifier goes from the laptop to the provider alone: neither the browser nor its history ever have it.
    assert "code_verifier" not in address + browser.back


def test_another_claim_may_name_the_officer(provider, wanted):
    token = SignIn(Browser(provider, "ada"), "").run(wanted, "n")
    told = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert told["sub"] == "ada"
    where = identity.Provider(provider.issuer, CLIENT, provider.keys, claim="employee")
    assert identity.shown(where, token, "n", datetime.now(UTC)) == "E-ada"


def test_a_page_that_guesses_the_state_ends_nothing(provider, wanted):
    browser = Browser(provider, "ada", goes_back=False)

    def browse(address: str) -> None:
        browser(address)
        for query in ("code=stolen&state=guessed", "code=stolen", "error=access_denied&state="):
            assert httpx2.get(browser.back.split("?")[0] + "?" + query, trust_env=False).status_code == 404
        host = {"Host": "attacker.example"}
        assert httpx2.get(browser.back, headers=host, trust_env=False).status_code == 404
        assert httpx2.get(browser.back, trust_env=False).status_code == 200

    token = SignIn(browse, "").run(wanted, "n")
    assert identity.shown(provider.registered, token, "n", datetime.now(UTC)) == "ada"


def test_a_code_holds_once_and_with_its_verifier_alone(provider, wanted):
    browser = Browser(provider, "ada", goes_back=False)
    signing_in = SignIn(browser, "")
    waiting = threading.Thread(target=lambda: problem_of(wanted, None, signing_in))
    waiting.start()
    waiting_for(lambda: browser.back)
    back = browser.back
    code = parse_qs(urlsplit(back).query)["code"][0]

    def exchange(**more: str) -> tuple[int, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back.split("?")[0],
            "client_id": CLIENT,
            **more,
        }
        with provider.session() as session:
            answer = session.post(provider.issuer + "/token", data=form)
        return answer.status_code, answer.json().get("error", "")

    # Whoever reads the code on its way, from the browser or its history, has nothing.
    assert exchange() == (400, "invalid_grant")
    assert exchange(code_verifier="x" * 43) == (400, "invalid_grant")
    signing_in.cancel()
    waiting.join()

    twice = Browser(provider, "ada")
    SignIn(twice, "").run(wanted, "n")
    code, back = parse_qs(urlsplit(twice.back).query)["code"][0], twice.back
    assert exchange(code_verifier="x" * 43) == (400, "invalid_grant")


def waiting_for(what) -> None:
    until = threading.Event()
    while not what():
        until.wait(0.02)


def test_the_provider_takes_nobody_without_a_challenge(provider, wanted, monkeypatch):
    """The negative control of PKCE: without it, the provider of the tests would have let everybody in."""
    monkeypatch.setattr(sign_in, "_challenge", lambda _verifier: "")
    assert problem_of(wanted, Browser(provider, "ada")) == "enrol.sign_in_refused"


def test_another_verifier_than_the_one_that_was_named(provider, wanted, monkeypatch):
    monkeypatch.setattr(sign_in, "_challenge", lambda _verifier: "A" * 43)
    assert problem_of(wanted, Browser(provider, "ada")) == "enrol.sign_in_refused"


def test_whoever_says_no_is_heard(provider, wanted):
    assert problem_of(wanted, Browser(provider, "ada", says_no=True)) == "enrol.sign_in_refused"


def test_a_browser_that_is_closed_can_be_given_up(wanted):
    signing_in = SignIn(lambda _address: signing_in.cancel(), "")
    with pytest.raises(Problem, match=r"enrol\.sign_in_cancelled"):
        signing_in.run(wanted, "n")


def test_a_browser_that_never_returns_is_not_waited_for_for_ever(wanted, monkeypatch):
    monkeypatch.setattr(limits, "SIGN_IN_S", 0.05)
    assert problem_of(wanted, lambda _address: None) == "enrol.sign_in_time"


@pytest.mark.parametrize(
    "issuer, problem",
    [
        ("http://localhost:{port}", "enrol.provider_odd"),
        ("https://localhost:{port}/", "enrol.provider_odd"),
        ("https://localhost:{port}/other", "enrol.provider_odd"),
        ("https://127.0.0.1:{port}", "enrol.provider_odd"),
        ("https://localhost:1", "enrol.provider_away"),
    ],
)
def test_a_provider_that_is_not_the_one_that_was_named(provider, issuer, problem):
    port = urlsplit(provider.issuer).port
    other = SignInFirst(issuer=issuer.format(port=port), client=CLIENT)
    assert problem_of(other, lambda _address: pytest.fail("opened")) == problem


def test_a_provider_whose_certificate_nobody_vouches_for(wanted, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    assert problem_of(wanted, lambda _address: pytest.fail("opened")) == "enrol.provider_away"


def test_an_answer_in_the_name_of_another_provider(provider, wanted):
    """Two providers, one of them bad: the bad one sends the browser back with a code of the good one."""
    browser = Browser(provider, "ada", goes_back=False)

    def browse(address: str) -> None:
        browser(address)
        iss = parse_qs(urlsplit(browser.back).query)["iss"][0]
        assert iss == provider.issuer
        httpx2.get(browser.back.replace("iss=https", "iss=httpx"), trust_env=False)

    assert problem_of(wanted, browse) == "enrol.provider_odd"

    def without(address: str) -> None:
        browser(address)
        split = urlsplit(browser.back)
        query = "&".join(part for part in split.query.split("&") if not part.startswith("iss="))
        httpx2.get(split._replace(query=query).geturl(), trust_env=False)

    assert problem_of(wanted, without) == "enrol.provider_odd"


def test_a_token_for_another_program_shows_nothing(provider):
    token = SignIn(Browser(provider, "ada"), "").run(SignInFirst(issuer=provider.issuer, client=OTHER_CLIENT), "n")
    with pytest.raises(identity.NotShown, match="audience"):
        identity.shown(provider.registered, token, "n", datetime.now(UTC))


def test_the_listener_writes_nothing_anywhere(provider, wanted, capfd, tmp_path: Path):
    SignIn(Browser(provider, "ada"), "").run(wanted, "n")
    assert capfd.readouterr() == ("", "")
