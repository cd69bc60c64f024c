"""Which language a flow is shown in, and a text of it in that language.

A text is a plain one, one for each language, or the name of a built-in one (docs/prompts.md, "Texts").
"""

from collections.abc import Iterator

from afterlike import words

Text = str | dict[str, str]

PRODUCT = "{product}"
LONGEST_TITLE = 80


def languages(flow: dict) -> tuple[str, ...]:
    """What the flow can be shown in: the languages its owner wrote, else all we ship where it names built-in texts,
    else none, for plain texts are taken to be in the site's own language.
    """
    written, built_in = {}, False
    for text in texts(flow):
        if isinstance(text, dict) and "built_in" in text:
            built_in = True
        elif isinstance(text, dict):
            written |= text
    return tuple(written) or (words.LOCALES if built_in else ())


def locale_for(among: tuple[str, ...], wanted: str | None, default: str) -> str:
    """The one language that the whole flow is shown in: the visitor's if it can be, else the site's."""
    return words.negotiate(wanted, default, among=among or (default,))


def texts(flow: dict) -> Iterator[Text]:
    """Every text of the flow that visitors see, in its order."""
    for name in ("text", "thanks"):
        if name in flow:
            yield flow[name]
    for card in flow["cards"]:
        parts = [card, card.get("other", {}), *card.get("options", ()), *card.get("boxes", ())]
        yield from (part[name] for part in parts for name in TEXT_FIELDS if name in part)


TEXT_FIELDS = ("title", "help", "submit", "text", "placeholder", "low", "high", "yes", "no", "show_text", "label", "sent")


def spoken(text: Text, locale: str, default: str = words.SOURCE) -> str:
    """The text in that language; where it has no such language in the site's, in English, or in the first it has."""
    if isinstance(text, str):
        return text
    if "built_in" in text:
        return words.text(text["built_in"], locale)
    return text[words.negotiate(locale, default, among=tuple(text))]


def recalled(text: str, title: str) -> str:
    """The text with the product's title in its place; the title itself is never searched again."""
    return text.replace(PRODUCT, title)


def title_for(product_title: str | None) -> str:
    """The product's title on one line, 80 characters at most; empty where there is none."""
    title = " ".join((product_title or "").split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
