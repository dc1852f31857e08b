"""Joining a server that wants to know who sits here: in the browser, given up, and from the command line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.casework.desk import close_desk, create_vault
from app.vault.vault import FLOOR_COST
from sync.client import membership
from tests.sync.identity import Browser, IdentityProvider
from tests.sync.production import Site
from tests.ui.conftest import OFFICER, PASSPHRASE
from ui.commands import exchange as commands
from ui.commands.main import main


@pytest.fixture(scope="module")
def provider(tmp_path_factory) -> Iterator[IdentityProvider]:
    made = IdentityProvider(tmp_path_factory.mktemp("provider"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(provider) -> Iterator[Site]:
    made = Site(provider)
    made.begin()
    made.officer(OFFICER, "ilse")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def trusted(provider, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(provider.authority))


class SystemBrowser(QObject):
    """What the system opens addresses with: somebody signs in there, in their own time; or nobody ever does."""

    def __init__(self, browser: Browser | None) -> None:
        super().__init__()
        self.browser, self.addresses = browser, []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        address = bytes(url.toEncoded()).decode()
        self.addresses.append(address)
        if self.browser is not None:
            threading.Thread(target=self.browser, args=(address,), daemon=True).start()


@pytest.fixture
def system_browser() -> Iterator[Callable[[Browser | None], SystemBrowser]]:
    kept: list[SystemBrowser] = []

    def make(browser: Browser | None) -> SystemBrowser:
        kept.append(SystemBrowser(browser))
        QDesktopServices.setUrlHandler("https", kept[-1], "open")
        return kept[-1]

    yield make
    QDesktopServices.unsetUrlHandler("https")


def page_of(one: Any) -> Any:
    one.officer.session.go("server")
    return one.top.screen_shown.pages["server"]


def test_the_screen_sends_the_officer_to_the_browser_and_goes_on_by_itself(
    at_work, qtbot, site, provider, system_browser
):
    one = at_work()
    page, browser = page_of(one), Browser(provider, "ilse")
    system_browser(browser)
    page.code.set_value(site.code(OFFICER))
    page.join_button.click()
    qtbot.waitUntil(lambda: membership.membership(one.officer.session.desk.store) is not None, timeout=20_000)
    qtbot.waitUntil(page.whose.isVisible)
    assert page.cancel_button.isHidden()
    assert "You are signed in." in browser.page


def test_who_never_comes_back_from_the_browser_can_give_up_and_begin_again(
    at_work, qtbot, site, provider, system_browser
):
    one = at_work()
    page = page_of(one)
    nobody = system_browser(None)
    page.code.set_value(site.code(OFFICER))
    page.join_button.click()
    qtbot.waitUntil(page.cancel_button.isVisible, timeout=20_000)
    assert page.join_state.text() == "Now sign in at localhost, in the browser. This page goes on by itself."
    assert page.cancel_button.hasFocus()
    page.copy_button.click()
    assert [QGuiApplication.clipboard().text()] == nobody.addresses
    # The window is alive: nothing of this happens on its thread.
    one.officer.session.go("today")
    page_of(one)
    page.cancel_button.click()
    qtbot.waitUntil(page.join_button.isEnabled, timeout=20_000)
    assert page.join_state.text().startswith("The sign-in was cancelled. Nothing was changed.")
    assert page.cancel_button.isHidden()
    assert page.code.hasFocus()

    system_browser(Browser(provider, "ilse"))
    page.join_button.click()
    qtbot.waitUntil(lambda: membership.membership(one.officer.session.desk.store) is not None, timeout=20_000)


def test_somebody_else_in_the_browser_is_told(at_work, qtbot, site, provider, system_browser):
    one = at_work()
    page = page_of(one)
    system_browser(Browser(provider, "somebody"))
    page.code.set_value(site.code(OFFICER))
    page.join_button.click()
    qtbot.waitUntil(page.join_button.isEnabled, timeout=20_000)
    assert page.join_state.text().startswith("You signed in as somebody other")
    assert membership.membership(one.officer.session.desk.store) is None


def test_without_a_window(site, provider, vault_folder, tmp_path, monkeypatch, capsys):
    desk, _ = create_vault(vault_folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    close_desk(desk)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    code = site.code(OFFICER)
    words = ["enrol", code, "--vault", str(vault_folder), "--passphrase-file", str(secret)]
    monkeypatch.setenv("DISPLAY", ":0")
    browser = Browser(provider, "ilse")
    monkeypatch.setattr(commands.webbrowser, "open", browser)
    assert main(words) == 0
    said = capsys.readouterr()
    assert said.out.startswith("This vault belongs to")
    assert said.err == f"Sign in at this address:\n{browser.opened[0]}\n"
