"""Networks whose pages we never open: a door that the person gives and an admin opens by hand. Pure, by the text alone."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Network:
    """A network, its hosts (the first is how we write it), and the path of a profile; `{}` stands for the handle."""

    name: str
    hosts: tuple[str, ...]
    path: str
    handle: str

    @property
    def pattern(self) -> re.Pattern:
        return re.compile(re.escape(self.path).replace(r"\{\}", f"({self.handle})"))


NETWORKS = {
    "facebook":  Network("Facebook", ("facebook.com", "fb.com"), "/{}", r"[\w.]{2,80}"),
    "instagram": Network("Instagram", ("instagram.com", "instagr.am"), "/{}", r"[\w.]{1,30}"),
    "x":         Network("X", ("x.com", "twitter.com"), "/{}", r"\w{1,15}"),
    "tiktok":    Network("TikTok", ("tiktok.com",), "/@{}", r"[\w.]{2,24}"),
    "linkedin":  Network("LinkedIn", ("linkedin.com",), "/in/{}", r"[\w%-]{3,100}"),
    "whatsapp":  Network("WhatsApp", ("wa.me", "api.whatsapp.com"), "/{}", r"\d{7,15}"),
    "telegram":  Network("Telegram", ("t.me", "telegram.me"), "/{}", r"\w{4,32}"),
}
OF_HOST = {host: key for key, network in NETWORKS.items() for host in network.hosts}


def network_of(url: str) -> str | None:
    """The network that an address belongs to, also by a host below it such as id-id.facebook.com."""
    host = urlsplit(url).netloc
    return next((key for known, key in OF_HOST.items() if host == known or host.endswith(f".{known}")), None)


def plain_door(url: str) -> str:
    """The one way of writing a profile there, without other hosts, tracking and a last slash; other addresses as they are."""
    network = NETWORKS.get(network_of(url) or "")
    if network is None:
        return url
    parts = urlsplit(url)
    if re.fullmatch(network.pattern, parts.path.rstrip("/")):
        return f"https://{network.hosts[0]}{parts.path.rstrip('/')}"
    return parts._replace(scheme="https", netloc=network.hosts[0]).geturl()


def typed_door(key: str, typed: str) -> str:
    """An address from what was typed for a network: `@ada`, `+49 170 1234567`; unchanged where that is no handle."""
    network, text = NETWORKS[key], typed.strip()
    handle = re.sub(r"[\s()+-]", "", text) if key == "whatsapp" else text.removeprefix("@").strip("/")
    if re.fullmatch(network.handle, handle):
        return f"https://{network.hosts[0]}{network.path.format(handle)}"
    return text
