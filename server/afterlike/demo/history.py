"""Three months in the life of a demo shop: who liked what, what they said, who came back. Pure, always the same."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from afterlike.demo.goods import Product, Shop

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SPAN_DAYS = 91

# How busy a weekday (Monday first) and an hour of the shop's own day are.
WEEKDAYS = (8, 7, 8, 9, 11, 15, 17)
HOURS = (1, 0, 0, 0, 0, 1, 2, 4, 5, 6, 6, 6, 8, 7, 5, 5, 6, 8, 11, 15, 18, 17, 11, 5)


@dataclass(frozen=True)
class Act:
    """A call as a client would have sent it (`call` is its path under /v1), or an admin's "hold"; `at` is epoch ms."""

    at: int
    call: str  # likes unlikes shown answers profile-links visits hold
    body: dict


@dataclass(frozen=True)
class Crowd:
    """Who visits a shop: numbers, habits, words. `liking` is how many likes the honest visitors leave in all."""

    seed: str
    visitors: int
    liking: int
    burst: int
    utc_offset_hours: int
    locales: tuple[str, ...]
    referrers: tuple[str, ...]
    others: tuple[str, ...]
    profiles: tuple[tuple[str, str | None], ...]


CROWDS = {
    "ballyfern": Crowd(
        "ballyfern-1",
        21,
        86,
        6,
        0,
        ("en-IE", "en-GB", "en-IE", "en-US", "de"),
        (
            "",
            "",
            "https://www.google.com/",
            "https://www.google.ie/",
            "https://www.instagram.com/",
            "https://slow-kitchen.example/ten-good-mugs",
            "https://www.pinterest.com/",
            "https://duckduckgo.com/",
        ),
        (
            "It looks like the one my grandmother had",
            "The handle! Finally one for big hands",
            "I saw it at a friend’s house",
            "You can see that a person made it",
            "My kitchen is exactly this green",
        ),
        (
            ("https://www.instagram.com/maeve.bakes.bread", "Maeve"),
            ("https://mastodon.social/@tuesdaypots", "Tuesday Pots"),
            ("https://slow-kitchen.example/about", "Slow Kitchen"),
            ("https://www.linkedin.com/in/oisin-brannach-interiors", None),
            ("https://www.tiktok.com/@shelfie.sorcha", "Sorcha"),
            ("https://www.instagram.com/the_linen_drawer", None),
            ("https://harrow-and-hearth.example/", "Harrow & Hearth"),
        ),
    ),
    "kain-rotan": Crowd(
        "kain-rotan-1",
        17,
        62,
        6,
        7,
        ("id", "id-ID", "id", "en"),
        (
            "",
            "",
            "https://www.google.co.id/",
            "https://www.instagram.com/",
            "https://www.tiktok.com/",
            "https://rumah-teduh.example/inspirasi",
            "https://www.google.com/",
        ),
        (
            "Motifnya mengingatkan pada nenek saya",
            "Cocok untuk seragam keluarga",
            "Warnanya tidak pasaran",
            "Suka cerita di baliknya",
        ),
        (
            ("https://www.instagram.com/dapur.bu.ratmi", "Dapur Bu Ratmi"),
            ("https://www.tiktok.com/@gilang.jalanpelan", "Gilang"),
            ("https://rumah-teduh.example/tentang", "Rumah Teduh"),
            ("https://www.linkedin.com/in/ayu-wirasena-desain", "Ayu Wirasena"),
            ("https://www.instagram.com/kebaya.kita.semua", None),
        ),
    ),
}

WHY = ("look", "look", "look", "quality", "quality", "idea", "gift", "gift", "price")
HAVE = ("own", "plan", "plan", "wish", "wish", "wish", "looking", "looking")


def history(now: int, shop: Shop, address: str = "http://127.0.0.1:8000") -> list[Act]:
    """Everything that happened in the 91 days before `now`, in order of time. `address` is where the shop is served."""
    story = _Story(now, shop, f"{address}/demo/{shop.slug}", CROWDS[shop.slug])
    return sorted(story.told(), key=lambda act: act.at)


class _Story:
    """Draws the acts with dice of its own, so that the same moment and shop give the same story."""

    def __init__(self, now: int, shop: Shop, base: str, crowd: Crowd):
        self.now, self.shop, self.base, self.crowd = now, shop, base, crowd
        self.dice = random.Random(crowd.seed)
        goods = shop.listed()
        favourites = self.dice.sample(goods, len(goods))
        self.weights = {one.slug: 1 / (1 + favourites.index(one)) ** 0.85 for one in goods}
        self.profiles = list(crowd.profiles)

    def told(self) -> list[Act]:
        acts = [act for nth, likes in enumerate(self._shares()) for act in self._visitor(nth, likes)]
        return acts + self._burst()

    def _shares(self) -> list[int]:
        """How many likes each visitor leaves: one at least, a few enthusiasts many."""
        shares = [1] * self.crowd.visitors
        keen = [self.dice.paretovariate(1.4) for _ in shares]
        for _ in range(self.crowd.liking - sum(shares)):
            open_ = [nth for nth, share in enumerate(shares) if share < 14]
            shares[self.dice.choices(open_, [keen[nth] for nth in open_])[0]] += 1
        return shares

    def _visitor(self, nth: int, likes: int) -> list[Act]:
        who = {"visitor": f"{self.dice.getrandbits(128):032x}", "locale": self.dice.choice(self.crowd.locales)}
        wanted = self._picked(likes)
        acts = []
        for session, at in enumerate(self._sessions(likes)):
            referrer = self.dice.choice(self.crowd.referrers)
            if session:
                acts.append(self._visit(at, who, referrer))
            for product in [wanted.pop() for _ in range(min(len(wanted), 1 + self.dice.choice((0, 1, 1, 2, 3))))]:
                at += self.dice.randint(40_000, 5 * MINUTE)
                liked = self._like(at, who, product, referrer)
                acts += [liked, *(self._aftermath(nth, liked) if len(acts) == 0 else ())]
                if self.dice.random() < 0.07:
                    acts.append(self._unlike(liked))
        return [act for act in acts if act.at < self.now]

    def _picked(self, many: int) -> list[Product]:
        goods, picked = self.shop.listed(), []
        while len(picked) < many:
            one = self.dice.choices(goods, [self.weights[product.slug] for product in goods])[0]
            if one not in picked:
                picked.append(one)
        return picked

    def _sessions(self, likes: int) -> list[int]:
        """When the visitor comes: moments in order, enough for one like each, so some visits end without one."""
        many = likes + self.dice.choice((0, 0, 1, 2))
        first_day = self.dice.triangular(3, SPAN_DAYS, 10)  # more newcomers lately
        days = sorted((first_day * self.dice.random() for _ in range(many - 1)), reverse=True)
        return sorted(self._moment(day) for day in [first_day, *days])

    def _moment(self, days_ago: float) -> int:
        """A believable moment about that long ago: evenings and weekends, in the shop's own time."""
        about = self.now - int(days_ago * DAY)
        near = [about - about % DAY + shift * DAY for shift in range(-3, 4)]
        midnight = self.dice.choices(
            near, [WEEKDAYS[datetime.fromtimestamp(day / 1000, UTC).weekday()] for day in near]
        )[0]
        hour = self.dice.choices(range(24), HOURS)[0] - self.crowd.utc_offset_hours
        moment = midnight + hour * HOUR + self.dice.randrange(HOUR)
        return min(max(moment, self.now - SPAN_DAYS * DAY), self.now - 2 * HOUR - self.dice.randrange(6 * HOUR))

    def _like(self, at: int, who: dict, product: Product, referrer: str) -> Act:
        from_listing = self.dice.random() < 0.3
        url = f"{self.base}/products/{product.slug}"
        page = {
            "url": f"{self.base}/products/" if from_listing else url,
            "title": self._page_title(product, from_listing),
        }
        if referrer or from_listing:
            page["referrer"] = f"{self.base}/" if from_listing else referrer
        context = {
            "locale": who["locale"],
            "placement": "card" if from_listing else "product",
            "pressed_at": at - self.dice.randint(20, 900),
            "position": self.shop.listed().index(product) % 20 + 1 if from_listing else 1,
            "dwell_ms": int(self.dice.lognormvariate(10, 0.7)),
            "lasting": who["visitor"][0] not in "07f",  # the others' browsers keep nothing
        }
        return self._act(
            at, "likes", who, source="widget", product=self._facts(product, url), page=page, context=context
        )

    def _page_title(self, product: Product, from_listing: bool) -> str:
        return f"{self.shop.words['shop'] if from_listing else product.title} · {self.shop.name}"

    def _facts(self, product: Product, url: str) -> dict:
        """As the widget reads them from the product's page; the key is the address, as the widget makes it."""
        return {
            "key": url,
            "url": url,
            "title": product.title,
            "image": f"{self.base}/images/{product.sku}.svg",
            "price": product.price if "." in product.price else f"{product.price}.00",
            "currency": self.shop.currency,
            "category": self.shop.categories[product.category],
            "availability": product.availability,
            "sku": product.sku,
            "brand": self.shop.name,
        }

    def _aftermath(self, nth: int, liked: Act) -> list[Act]:
        """What follows a visitor's first like: the questions are shown; two in three answer, some of them in full."""
        about = {"visitor": liked.body["visitor"], "like": liked.body["id"], "prompt": "welcome", "version": 1}
        shown = self._act(liked.at + 700, "shown", about, event="shown")
        reaction = nth % 6
        if reaction == 5:
            return [shown]
        if reaction == 4:
            return [shown, Act(liked.at + 6_000, "shown", {**shown.body, "event": "dismissed"})]
        why = self._act(
            liked.at + self.dice.randint(5_000, 30_000), "answers", about, answers={"why": self._why()}, done=False
        )
        if reaction == 3:
            return [shown, why]
        have = {"why": why.body["answers"]["why"], "have": self.dice.choice(HAVE)}
        rest = Act(why.at + self.dice.randint(3_000, 15_000), "answers", {**why.body, "answers": have, "done": True})
        return [shown, why, rest, *self._profile(rest.at + self.dice.randint(8_000, 50_000), about)]

    def _why(self) -> list:
        chosen: list = sorted(set(self.dice.choices(WHY, k=self.dice.choice((1, 1, 2, 2, 3)))))
        return [*chosen, {"other": self.dice.choice(self.crowd.others)}] if self.dice.random() < 0.3 else chosen

    def _profile(self, at: int, about: dict) -> list[Act]:
        if not self.profiles or self.dice.random() < 0.25 and len(self.profiles) < 3:
            return []
        url, name = self.profiles.pop()
        body = {"visitor": about["visitor"], "like": about["like"]}
        return [self._act(at, "profile-links", body, url=url, **({"name": name} if name else {}))]

    def _unlike(self, liked: Act) -> Act:
        return Act(
            liked.at + self.dice.randint(5_000, 3 * HOUR),
            "unlikes",
            {name: liked.body[name] for name in ("site", "id", "visitor")},
        )

    def _visit(self, at: int, who: dict, referrer: str) -> Act:
        page = {"url": f"{self.base}/", "title": self.shop.name, **({"referrer": referrer} if referrer else {})}
        return self._act(at, "visits", {"visitor": who["visitor"]}, page=page)

    def _burst(self) -> list[Act]:
        """One visitor presses everything in sight within seconds; the owner holds those likes the next morning."""
        who = {"visitor": f"{self.dice.getrandbits(128):032x}", "locale": "en"}
        start = self._moment(17)
        goods = self.shop.listed()[: self.crowd.burst]
        likes = [self._like(start + n * 1_100, who, product, "") for n, product in enumerate(goods)]
        held = Act(start + 11 * HOUR, "hold", {"site": self.shop.slug, "likes": [like.body["id"] for like in likes]})
        return [act for act in (*likes, held) if act.at < self.now]

    def _act(self, at: int, call: str, who: dict, **more) -> Act:
        made = {"site": self.shop.slug, "id": str(uuid.UUID(int=self.dice.getrandbits(128), version=4))}
        return Act(at, call, {**made, **{name: value for name, value in who.items() if name != "locale"}, **more})
