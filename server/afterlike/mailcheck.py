"""What the names of a domain say about its mail: SPF, DKIM, DMARC, where answers go, and the way back from an address.

For `afterlike doctor --mail`: what is there, and what to publish where something is missing. It asks name servers, nobody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from afterlike import stamp
from afterlike.config import Config
from afterlike.mail import domain_of

PATIENCE_S = 5

Line = tuple[bool, str]


class Unknown(Exception):
    """The name servers did not tell; the text says so."""


@dataclass(frozen=True)
class Names:
    """Asks one name server, or the system's own."""

    server: str = ""

    def of(self, name: str, kind: str, *, patience_s: float | None = None) -> list[str]:
        """The records of a name as text, none where there are none; raises Unknown."""
        lifetime = patience_s or PATIENCE_S
        try:
            found = self._resolver().resolve(dns.name.from_text(f"{name}."), kind, search=False, lifetime=lifetime)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as away:
            raise Unknown(f"the name servers did not tell about {name} ({type(away).__name__})") from None
        if kind == "TXT":
            return [b"".join(one.strings).decode("utf-8", "replace") for one in found]
        return [one.to_text().rstrip(".").lower() for one in found]

    def back(self, address: str) -> list[str]:
        """The names that an IP address says it has."""
        return self.of(dns.reversename.from_address(address).to_text(omit_final_dot=True), "PTR")

    def _resolver(self) -> dns.resolver.Resolver:
        if not self.server:
            return dns.resolver.Resolver()
        host, _, port = self.server.rpartition(":")
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = [host.strip("[]")], int(port)
        return made


def checked(config: Config) -> Iterator[Line]:
    """(fine, sentence) for each thing that receivers of mail look at."""
    names, sender = Names(config.dns), domain_of(config.mail_from)
    if not sender or "." not in sender:
        yield False, f"AFTERLIKE_MAIL_FROM is an address at {sender or 'no domain'}: use one at a domain of yours"
        return
    for look in (spf, dkim, dmarc, answers, way_back):
        try:
            yield from look(names, config, sender)
        except Unknown as why:
            yield False, f"{look.__name__.upper().replace('_', ' ')}: {why}"


def spf(names: Names, config: Config, sender: str) -> Iterator[Line]:
    """The domain of the envelope has to name the mail server, and has to belong to the sender's."""
    envelope, host = config.reply_domain or sender, urlsplit(config.smtp_url).hostname or "your mail server"
    found = [text for text in names.of(envelope, "TXT") if text.lower().split(" ")[0] == "v=spf1"]
    wanted = f'publish TXT {envelope} "v=spf1 a:{host} -all", or with what your mail provider names instead of a:{host}'
    if len(found) != 1:
        told = "there is no SPF record" if not found else f"there are {len(found)} SPF records, so none counts"
        yield False, f"SPF: {told} for {envelope}; {wanted}"
        return
    last = found[0].lower().split()[-1]
    if last not in ("-all", "~all") and not last.startswith("redirect="):
        yield False, f"SPF: {envelope} says {found[0]!r}, which lets anybody write in its name; end it with -all or ~all"
        return
    yield True, f"SPF: {envelope} says {found[0]!r}; see to it that this names {host}"
    near = envelope == sender or envelope.endswith(f".{sender}") or sender.endswith(f".{envelope}")
    if not near:
        yield False, f"SPF: letters come from {sender} and come back to {envelope}; take one below {sender}, so that both match"


def dkim(names: Names, config: Config, sender: str) -> Iterator[Line]:
    """Each key has to be published, the one that signs before all."""
    folder, signs = config.folder, stamp.signing(config.folder)
    if signs is None:
        yield False, "DKIM: no key signs letters; make one with: afterlike dkim new"
    for selector in stamp.selectors(folder):
        name, wanted = f"{selector}._domainkey.{sender}", stamp.record(folder, selector)
        found = names.of(name, "TXT")
        there = any(_key(text) == _key(wanted) for text in found)
        doing = "signs" if selector == signs else "waits"
        if there:
            yield True, f"DKIM: the key {selector} is published and {doing}"
        else:
            told = "another key is published" if found else "it is not published"
            yield False, f'DKIM: the key {selector} {doing}, and {told}; publish TXT {name} "{wanted}"'


def _key(record: str) -> str:
    parts = (part.partition("=") for part in record.replace(" ", "").split(";"))
    return next((value for name, _, value in parts if name == "p"), "")


def dmarc(names: Names, _config: Config, sender: str) -> Iterator[Line]:
    """What receivers do with letters that are neither signed nor from a named server; asked of the domain above too."""
    for domain in (sender, sender.partition(".")[2]):
        found = [text for text in names.of(f"_dmarc.{domain}", "TXT") if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if found and "." in domain:
            weak = "p=none" in found[0].replace(" ", "").lower()
            yield True, f"DMARC: {domain} says {found[0]!r}" + ("; p=quarantine protects better" if weak else "")
            return
    wanted = f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{sender}"
    yield False, f'DMARC: there is no record; publish TXT _dmarc.{sender} "{wanted}"'


def answers(names: Names, config: Config, _sender: str) -> Iterator[Line]:
    """Where mail to the reply domain goes."""
    if not config.reply_domain:
        yield True, "answers: AFTERLIKE_REPLY_DOMAIN is not set, so people answer on their own page only"
        return
    found = names.of(config.reply_domain, "MX")
    if config.imap_url and not found:
        yield True, f"answers: {config.reply_domain} has no MX record; the mailbox has to get its mail some other way"
    elif not found:
        yield False, f"answers: {config.reply_domain} has no MX record; publish one with this machine's name"
    else:
        yield True, f"answers: mail to {config.reply_domain} goes to {', '.join(one.split()[-1] for one in found)}"


def way_back(names: Names, config: Config, _sender: str) -> Iterator[Line]:
    """Big receivers refuse mail from an address whose name does not lead back to it."""
    host = urlsplit(config.smtp_url).hostname
    if not host:
        yield True, "PTR: no mail leaves (AFTERLIKE_SMTP_URL is empty)"
        return
    for address in names.of(host, "A") + names.of(host, "AAAA"):
        back = names.back(address)
        fine = any(address in names.of(name, "A") + names.of(name, "AAAA") for name in back)
        if fine:
            yield True, f"PTR: {address} of {host} is {back[0]}, and back"
        else:
            told = f"is {back[0]}, which does not lead back" if back else "has no name"
            yield False, f"PTR: {address} of {host} {told}; whoever gave you the address can set it"
