"""What a consent card asks: its boxes word for word, each under the hash that names these words, and what news may be about."""

from afterlike import purposes, words
from afterlike.prompts.texts import Text, languages, spoken, title_for
from afterlike.purposes import Wording
from afterlike.words import marked

TOPICS = {
    "product":  marked("Only this product"),
    "category": marked("More like it: {category}"),
    "brand":    marked("Everything by {brand}"),
    "all":      marked("Everything new"),
}
ABOUT = marked("What may it be about?")
PRIVACY = marked("Privacy")


def wordings(flow: dict, *, controller: str, privacy_url: str | None, default_locale: str) -> dict[str, Wording]:
    """Everything that the flow's boxes can say, in each language it can be shown in, by text id.

    A text id that is not in it was never shown by this flow, or by nobody of this name.
    """
    boxes = [box for card in flow["cards"] for box in card.get("boxes", ())]
    said = [
        _wording(box, locale, default_locale, controller, privacy_url)
        for locale in languages(flow) or (default_locale,)
        for box in boxes
    ]
    return {text_id(wording): wording for wording in said}


def text_id(wording: Wording) -> str:
    """How the wire names exact words: 64 hexadecimal digits."""
    return wording.sha256.hex()


def consent_parts(card: dict, locale: str, default: str, controller: str, privacy_url: str | None) -> dict:
    """What only a consent card carries. What `topics` offers still waits for the product: see `topics_of`."""
    made: dict = {"boxes": [_box(_wording(box, locale, default, controller, privacy_url)) for box in card["boxes"]]}
    if any(box["purpose"] == "news" for box in card["boxes"]):
        offered = [{"key": key, "text": words.text(text, locale)} for key, text in TOPICS.items()]
        made["topics"] = {"label": words.text(ABOUT, locale), "options": offered}
    if privacy_url:
        made["privacy"] = {"url": privacy_url, "text": words.text(PRIVACY, locale)}
    return made


def topics_of(topics: dict, category: str | None, brand: str | None) -> dict:
    """The topics of one product: those of which we know what they are called."""
    named = {"category": title_for(category), "brand": title_for(brand)}
    return topics | {
        "options": [
            option | {"text": option["text"].replace(f"{{{option['key']}}}", named.get(option["key"], ""))}
            for option in topics["options"] if named.get(option["key"], True)
        ]
    }


def _box(wording: Wording) -> dict:
    return {"purpose": wording.purpose, "text": wording.words, "text_id": text_id(wording)}


def _wording(box: dict, locale: str, default: str, controller: str, privacy_url: str | None) -> Wording:
    """The box's words as they stand on the card when the flow is shown in `locale`."""
    said = spoken(_text(box), locale, default).replace(purposes.SITE, controller)
    return Wording(box["purpose"], locale, said, controller, privacy_url)


def _text(box: dict) -> Text:
    return box.get("text") or {"built_in": purposes.PURPOSES[box["purpose"]][0]}
