"""The prompts of a new site: why this product, whether it is theirs already, and whether we may write to them; and at
a later visit who they are, if they like.
"""

from afterlike.prompts.flow import checked
from afterlike.words import marked


def _built_in(message: str) -> dict:
    return {"built_in": message}


def _options(texts: dict[str, str]) -> list[dict]:
    return [{"key": key, "text": _built_in(message)} for key, message in texts.items()]


def default_flow() -> dict:
    """A checked flow with the key `welcome`, in every language we ship; a new one each time."""
    return checked(WELCOME)


def default_flows() -> list[dict]:
    """The checked flows of a new site in the order they are tried in: `welcome`, then `meet`; new ones each time."""
    return [default_flow(), checked(MEET)]


WHY = {
    "idea":    marked("The idea"),
    "look":    marked("The look"),
    "price":   marked("The price"),
    "quality": marked("The quality"),
    "gift":    marked("It makes a good gift"),
}

HAVE = {
    "own":     marked("Yes, it is mine"),
    "plan":    marked("Not yet, but I plan to get it"),
    "wish":    marked("It is on my wish list"),
    "looking": marked("I am just looking"),
}

WELCOME = {
    "key": "welcome",
    "name": "First questions",
    "kind": "survey",
    "cards": [
        {
            "key": "why",
            "type": "multi",
            "title": _built_in(marked("What do you like about it?")),
            "help": _built_in(marked("Choose as many as you like.")),
            "options": _options(WHY),
            "other": {},
        },
        {
            "key": "have",
            "type": "single",
            "title": _built_in(marked("Do you have it already?")),
            "options": _options(HAVE),
        },
        {
            "key": "consent",
            "type": "consent",
            "title": _built_in(marked("May we write to you?")),
            "help": _built_in(marked("Tick what you would like. You can stop it at any time.")),
            "boxes": [{"purpose": "news"}, {"purpose": "follow_up"}],
        },
        {
            "key": "address",
            "type": "address",
            "title": _built_in(marked("Where may we write to?")),
            "help": _built_in(marked("We send you one mail to confirm your address, and nothing else before you have.")),
        },
    ],
    "thanks": _built_in(marked("Thank you, that really helps.")),
}

MEET = {
    "key": "meet",
    "name": "Getting to know each other",
    "kind": "profile_link",
    "when": {"nth_like": {"from": 2}},
    "cards": [
        {
            "key": "profile",
            "type": "profile",
            "title": _built_in(marked("Shall we get to know each other?")),
            "help": _built_in(marked("Leave a link to a public profile, say on Instagram or your own site. "
                                     "Whoever runs this site will see it beside your like.")),
        },
    ],
    "thanks": _built_in(marked("Thank you, nice to meet you!")),
}
