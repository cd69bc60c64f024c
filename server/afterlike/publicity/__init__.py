"""Ways outwards: words that may be quoted, feeds, links that endorsers share. It shows nothing that nobody agreed to."""

from afterlike.publicity.feed_keys import set_feed, token_of
from afterlike.publicity.forget import erase, erase_browser
from afterlike.publicity.pictures import LIMITS as PICTURE_LIMITS
from afterlike.publicity.pictures import MOST_BYTES, TOO_BIG, Picture, taken
from afterlike.publicity.pictures import as_text as pictures_as_text
from afterlike.publicity.pictures import named as named_picture
from afterlike.publicity.quotes import PLACES, Answered, expire, forget, give, plain, refuse, set_picture, withdraw
from afterlike.publicity.sending import send_ask
from afterlike.publicity.share_pages import LIMITS as SHARE_LIMITS
from afterlike.publicity.shares import TOLD_FROM, Share, count_opens, credit
from afterlike.publicity.shares import end as end_share
from afterlike.publicity.shares import make as make_share
from afterlike.publicity.shares import of_person as shares_of
from afterlike.publicity.shown import Quote, quotes_of

__all__ = [
    "MOST_BYTES", "PICTURE_LIMITS", "PLACES", "SHARE_LIMITS", "TOLD_FROM", "TOO_BIG", "Answered", "Picture", "Quote", "Share",
    "count_opens", "credit", "end_share", "erase", "erase_browser", "expire", "forget", "give", "make_share",
    "named_picture", "pictures_as_text", "plain", "quotes_of", "refuse", "send_ask", "set_feed", "set_picture", "shares_of",
    "taken", "token_of", "withdraw",
]
