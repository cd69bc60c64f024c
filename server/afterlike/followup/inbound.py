"""`afterlike inbound`: every way by which mail comes in, until it is told to stop."""

import signal
import threading

from afterlike.errors import Invalid
from afterlike.followup import fetching, listening
from afterlike.web import House


def run(house: House) -> None:
    """Raises Invalid where the settings name no way."""
    config = house.config
    if not config.reply_domain:
        raise Invalid("AFTERLIKE_REPLY_DOMAIN is empty: letters do not say where to answer by mail. See docs/mail.md")
    if not config.inbound_bind and not config.imap_url:
        raise Invalid("AFTERLIKE_INBOUND_BIND and AFTERLIKE_IMAP_URL are empty: mail can come in by no way.")
    stop = threading.Event()
    reader = threading.Thread(target=fetching.follow, args=(house, stop), name="imap")
    if config.imap_url:
        reader.start()
    try:
        if config.inbound_bind:
            listening.run(house)
        else:
            _until_told(stop)
    finally:
        stop.set()
        if config.imap_url:
            reader.join(timeout=fetching.PATIENCE_S)


def _until_told(stop: threading.Event) -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    stop.wait()
