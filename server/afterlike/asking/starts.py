"""What a new prompt begins with: a flow for each purpose, for its owner to change."""

from afterlike import prompts
from afterlike.sites import Site, says


def begun(start: str, site: Site) -> dict:
    """A checked flow; `start` is one of STARTS."""
    return prompts.checked(STARTS[start](site))


def _nothing(site: Site) -> dict:
    card = {"key": "question", "type": "text", "title": {site.locale: says("Your question")}}
    return {"key": "prompt", "name": says("New prompt"), "cards": [card]}


def _why(site: Site) -> dict:
    welcome = prompts.default_flow()
    return {"key": "why", "name": says("Why do you like it?"), "cards": welcome["cards"][:1], "thanks": welcome["thanks"]}


def _nps(site: Site) -> dict:
    cards = [
        {"key": "nps", "type": "nps", "title": {site.locale: says("How likely is it that you recommend us to a friend?")},
         "low": {site.locale: says("Not at all likely")}, "high": {site.locale: says("Very likely")}},
        {"key": "reason", "type": "text", "title": {site.locale: says("What is the main reason?")}},
    ]
    return {"key": "nps", "name": says("Would you recommend us?"), "cards": cards, "recontact_days": 90}


def _may_we(site: Site) -> dict:
    cards = [card for card in prompts.default_flow()["cards"] if card["type"] in ("consent", "address")]
    return {"key": "may-we", "name": says("May we write to you?"), "kind": "opt_in", "cards": cards}


def _profile(site: Site) -> dict:
    return prompts.default_flows()[1] | {"key": "profile", "name": says("Who are you?")}


def _redirect(site: Site) -> dict:
    origin = next((origin for origin in sorted(site.origins) if "*" not in origin), "https://shop.example")
    return {"key": "own-survey", "name": says("Our own survey"), "kind": "redirect", "url": f"{origin}/survey"}


STARTS = {
    "nothing":  _nothing,
    "why":      _why,
    "nps":      _nps,
    "may_we":   _may_we,
    "profile":  _profile,
    "redirect": _redirect,
}
