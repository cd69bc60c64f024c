"""What the names of a domain say about its mail: SPF, DKIM, DMARC, where answers go, and the way back from an address.

For `afterlike doctor --mail` and the admin's Mail: what is there, and what to publish where something is missing. It asks name
servers, nobody else.
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
from afterlike.errors import stated
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
    if not sender:
        yield False, stated("AFTERLIKE_MAIL_FROM is an address at no domain: use one at a domain of yours")
        return
    if "." not in sender:
        yield False, stated("AFTERLIKE_MAIL_FROM is an address at {domain}: use one at a domain of yours", domain=sender)
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
    if not found:
        yield False, stated(
            'SPF: there is no SPF record for {domain}; publish TXT {domain} "v=spf1 a:{host} -all", or with what your mail '
            "provider names instead of a:{host}", domain=envelope, host=host)
        return
    if len(found) > 1:
        yield False, stated(
            'SPF: there are {n} SPF records for {domain}, so none counts; publish TXT {domain} "v=spf1 a:{host} -all" alone, or '
            "with what your mail provider names instead of a:{host}", n=len(found), domain=envelope, host=host)
        return
    last = found[0].lower().split()[-1]
    if last not in ("-all", "~all") and not last.startswith("redirect="):
        yield False, stated('SPF: {domain} says "{record}", which lets anybody write in its name; end it with -all or ~all',
                            domain=envelope, record=found[0])
        return
    told = {"domain": envelope, "record": found[0]}
    yield True, stated('SPF: {domain} says "{record}"; see to it that this names {host}', **told, host=host)
    near = envelope == sender or envelope.endswith(f".{sender}") or sender.endswith(f".{envelope}")
    if not near:
        yield False, stated(
            "SPF: letters come from {sender} and come back to {domain}; take one below {sender}, so that both match",
            sender=sender, domain=envelope)


def dkim(names: Names, config: Config, sender: str) -> Iterator[Line]:
    """Each key has to be published, the one that signs before all."""
    folder, signs = config.folder, stamp.signing(config.folder)
    if signs is None:
        yield False, stated("DKIM: no key signs letters; make one with: afterlike dkim new")
    for selector in stamp.selectors(folder):
        name, wanted = f"{selector}._domainkey.{sender}", stamp.record(folder, selector)
        found = names.of(name, "TXT")
        if any(_key(text) == _key(wanted) for text in found):
            yield True, (stated("DKIM: the key {selector} is published and signs", selector=selector) if selector == signs
                         else stated("DKIM: the key {selector} is published and waits", selector=selector))
        elif found:
            yield False, stated('DKIM: another key than {selector} is published; publish TXT {name} "{record}"',
                                selector=selector, name=name, record=wanted)
        else:
            yield False, stated('DKIM: the key {selector} is not published; publish TXT {name} "{record}"',
                                selector=selector, name=name, record=wanted)


def _key(record: str) -> str:
    parts = (part.partition("=") for part in record.replace(" ", "").split(";"))
    return next((value for name, _, value in parts if name == "p"), "")


def dmarc(names: Names, _config: Config, sender: str) -> Iterator[Line]:
    """What receivers do with letters that are neither signed nor from a named server; asked of the domain above too."""
    for domain in (sender, sender.partition(".")[2]):
        found = [text for text in names.of(f"_dmarc.{domain}", "TXT") if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if found and "." in domain:
            weak = "p=none" in found[0].replace(" ", "").lower()
            told = {"domain": domain, "record": found[0]}
            yield True, (stated('DMARC: {domain} says "{record}"; p=quarantine protects better', **told) if weak
                         else stated('DMARC: {domain} says "{record}"', **told))
            return
    yield False, stated(
        'DMARC: there is no record; publish TXT _dmarc.{domain} "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"',
        domain=sender)


def answers(names: Names, config: Config, _sender: str) -> Iterator[Line]:
    """Where mail to the reply domain goes."""
    domain = config.reply_domain
    if not domain:
        yield True, stated("answers: AFTERLIKE_REPLY_DOMAIN is not set, so people answer on their own page only")
        return
    found = names.of(domain, "MX")
    if config.imap_url and not found:
        yield True, stated("answers: {domain} has no MX record; the mailbox has to get its mail some other way", domain=domain)
    elif not found:
        yield False, stated("answers: {domain} has no MX record; publish one with this machine's name", domain=domain)
    else:
        hosts = ", ".join(one.split()[-1] for one in found)
        yield True, stated("answers: mail to {domain} goes to {hosts}", domain=domain, hosts=hosts)


def way_back(names: Names, config: Config, _sender: str) -> Iterator[Line]:
    """Big receivers refuse mail from an address whose name does not lead back to it."""
    host = urlsplit(config.smtp_url).hostname
    if not host:
        yield True, stated("PTR: no mail leaves (AFTERLIKE_SMTP_URL is empty)")
        return
    for address in names.of(host, "A") + names.of(host, "AAAA"):
        back = names.back(address)
        told = {"address": address, "host": host}
        if any(address in names.of(name, "A") + names.of(name, "AAAA") for name in back):
            yield True, stated("PTR: {address} of {host} is {name}, and back", **told, name=back[0])
        elif back:
            yield False, stated(
                "PTR: {address} of {host} is {name}, which does not lead back; whoever gave you the address can set it",
                **told, name=back[0])
        else:
            yield False, stated("PTR: {address} of {host} has no name; whoever gave you the address can set it", **told)
