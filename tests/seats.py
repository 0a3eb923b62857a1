"""People at a real Chromium before a running installation. It reaches loopback and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import PASSWORD
from tests.web_help import Running

BINARY = "/usr/bin/chromium"
#: No name is ever looked up: what is not on loopback cannot be reached.
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


@contextmanager
def launched(language: str = "") -> Iterator[Browser]:
    """A running Chromium; in that language where the package chromium-l10n is installed, else its own."""
    more = {"args": [*ARGUMENTS, f"--lang={language}"], "env": {**os.environ, "LANGUAGE": language}} if language else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**{"executable_path": BINARY, "args": ARGUMENTS, **more})
        try:
            yield browser
        finally:
            browser.close()


class Seat:
    """One person at a browser. ``troubles`` collects what the console complains of and every script that failed."""

    def __init__(self, context: BrowserContext, web: Running) -> None:
        self.context, self.url = context, web.edge.server.url
        self.page = context.new_page()
        self.troubles: list[str] = []
        self.listen(self.page)

    def listen(self, page: Page) -> None:
        """Keep what goes wrong on that page."""
        page.on("console", lambda m: self.troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.accept()))

    def go(self, path: str) -> int:
        """Open the page; its status."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer.status

    def login(self, name: str) -> Seat:
        """Sign in."""
        self.go("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_url(self.url + "/")
        return self


def seat(browser: Browser, web: Running, **options: Any) -> Seat:
    """A fresh browser profile before that installation; French, light and still unless told otherwise."""
    values = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    context = browser.new_context(**{**values, **options})
    context.set_default_timeout(15_000)
    return Seat(context, web)


def looked_for(scheme: str) -> dict[str, Any]:
    """What axe looks for on a page. In the dark only what colours decide: the rest of the page is the same as in the light."""
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}} if scheme == "dark" else {}
    return {"resultTypes": ["violations"], **rules}
