"""A browser that notes every request, every policy violation and every error of every page it opens."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.stage import Served

NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
MADE_BY_CHROMIUM = ("GPU stall", "GL Driver Message", "status of 403")


class Watched:
    """Chromium; each person in a context of their own, as on a screen of their own."""

    def __init__(self, served: Served, chromium: str) -> None:
        self.served = served
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.pages: list[Page] = []
        self._playwright = sync_playwright()
        self._chromium = chromium
        self._browser: Any = None

    def __enter__(self) -> Watched:
        started = self._playwright.start()
        self._browser = started.chromium.launch(executable_path=self._chromium, args=["--no-sandbox"])
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._browser.close()
        self._playwright.__exit__(None, None, None)

    def screen(self, person: str, *, palette: str = "day") -> Page:
        """Sign somebody in through their link, on a screen of their own."""
        context = self._browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "palette", "value": palette, "url": self.served.address}])
        context.add_init_script(NOTE_VIOLATIONS)
        context.on("request", lambda request: self.requests.append(request.url))
        page: Page = context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"error in a page: {error}"))
        page.goto(self.served.link(person))
        page.wait_for_url("**/as/**")
        self.pages.append(page)
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(known in text for known in MADE_BY_CHROMIUM):
            self.complaints.append(f"{kind}: {text}")

    def off_host(self) -> list[str]:
        own = (self.served.address + "/", "data:")
        return [url for url in self.requests if not url.startswith(own)]

    def violations(self) -> list[str]:
        found = [one for page in self.pages for one in page.evaluate("window.violations ?? []")]
        return found + self.complaints


def drawn(page: Page) -> str:
    """How many contacts or cells the map shows."""
    page.wait_for_selector("body[data-map=ready][data-drawn]")
    return str(page.evaluate("document.body.dataset.drawn"))


NOTE_CHANGES = """
() => {
  window.changes = 0;
  new MutationObserver((all) => (window.changes += all.length)).observe(document.getElementById("main"), {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
}
"""
