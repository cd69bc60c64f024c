"""What can go wrong, one sentence each; which HTTP status that means is decided at the rim (web.py).

The data layer raises these and knows no HTTP. `sentence` is for the person who has to act on it.
"""


def stated(message: str, **given) -> str:
    """An English sentence with its values filled in; tells `pybabel extract` that admins read it in their language.

    Where no admin is known (the data layer, background work) a sentence is made so; `sites.says` knows it again by its words.
    """
    return message.format(**given) if given else message


class AfterlikeError(Exception):
    """Base of every error that is told to the caller; `reason` is what a machine counts."""

    reason = "error"
    sentence = "Something went wrong on our side. Try again in a minute."

    def __init__(self, sentence: str | None = None, *, reason: str | None = None):
        self.sentence = sentence or type(self).sentence
        self.reason = reason or type(self).reason
        super().__init__(self.sentence)


class Invalid(AfterlikeError):
    """Well-formed input with wrong values; `fields` maps the path of a field to what is wrong with it."""

    reason = "shape"
    sentence = "Some fields are missing or wrong; see errors."

    def __init__(self, sentence: str | None = None, *, fields: dict[str, str] | None = None, reason: str | None = None):
        super().__init__(sentence, reason=reason)
        self.fields = fields or {}


class Malformed(AfterlikeError):
    """The body cannot be read at all."""

    reason = "malformed"
    sentence = "The body is not the JSON we expect."


class TooBig(AfterlikeError):
    reason = "size"
    sentence = "The body is larger than 32 KB. Send less."


class WrongType(AfterlikeError):
    reason = "content_type"
    sentence = "Send JSON as application/json or text/plain, not compressed."


class NotFound(AfterlikeError):
    """Not there, or not yours: the same words for both, so that nothing is told."""

    reason = "not_found"
    sentence = "There is nothing here under that address or id."


class Conflict(AfterlikeError):
    reason = "conflict"
    sentence = "This id was already used for something else. Make a new id."


class Refused(AfterlikeError):
    """Understood and not allowed."""

    reason = "refused"
    sentence = "This is not allowed."


class NotSignedIn(AfterlikeError):
    reason = "not_signed_in"
    sentence = "Sign in first, or send a valid API key."


class TooMany(AfterlikeError):
    """Over a limit; `retry_after` is in seconds."""

    reason = "rate"
    sentence = "Too many requests. Wait a little and try again."

    def __init__(self, sentence: str | None = None, *, retry_after: int = 60, reason: str | None = None):
        super().__init__(sentence, reason=reason)
        self.retry_after = retry_after


class Unavailable(AfterlikeError):
    """The store cannot take or give it now; nothing was kept; `retry_after` is in seconds."""

    reason = "unavailable"
    sentence = "We cannot store this right now. Nothing was kept; send it again in a moment."

    def __init__(self, sentence: str | None = None, *, retry_after: int = 3, reason: str | None = None):
        super().__init__(sentence, reason=reason)
        self.retry_after = retry_after


class Later(Exception):
    """What was promised could not be done now; the outbox tries again."""


class Never(Exception):
    """What was promised was refused for good; the outbox shows it to the admin."""


class Needless(Exception):
    """What was promised is not to be done any more, such as a letter to somebody who said stop; no failure."""
