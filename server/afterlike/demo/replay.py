"""Plays a shop's history into the database through the collector's own functions, each act at its own moment."""

import sqlalchemy as sa

from afterlike import catalog, endorsers
from afterlike.collect import answers, likes, moderation, schemas, visits
from afterlike.collect.api import facts
from afterlike.demo.history import Act
from afterlike.signing import Keyring
from afterlike.sites import Site
from afterlike.wire import loaded


def replay(tx: sa.Connection, keyring: Keyring, site: Site, acts: list[Act]) -> None:
    """Keeps the acts in their order; raises what the collector would have answered to a wrong one."""
    liked: dict[str, int] = {}
    for act in acts:
        if act.call == "hold":
            ids = tuple(liked[name] for name in act.body["likes"])
            moderation.decide(tx, [moderation.Decision(site.id, ids, "hold", act.at)])
            continue
        schema, play = PLAYS[act.call]
        visitor = keyring.hashed("visitor", f"{site.id}:{act.body['visitor']}")
        apply, item = play(site, visitor, loaded(schema(), act.body | {"site": site.key}), act.at)
        [told] = apply(tx, [item])
        if isinstance(told, Exception):
            raise told
        if act.call == "likes":
            liked[act.body["id"]] = told.like_id


def _like(site: Site, visitor: bytes, data: dict, at: int):
    product, page, context = data["product"], data["page"], data["context"]
    return likes.take, likes.Item(
        site=site,
        uuid=data["id"],
        visitor=visitor,
        at=at,
        pressed_at=context["pressed_at"],
        source=data["source"],
        product=catalog.Pressed(site.id, product["key"], product["url"], facts(product), at),
        page_url=page["url"],
        page_title=page.get("title"),
        referrer=page.get("referrer"),
        placement=context.get("placement"),
        position=context.get("position"),
        dwell_ms=context.get("dwell_ms"),
        lasting=context.get("lasting"),
        locale=context.get("locale"),
    )


def _unlike(site: Site, visitor: bytes, data: dict, at: int):
    return likes.take_back, likes.Takeback(site.id, data["id"], visitor, at)


def _shown(site: Site, visitor: bytes, data: dict, at: int):
    return answers.note_showings, answers.Showing(
        site.id, data["id"], visitor, data["like"], data["prompt"], data["version"], data["event"], at
    )


def _answers(site: Site, visitor: bytes, data: dict, at: int):
    return answers.save_answers, answers.Said(
        site.id, data["id"], visitor, data["like"], data["prompt"], data["version"], data["answers"], data["done"], at
    )


def _profile(site: Site, visitor: bytes, data: dict, at: int):
    url = endorsers.profile_address(data["url"])
    return answers.claim_profiles, answers.Claim(site.id, data["id"], visitor, data["like"], url, data.get("name"), at)


def _visit(site: Site, visitor: bytes, data: dict, at: int):
    return visits.note_visits, visits.Visit(
        site.id, data["id"], visitor, data["page"]["url"], data["page"].get("referrer"), at
    )


PLAYS = {
    "likes":         (schemas.Like, _like),
    "unlikes":       (schemas.Unlike, _unlike),
    "shown":         (schemas.ShownEvent, _shown),
    "answers":       (schemas.Answers, _answers),
    "profile-links": (schemas.ProfileLink, _profile),
    "visits":        (schemas.Visit, _visit),
}
