"""The extension's own pages, opened in Chromium as tabs."""

from playwright.sync_api import BrowserContext, Page

from parts.extension import extension_id
from parts.programs import until


class ExtensionPages:
    """Opens the extension's pages as tabs; `ask` asks its background."""

    def __init__(self, context: BrowserContext):
        self.context, self.wrongs, self.opened = context, [], []
        self.base = f"chrome-extension://{extension_id(context)}"
        self.desk = self.open("welcome.html")

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.wrongs.append(f"{page.url}: {error}"))
        self.opened.append(page)
        return page

    def open(self, path: str, **size: int) -> Page:
        page = self.page()
        page.set_viewport_size({"width": 380, "height": 600} | size)
        page.goto(f"{self.base}/{path}")
        return page

    def ask(self, what: str, **more):
        answer = self.desk.evaluate("message => chrome.runtime.sendMessage(message)", {"what": what, **more})
        assert "wrong" not in answer, answer
        return answer.get("told")

    def popup(self, on: Page, view: str = "here") -> Page:
        """The popup over a page."""
        on.bring_to_front()
        tab = self.desk.evaluate("chrome.tabs.query({active: true}).then(([{id}]) => id)")
        return self.open(f"popup.html?tab={tab}#{view}")

    def like(self, title: str, *, origin: str = "https://shop.test", **product) -> str:
        """A like as the background keeps it after a press on a page."""
        product = {"key": f"/{title}", "url": f"{origin}/{title}".replace(" ", "-"), "title": title, **product}
        press = {"id": self.desk.evaluate("crypto.randomUUID()"), "origin": origin, "product": product}
        return self.ask("like", press=press | {"page": {"url": f"{origin}/"}, "context": {"locale": "en"}})

    def settled(self, count: int = 0) -> None:
        until(lambda: self.ask("waiting") == count, what=f"{count} to wait")
