"""`afterlike inbound`: every way by which mail comes in, until it is told to stop."""

import os
import signal
import threading

from afterlike.config import SettingError
from afterlike.followup import fetching, listening, status
from afterlike.web import House


def run(house: House) -> None:
    """Raises SettingError where the settings name no way."""
    config = house.config
    if not config.reply_domain:
        raise SettingError("AFTERLIKE_REPLY_DOMAIN is empty: letters do not say where to answer by mail. See docs/mail.md")
    if not config.inbound_bind and not config.imap_url:
        raise SettingError("AFTERLIKE_INBOUND_BIND and AFTERLIKE_IMAP_URL are empty: mail can come in by no way.")
    status.WAYS.expect(listener=bool(config.inbound_bind), mailbox=bool(config.imap_url))
    with status.told(house):
        _take(house)


def _take(house: House) -> None:
    config, stop = house.config, threading.Event()
    reader = threading.Thread(target=_read, args=(house, stop), name="imap")
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


def _read(house: House, stop: threading.Event) -> None:
    """Where the reader ends by a fault of ours, the command ends with it, so that whoever watches it starts it again."""
    try:
        fetching.follow(house, stop)
    finally:
        if not stop.is_set():
            os.kill(os.getpid(), signal.SIGTERM)


def _until_told(stop: threading.Event) -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    stop.wait()
