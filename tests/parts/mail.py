"""A mail server that takes letters and keeps them as they came, byte for byte."""

from dataclasses import dataclass, field

from aiosmtpd.controller import Controller

from parts.programs import free_port, until


@dataclass(frozen=True)
class Letter:
    """One accepted letter: the envelope and the raw bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class SmtpPeer:
    """Listens at `.url`; `.answer` is what it says after DATA and `.greets` to a recipient, so `"451 later"` makes it a
    server on a bad day."""

    port: int = field(default_factory=free_port)
    letters: list[Letter] = field(default_factory=list)
    answer: str = "250 kept"
    greets: str = "250 known"

    _controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Again, after a close, at the same address."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # the names are aiosmtpd's
        if self.greets.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.greets

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.answer.startswith("2"):
            self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return self.answer

    def wait_for(self, number: int, *, within_s: float = 10) -> list[Letter]:
        """All letters, once there are at least so many."""
        until(lambda: len(self.letters) >= number, within_s=within_s, what=f"{number} letters")
        return list(self.letters)
