"""The listener of `afterlike inbound`: takes mail by SMTP, and says 250 only when what it took is committed.

Everything is bounded: how many connections, how long one may be silent, how large a mail is, how many are read at a time.
"""

import asyncio
import logging
import signal
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session

from afterlike.errors import AfterlikeError
from afterlike.followup import status, taking
from afterlike.followup.vouching import Way
from afterlike.web import House, within

log = logging.getLogger(__name__)

READERS = 2  # mails that are read at a time; the others wait for their turn
MOST_RECIPIENTS = 5
MOST_COMMANDS = 100  # of one kind in one connection
BUSY, LATER, NOBODY = "421 4.3.2 busy, come later", "451 4.3.0 it could not be kept; try again later", "550 5.1.1 no such address"
TOO_MANY, TAKEN, TOO_LARGE = "452 4.5.3 too many recipients", "250 2.0.0 taken", "552 5.3.4 too large"


class Handler:
    """What aiosmtpd asks; the names are its own."""

    def __init__(self, house: House):
        self._house = house
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="inbound")

    async def handle_RCPT(self, _server, _session: Session, envelope: Envelope, address: str, _options) -> str:
        """Only addresses that we gave out, and that lead to somebody still."""
        whom = taking.recipient(self._house, address)
        if whom is None or not await self._aside(self._is_there, whom):
            await self._aside(taking.count, self._house, "token" if whom is None else "gone")
            return NOBODY
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, _server, session: Session, envelope: Envelope) -> str:
        """Kept for each of its recipients, committed, then acknowledged. What is dropped is acknowledged too: a machine that
        wrote it must not be answered."""
        sender = (envelope.mail_from or "").removeprefix("<>")  # aiosmtpd leaves the brackets around nobody
        for address in envelope.rcpt_tos:
            whom = taking.recipient(self._house, address)
            outcome = await self._aside(taking.take, self._house, envelope.content, whom, Way(sender, self._stranger(session)))
            log.info("inbound %s: %s", whom.kind, outcome)
        return TAKEN

    async def failed(self, error: Exception) -> str:
        """Whatever goes wrong on our side, the other side keeps the mail and comes again."""
        level = logging.WARNING if isinstance(error, AfterlikeError) else logging.ERROR
        status.put_off_total.inc()
        log.log(level, "inbound mail is put off: %s", error, exc_info=level == logging.ERROR)
        return LATER

    handle_exception = failed

    def _is_there(self, whom: taking.Recipient) -> bool:
        with self._house.db.read() as tx:
            return taking.is_there(tx, whom)

    def _stranger(self, session: Session) -> str | None:
        """The address of the server that hands it over; None where it is one of ours."""
        peer = session.peer[0]
        return None if within(peer, self._house.config.inbound_trusted) else peer

    async def _aside(self, work: Callable, *given):
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *given)

    def close(self) -> None:
        self._readers.shutdown()


class Line(SMTP):
    """One connection; one too many is told to come later, at once."""

    line_length_limit = 65_536  # longer than the standard's: many programs write a paragraph on one line

    def __init__(self, handler: Handler, others: set["Line"], most: int, **settings):
        super().__init__(handler, **settings)
        self._others, self._most = others, most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._others) >= self._most:
            status.connections_total.labels("busy").inc()
            transport.write(f"{BUSY}\r\n".encode())
            transport.close()
            return
        status.connections_total.labels("open").inc()
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self._others:
            self._others.remove(self)
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self in self._others:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self in self._others else None


async def listen(house: House, stop: asyncio.Event) -> None:
    """Takes mail at AFTERLIKE_INBOUND_BIND until it is told to stop; what is being taken then is taken."""
    config, handler, others = house.config, Handler(house), set()
    host, _, port = config.inbound_bind.rpartition(":")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's; else every letter is ten lines
    settings = {
        "data_size_limit": config.inbound_max_kb * 1024, "timeout": config.inbound_seconds, "hostname": config.reply_domain,
        "ident": "Afterlike", "enable_SMTPUTF8": False, "command_call_limit": MOST_COMMANDS,
    }
    if config.inbound_cert:
        settings["tls_context"] = _encryption(config.inbound_cert, config.inbound_key)
    loop = asyncio.get_running_loop()
    made = lambda: Line(handler, others, config.inbound_connections, loop=loop, **settings)  # noqa: E731
    server = await loop.create_server(made, host.strip("[]"), int(port))
    status.WAYS.listening(True)
    log.warning("mail to %s is taken at %s", config.reply_domain, config.inbound_bind)
    try:
        await stop.wait()
    finally:
        status.WAYS.listening(False)
        server.close()
        handler.close()


def _encryption(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key or None)
    return context


def run(house: House, stop: asyncio.Event | None = None) -> None:
    """The same, in an event loop of its own, until SIGTERM or SIGINT."""

    async def until_told() -> None:
        end = stop or asyncio.Event()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, end.set)
        await listen(house, end)

    asyncio.run(until_told())
