"""`afterlike inbound`: every way by which mail comes in, until it is told to stop."""

from afterlike.errors import Invalid
from afterlike.followup import listening
from afterlike.web import House


def run(house: House) -> None:
    """Raises Invalid where the settings name no way."""
    if not house.config.reply_domain:
        raise Invalid("AFTERLIKE_REPLY_DOMAIN is empty: letters do not say where to answer by mail. See docs/mail.md")
    if not house.config.inbound_bind:
        raise Invalid("AFTERLIKE_INBOUND_BIND is empty: mail can come in by no way.")
    listening.run(house)
