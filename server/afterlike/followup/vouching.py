"""Is a mail from whom its From names? A signature of that domain may say so (DKIM), the server that brought it (SPF), or a mail
server of ours that looked already (Authentication-Results). It never decides whether a mail is taken.

Two programs that read one head differently are how such checks are fooled, so a head that could be read in two ways is
checked by nobody; what dkimpy takes the square of is bounded before.
"""

import logging
import re
import time
from dataclasses import dataclass
from email.message import Message

import dkim
import dkim.util
import spf

from afterlike.followup import incoming
from afterlike.mailcheck import Names, Unknown

SIGNED, SENT, TOLD = "dkim", "spf", "relay"
FAILED, NOBODY = "failed", "nobody"
CHECKED = frozenset({SIGNED, SENT, TOLD})

MOST_SIGNATURES = 3
LONGEST_KEY = 1_500  # of a record; RSA with 8,192 bits has 1,400, and a larger one takes minutes of arithmetic
PATIENCE_S, LOOK_S = 12, 5  # for all questions about one mail, and for each
AMBIGUOUS = re.compile(rb"\r(?!\n)|\x00|[ \t]{150}")
COMMENT = re.compile(r"\([^()]*\)")
QUIET = logging.Logger("dkim", logging.CRITICAL)
BROKEN = (dkim.DKIMException, dkim.util.InvalidTagValueList, ValueError, LookupError, TypeError, AssertionError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail came: the sender of its envelope, None where nobody knows; and the address of the server that brought it, None
    where that is a mail server of ours, or a mailbox."""

    envelope: str | None = None
    peer: str | None = None


class Patient:
    """Asks name servers about one mail, and comes to an end."""

    def __init__(self, names: Names):
        self._names, self._end = names, time.monotonic() + PATIENCE_S
        self.silent = False

    def of(self, name: str, kind: str) -> list[str]:
        """The records of a name; raises Unknown."""
        left = self._end - time.monotonic()
        try:
            if left <= 0:
                raise Unknown("the name servers took too long")
            return self._names.of(name.rstrip("."), kind, patience_s=min(LOOK_S, left))
        except Unknown:
            self.silent = True
            raise

    def key(self, name: bytes, timeout: float = 0) -> bytes | None:
        """What dkimpy asks: a key's record."""
        try:
            found = self.of(name.decode("ascii"), "TXT")
        except Unknown as why:
            raise dkim.DnsTimeoutError(str(why)) from None
        return found[0].encode() if found and len(found[0]) <= LONGEST_KEY else None


class Policy(spf.query):
    """pyspf with our name servers; what is asked in vain is counted as RFC 7208 wants (4.6.4)."""

    def __init__(self, names: Patient, **asked):
        super().__init__(**asked)
        self._names = names

    def dns(self, name, qtype, cnames=None, ignore_void=False) -> list:
        try:
            found = self._names.of(str(name), qtype) if name else []
        except Unknown as why:
            raise spf.TempError(str(why)) from None
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names that are not there")
        return [_as_pyspf(one, qtype) for one in found]


def _as_pyspf(record: str, kind: str):
    if kind == "TXT":
        return (record.encode(),)
    return (int(record.split()[0]), record.split()[-1]) if kind == "MX" else record


def vouched(raw: bytes, sender: str, way: Way, names: Names, *, authserv: str = "") -> str:
    """dkim, spf or relay: who says that it is from `sender`, the address in its From; failed where somebody says it is not;
    else nobody. `authserv` is the name under which a mail server of ours tells what it found."""
    mail, domain = incoming.parsed(raw), _domain(sender)
    if not domain or AMBIGUOUS.search(raw) or not _names_one(mail):
        return NOBODY
    told = _told(mail, domain, authserv) if authserv and way.peer is None else None
    if told == TOLD:
        return TOLD
    asked = Patient(names)
    looks = (told, _signed(raw, sender, domain, asked), _sent(way, domain, asked))
    if found := next((one for one in looks if one in CHECKED), None):
        return found
    return FAILED if FAILED in looks or _is_forbidden(way, domain, asked) else NOBODY


def belongs(domain: str, to: str) -> bool:
    """Whether one domain is the other, or lies below it. Siblings do not count, so no list of public suffixes is needed."""
    lower, upper = f".{domain.lower().strip('.')}", f".{to.lower().strip('.')}"
    fits = lower == upper or lower.endswith(upper) or upper.endswith(lower)
    return fits and min(lower.count("."), upper.count(".")) >= 2


def _domain(address: str) -> str:
    try:
        return address.rpartition("@")[2].strip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _names_one(mail: Message) -> bool:
    """Whether the From is there once, with one address."""
    told = [str(one) for one in mail.get_all("From", ())]
    bare = re.sub(r'"[^"]*"', "", told[0]) if len(told) == 1 else ",,"
    return "," not in bare and bare.count("<") <= 1 and bare.count("@") == 1


# --- the signature ------------------------------------------------------------------------------------------------

def _signed(raw: bytes, sender: str, domain: str, asked: Patient) -> str | None:
    """SIGNED where a signature of the sender's domain fits, FAILED where none of those that are there does."""
    try:
        signed = dkim.DKIM(raw, logger=QUIET, minkey=1024)
        froms = [value for name, value in signed.headers if name.lower() == b"from"]
        if len(froms) != 1 or incoming.address_in(froms[0].decode("utf-8", "replace")) != sender:
            return None
        ours = list(_signatures(signed.headers, domain))
    except BROKEN:
        return None
    before = asked.silent
    if any(_fits(signed, place, asked) for place in ours):
        return SIGNED
    return FAILED if ours and asked.silent == before else None


def _signatures(headers: list, domain: str):
    """Where the signatures of this domain stand, those alone that cover the whole letter by what is still thought safe."""
    found = [value for name, value in headers if name.lower() == b"dkim-signature"][:MOST_SIGNATURES]
    for place, value in enumerate(found):
        try:
            told = dkim.util.parse_tag_value(value[: incoming.LONGEST_HEADER])
        except BROKEN:
            continue
        if b"l" not in told and told.get(b"a") != b"rsa-sha1" and belongs(told.get(b"d", b"").decode("ascii", "replace"), domain):
            yield place


def _fits(signed: dkim.DKIM, place: int, asked: Patient) -> bool:
    try:
        return bool(signed.verify(place, dnsfunc=asked.key))
    except BROKEN:
        return False


# --- the server that brought it -----------------------------------------------------------------------------------

def _sent(way: Way, domain: str, asked: Patient) -> str | None:
    """SENT where the domain of the envelope's sender, which is the sender's, names the server; FAILED where it says no."""
    envelope = _domain(way.envelope or "")
    if way.peer is None or not envelope or not belongs(envelope, domain):
        return None
    try:
        policy = Policy(asked, i=way.peer, s=way.envelope, h=envelope, receiver="afterlike", timeout=LOOK_S, querytime=PATIENCE_S)
        result = policy.check()[0]
    except BROKEN:
        return None
    return {"pass": SENT, "fail": FAILED}.get(result)


def _is_forbidden(way: Way, domain: str, asked: Patient) -> bool:
    """Whether the domain wants what neither check holds for to be turned away (DMARC). Asked where both were looked at."""
    if way.peer is None or asked.silent:
        return False
    for name in dict.fromkeys((domain, domain.partition(".")[2])):
        try:
            found = [one.replace(" ", "").lower() for one in asked.of(f"_dmarc.{name}", "TXT")]
        except Unknown:
            return False
        if records := [one for one in found if one.startswith("v=dmarc1")]:
            return bool(re.search(r";p=(quarantine|reject)", records[0]))
    return False


# --- what a mail server of ours found -----------------------------------------------------------------------------

def _told(mail: Message, domain: str, authserv: str) -> str | None:
    """What stands in the topmost Authentication-Results of this name (RFC 8601): TOLD, FAILED, or nothing about this domain."""
    for header in mail.get_all("Authentication-Results", ()):
        text = _without_comments(" ".join(str(header).split()))
        name, _, results = text.partition(";")
        if name.split()[:1] == [authserv]:
            return _result(results, domain)
    return None


def _without_comments(text: str) -> str:
    for _ in range(3):  # comments within comments; deeper ones nobody writes
        text = COMMENT.sub(" ", text)
    return re.sub(r'"[^"]*"', lambda found: found[0].strip('"').replace(";", " ").replace(" ", "_"), text).lower()


def _result(results: str, domain: str) -> str | None:
    failed = None
    for words in (part.split() for part in results.split(";")):
        if not words:
            continue
        method, _, result = words[0].partition("=")
        about = dict(word.partition("=")[::2] for word in words[1:])
        method = method.partition("/")[0]
        if result == "pass" and _is_about(method, about, domain):
            return TOLD
        failed = FAILED if (method, result) == ("dmarc", "fail") else failed
    return failed


def _is_about(method: str, about: dict[str, str], domain: str) -> bool:
    named = {
        "dmarc": about.get("header.from", ""),
        "dkim": about.get("header.d") or about.get("header.i", ""),
        "spf": about.get("smtp.mailfrom", ""),
    }.get(method, "")
    of = named.rpartition("@")[2]
    return of == domain if method == "dmarc" else bool(of) and belongs(of, domain)
