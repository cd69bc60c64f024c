"""What of a browser its driver does not show: the toolbar, the popup behind it, private windows."""

import json
from typing import Any

from playwright.sync_api import BrowserContext, Page

from parts.extension import extension_id
from parts.programs import until

EVERY_KIND = {"filter": [{}]}


class HiddenPage:
    """A page that the driver does not show, by the browser's own protocol: `ask` runs a script, `click` is a person's press."""

    def __init__(self, context: BrowserContext, target: str):
        self._cdp = context.browser.new_browser_cdp_session()
        self._said, self._answers = 0, {}
        self._cdp.on("Target.receivedMessageFromTarget", self._hear)
        self._session = self._cdp.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]

    def _hear(self, told: dict) -> None:
        answer = json.loads(told["message"])
        if told["sessionId"] == self._session and "id" in answer:
            self._answers[answer["id"]] = answer

    def _say(self, method: str, **given: Any) -> int:
        self._said += 1
        said = json.dumps({"id": self._said, "method": method, "params": given})
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": said})
        return self._said

    def _send(self, method: str, **given: Any) -> dict:
        number = self._say(method, **given)
        until(lambda: self._cdp.send("Browser.getVersion") and number in self._answers, what=f"the answer to {method}")
        return self._answers[number]["result"]

    def ask(self, script: str) -> Any:
        told = self._send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=False)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def _place(self, element: str) -> dict | None:
        return self.ask(f"""(async one => {{
            if (!one) return null;
            one.scrollIntoView({{block: 'center'}});
            await new Promise(done => setTimeout(done, 100));
            const {{x, y, width, height}} = one.getBoundingClientRect();
            return {{x: x + width / 2, y: y + height / 2}};
        }})({element})""")

    def click(self, element: str) -> None:
        """Presses the middle of what this script finds; what is closed by that gives no answer."""
        before, where = None, until(lambda: self._place(element), what=element)
        while before != where:  # what comes above it moves it
            before, where = where, self._place(element)
        for kind in ("mousePressed", "mouseReleased"):
            self._say("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)


def targets(context: BrowserContext, kind: str) -> dict[str, str]:
    """The id of each target of this kind -> its address."""
    cdp = context.browser.new_browser_cdp_session()
    found = cdp.send("Target.getTargets", EVERY_KIND)["targetInfos"]
    cdp.detach()
    return {one["targetId"]: one["url"] for one in found if one["type"] == kind}


def target(context: BrowserContext, kind: str, part: str) -> str:
    """The target whose address has this in it."""
    return until(lambda: next((one for one, url in targets(context, kind).items() if part in url), None), what=f"{kind} {part}")


def press_icon(context: BrowserContext, on: Page | str) -> HiddenPage:
    """The icon in the toolbar, pressed over a page that is in front; the popup that opens."""
    if isinstance(on, Page):
        on.bring_to_front()
    url = on.url if isinstance(on, Page) else on
    before = set(targets(context, "page"))
    cdp = context.browser.new_browser_cdp_session()
    cdp.send("Extensions.triggerAction", {"id": extension_id(context), "targetId": target(context, "tab", url)})
    cdp.detach()
    popups = until(lambda: [one for one, url in targets(context, "page").items() if "popup.html" in url and one not in before],
                   what="the popup")
    return HiddenPage(context, popups[0])


def private_window(context: BrowserContext, url: str, desk: Page) -> HiddenPage:
    """A page in a private window, which `desk`, a page of the extension, opens."""
    desk.evaluate("url => chrome.windows.create({incognito: true, url}).then(() => undefined)", url)
    page = HiddenPage(context, target(context, "page", url))
    until(lambda: page.ask("document.readyState") == "complete", what=f"{url} in a private window")
    return page


def allow(context: BrowserContext, **more: bool) -> None:
    """Turns on at chrome://extensions what a person turns on there: `incognitoAccess`, say."""
    page = context.new_page()
    page.goto("chrome://extensions")
    page.evaluate("""async ([id, more]) => {
        await chrome.developerPrivate.updateProfileConfiguration({inDeveloperMode: true});
        await chrome.developerPrivate.updateExtensionConfiguration({extensionId: id, ...more});
    }""", [extension_id(context), more])
    state = "id => chrome.developerPrivate.getExtensionInfo(id).then(one => one.state)"
    until(lambda: page.evaluate(state, extension_id(context)) == "ENABLED", what="the extension to be there again")
    page.close()
