"""The Webmention endpoint of a site: takes a source and a target, answers with a status page, looks later (W3C, section 3.2)."""

from flask import Response, request

from afterlike import safefetch, sites
from afterlike.addresses import BadAddress, cleaned, origin, same_host
from afterlike.clock import now
from afterlike.collect import mention_rules, mentions
from afterlike.collect.api import note_drop
from afterlike.errors import AfterlikeError, Malformed, NotFound
from afterlike.web import answer, house, network, peer

TOLD = {"waiting": "waiting", "held": "held for review", "accepted": "accepted", "refused": "not shown", "wrong": "not verified",
        "gone": "deleted"}


def receive(site: str) -> Response:
    """Takes a form with source and target; 202 and where to look what became of it."""
    with house().db.read() as tx:
        here = sites.site_named(tx, site)
    if here is None:
        raise NotFound(reason="unknown_site")
    try:
        received = _received(here)
    except AfterlikeError as dropped:
        note_drop(here.id, "webmentions", dropped.reason)
        raise
    status = f"{house().config.address}/webmention/{here.key}/{house().db.write(mentions.receive, received)}"
    return answer({"status": status}, 202, {"Location": status})


def _received(site: sites.Site) -> mentions.Received:
    """The pair, when it is one that may be looked at; raises Malformed, TooMany."""
    source, target = (request.form.get(name, "").strip() for name in ("source", "target"))
    try:
        source, whole = cleaned(source), cleaned(target)
        safefetch.permitted(source.partition("#")[0], house().config.fetch_allow)
    except (BadAddress, safefetch.Refused):
        raise Malformed("`source` and `target` have to be public web addresses.", reason="mention_address") from None
    if not same_host(site.origins, whole.partition("#")[0]):
        raise Malformed("`target` is no page of this site.", reason="mention_target")
    if source.partition("#")[0] == whole.partition("#")[0]:
        raise Malformed("`source` and `target` are the same page.", reason="mention_same")
    if origin(source.partition("#")[0]) == origin(whole.partition("#")[0]):
        raise Malformed("`source` is a page of the site itself.", reason="mention_same")
    asked_by = network(peer(request))
    if asked_by is not None:
        house().limits.spend("mention_network", site.key, asked_by)
    house().limits.spend("mention_host", site.key, mention_rules.host_of(source))
    return mentions.Received(site.id, source, whole, now())


def status(site: str, mention: str) -> Response:
    """What became of one; nobody finds it by trying."""
    with house().db.read() as tx:
        here = sites.site_named(tx, site)
        row = here and mentions.by_key(tx, here.id, mention)
    if not row:
        raise NotFound()
    return answer({"source": row.source, "target": row.target, "status": TOLD[row.state]})
