"""The Endorsements pages: finding, reading, deciding, exporting; and nothing that a visitor sent does anything there."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import enter, ids, shopper_of, sign_in_link, signed_in
from conftest import ADMIN
from followup.making import behind

from afterlike import tables
from afterlike.collect import marks
from cast import ADA, BARE, BEN, CHAIR, CLEO, LAMP, TEAPOT
from parts.product import Server, make_site
from parts.programs import until

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{91237*7}}"
TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def shop(server, site):
    """A fresh shop, its admin's desk, and `who(visitor)` to like things there."""
    return opened(running := server(), site(running))


def opened(running: Server, made) -> SimpleNamespace:
    path = f"/admin/sites/{made.site}/endorsements"
    return SimpleNamespace(
        server=running, desk=signed_in(running, ADMIN), path=path, here=path.removesuffix("/endorsements"),
        who=lambda visitor=ADA: shopper_of(running, made, visitor), link=lambda: sign_in_link(running, ADMIN),
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A shop with four likes: a lamp with an answer and a profile, a chair, a teapot taken back, a page without a name."""
    running = Server(tmp_path_factory.mktemp("full"))
    try:
        running.start()
        made = opened(running, make_site(running, origin="https://shop.test", name="Shop", admin=ADMIN))
        lamp = made.who(ADA).like(LAMP, page={"url": "https://shop.test/lamp?colour=red", "title": "Lamps"})
        made.who(ADA).say(lamp, {"why": ["look", {"other": "it sings 100% of_the time"}], "have": "wish"})
        made.who(ADA).leave(lamp, "instagram.com/ada.byron", name="Ada Byron")
        made.who(BEN).like_by_extension(CHAIR)
        made.who(CLEO).take_back(made.who(CLEO).like(TEAPOT))
        made.who(CLEO).like(BARE)
        yield made
    finally:
        running.close()


FILTERS = {
    "": {"Reading lamp", "Oak chair", "Teapot", "https://shop.test/mystery"},
    "q=lamp": {"Reading lamp"},
    "q=SINGS": {"Reading lamp"},
    "q=ada.byron": {"Reading lamp"},
    "q=100%25": {"Reading lamp"},
    "q=of_the": {"Reading lamp"},
    "q=o%25t": set(),
    "q=colour%3Dred": {"Reading lamp"},
    "answered=1": {"Reading lamp"},
    "profile=1": {"Reading lamp"},
    "state=withdrawn": {"Teapot"},
    "state=counted&q=chair": {"Oak chair"},
    "source=extension": {"Oak chair"},
    "state=nonsense&source=x&since=yesterday&product=one&page=-1": {"Reading lamp", "Oak chair", "Teapot", "https://shop.test/mystery"},
    f"since={TODAY}&until={TODAY}": {"Reading lamp", "Oak chair", "Teapot", "https://shop.test/mystery"},
    "since=2999-01-01": set(),
    "until=1999-01-01": set(),
}


@pytest.mark.parametrize(("query", "names"), FILTERS.items(), ids=FILTERS)
def test_a_filter_finds_what_it_says(full, query, names):
    shown = full.desk.get(f"{full.path}?{query}")
    rows = shown.words.partition("Product When and where")[2]
    assert {name for name in FILTERS[""] if name in rows} == names
    assert names or "Nothing matches" in shown.words


def test_a_product_filter_names_the_product(full):
    shown = full.desk.get(f"{full.path}?product=1")
    assert "Remove filter: Reading lamp" in shown.words and len(set(ids(shown))) == 1


def test_every_active_filter_can_be_taken_away_by_itself(full):
    shown = full.desk.get(f"{full.path}?q=lamp&answered=1")
    assert f'href="{full.path}?answered=1"' in shown.text and f'href="{full.path}?q=lamp"' in shown.text
    assert f'href="{full.path}.csv?q=lamp&amp;answered=1"' in shown.text


def test_a_row_says_what_where_why_and_who(full):
    shown = full.desk.get(f"{full.path}?q=lamp")
    for words in ("Reading lamp", "€19.99", "shop.test /lamp?colour=red", "What do you like about it?",
                  "The look, Something else: it sings", "Ada Byron", "instagram.com /ada.byron",
                  "given, not checked", "Counted"):
        assert words in shown.words
    assert "a visitor" in full.desk.get(f"{full.path}?q=chair").words


def test_a_profile_is_a_link_that_gives_nothing_away(full):
    shown = full.desk.get(f"{full.path}?q=lamp").text
    assert 'href="https://instagram.com/ada.byron" rel="nofollow ugc noopener noreferrer" target="_blank"' in shown


def test_the_page_of_a_like_tells_it_all(full):
    [like] = set(ids(full.desk.get(f"{full.path}?q=lamp")))
    shown = full.desk.get(f"{full.path}/{like}").words
    for words in ("Reading lamp", "€19.99", "it sings", "Ada Byron", "Liked it", "Answered", "Left a profile: instagram.com",
                  "Lamps", "Lumen", "L-1", "Light", "In stock", "Nothing else so far."):
        assert words in shown


def test_what_else_the_same_person_liked(full):
    [bare] = set(ids(full.desk.get(f"{full.path}?q=mystery")))
    shown = full.desk.get(f"{full.path}/{bare}").words
    assert "Teapot" in shown and "Taken back" in shown and "No answer." in shown


def test_the_numbers_follow_the_likes(full):
    def shown() -> bool:
        return "Likes 4 0 in the 30 days before Answers 1 0 in" in full.desk.get(full.path).words

    until(shown, what="the numbers")


def test_before_the_first_like_the_page_shows_the_way(shop):
    shown = shop.desk.get(shop.path)
    assert "No likes yet" in shown.words and f'href="{shop.here}/tag"' in shown.text
    assert "Nothing was refused. That is how it should be." in shop.desk.get(f"{shop.here}/refused").words


def test_a_long_list_has_pages(shop):
    for number in range(53):
        shop.who(f"{number:032x}").like()
    first = shop.desk.get(f"{shop.path}?state=counted")
    further = html.unescape(re.search(r'rel="next" href="([^"]+)"', first.text)[1])
    shop.who(f"{99:032x}").like()
    second = shop.desk.get(further)
    assert (len(set(ids(first))), len(set(ids(second)))) == (50, 3) and not set(ids(first)) & set(ids(second))
    assert further.startswith(f"{shop.path}?state=counted&behind=")
    assert "1–50 of 53 likes" in first.words and "52–54 of 54 likes" in second.words, "one like came in between"
    newer = html.unescape(re.search(r'rel="prev" href="([^"]+)"', second.text)[1])
    assert set(ids(shop.desk.get(newer))) == set(ids(first))
    beyond = shop.desk.get(f"{shop.path}?state=counted&behind=1.1&done=hold&batch=none&told=tag&n=1")
    assert beyond.to == f"{shop.path}?state=counted&done=hold&batch=none&told=tag&n=1"


def test_after_a_decision_one_is_on_the_same_page_again(shop):
    for number in range(52):
        shop.who(f"{number:032x}").like()
    further = html.unescape(re.search(r'rel="next" href="([^"]+)"', shop.desk.get(shop.path).text)[1])
    page = shop.desk.get(further)
    kept = html.unescape(re.search(r'name="query" value="([^"]*)"', page.text)[1])
    done = shop.desk.post(f"{shop.path}/decisions", decision="hold", like=ids(page)[0], query=kept)
    assert done.to.startswith(further) and set(ids(shop.desk.get(done.to))) == set(ids(page))


def test_held_likes_leave_the_count_and_undo_brings_them_back(shop):
    shop.who(ADA).like()
    shop.who(BEN).like()
    likes = sorted(set(ids(shop.desk.get(shop.path))))
    held = shop.desk.post(f"{shop.path}/decisions", *(("like", like) for like in likes), decision="hold", query="state=counted")
    assert held.to.startswith(f"{shop.path}?state=counted&done=hold") and shop.who().count("lamp-1") == 0
    shown = shop.desk.get(held.to)
    assert "2 likes held." in shown.words and ">Undo<" in shown.text
    undone = shop.desk.post(f"{shop.path}/decisions", *(("like", like) for like in likes), decision="restore")
    assert shop.who().count("lamp-1") == 2 and "2 likes restored, and counted again." in shop.desk.get(undone.to).words


def batch_of(reply) -> str:
    return re.search(r"batch=([0-9a-f]{32})", reply.to)[1]


def test_an_undo_puts_each_like_back_to_what_it_was(shop):
    """One was held and one counted before both were rejected."""
    shop.who(ADA).like()
    shop.who(BEN).like()
    second, first = sorted(set(ids(shop.desk.get(shop.path))), reverse=True)
    decisions = f"{shop.path}/decisions"
    shop.desk.post(decisions, decision="hold", like=first)
    rejected = shop.desk.post(decisions, ("like", first), ("like", second), decision="reject")
    assert shop.who().count("lamp-1") == 0
    undone = shop.desk.post(decisions, decision="undo", batch=batch_of(rejected))
    assert "2 likes put back to what they were before." in (shown := shop.desk.get(undone.to)).words
    assert '<input type="hidden" name="batch"' not in shown.text
    assert "Held" in shop.desk.get(f"{shop.path}/{first}").words and shop.who().count("lamp-1") == 1
    again = shop.desk.post(decisions, decision="undo", batch=batch_of(rejected))
    assert again.to.endswith("done=undo&batch=none") and "Nothing was changed." in shop.desk.get(again.to).words


def test_an_undo_leaves_alone_what_was_decided_since(shop):
    shop.who(ADA).like()
    [like] = set(ids(shop.desk.get(shop.path)))
    decisions = f"{shop.path}/decisions"
    held = shop.desk.post(decisions, decision="hold", like=like)
    shop.desk.post(decisions, decision="reject", like=like)
    assert shop.desk.post(decisions, decision="undo", batch=batch_of(held)).to.endswith("batch=none")
    assert "Rejected" in shop.desk.get(f"{shop.path}/{like}").words


@pytest.mark.parametrize("batch", ["", "none", "0" * 31, "g" * 32, "%00"])
def test_an_undo_of_nothing_changes_nothing(full, batch):
    assert full.desk.post(f"{full.path}/decisions", decision="undo", batch=batch).status == 422
    assert full.desk.post(f"{full.path}/decisions", decision="undo", batch="0" * 32).to.endswith("done=undo&batch=none")


def test_a_like_tells_who_decided_what_and_why(shop):
    shop.who(ADA).like()
    [like] = set(ids(shop.desk.get(shop.path)))
    held = shop.desk.post(f"{shop.path}/decisions", decision="hold", like=like, reason=f" a friend of \n ours {HOSTILE}")
    shop.desk.post(f"{shop.path}/decisions", decision="undo", batch=batch_of(held))
    shown = shop.desk.get(f"{shop.path}/{like}")
    assert f"Held by {ADMIN}: a friend of ours" in shown.words and f"Counted again by {ADMIN}, as an undo" in shown.words
    assert "<script>alert" not in shown.text and "<img src=x" not in shown.text


# Tags, saved filters, and how the likes came.


def test_a_tag_is_put_on_found_and_taken_off(shop):
    shop.who(ADA).like(LAMP)
    shop.who(BEN).like(CHAIR)
    chair, lamp = sorted(set(ids(shop.desk.get(shop.path))), key=int, reverse=True)
    decisions = f"{shop.path}/decisions"
    put = shop.desk.post(decisions, ("like", lamp), ("like", chair), decision="tag", tag="  To   QUOTE ")
    assert "2 likes have got the tag." in shop.desk.get(put.to).words
    assert shop.desk.post(decisions, decision="tag", tag="to quote", like=lamp).to.endswith("told=tag&n=0")
    assert shop.desk.post(decisions, decision="untag", tag="To Quote", like=chair).to.endswith("told=untag&n=1")
    found = shop.desk.get(f"{shop.path}?tag=to+quote")
    assert set(ids(found)) == {lamp} and "Remove filter: to quote" in found.words
    assert f'href="{shop.path}?tag=to%20quote"' in shop.desk.get(f"{shop.path}/{lamp}").text


NO_TAGS = [{"tag": ""}, {"tag": " \0 "}, {"tag": "x" * 41}, {"tag": "a,b"}, {"tag": "x", "like": "none"}]


@pytest.mark.parametrize("fields", NO_TAGS)
def test_a_tag_that_cannot_be_one_is_told(full, fields):
    reply = full.desk.post(f"{full.path}/decisions", **({"decision": "tag", "like": "1"} | fields))
    assert reply.status == 422 and ("A tag has one to 40 letters, and no comma." in reply.words or "Tick up to" in reply.words)


def test_filters_are_saved_under_a_name_and_deleted(shop):
    shop.who(ADA).like()
    save = {"name": " Lamps  of June ", "query": "q=lamp&page=3&done=hold&evil=1&since=2026-06-01"}
    saved = shop.desk.post(f"{shop.path}/filters", **save)
    assert saved.status == 303 and "Every admin of this site sees them." in shop.desk.get(saved.to).words
    shown = shop.desk.get(f"{shop.path}?q=lamp&since=2026-06-01")
    assert f'<a href="{shop.path}?q=lamp&amp;since=2026-06-01" aria-current="true" dir="auto">Lamps of June</a>' in shown.text
    shop.desk.post(f"{shop.path}/filters", name="Lamps of June", query="q=chair")
    assert shop.desk.get(shop.path).text.count("Lamps of June") == 1
    gone = shop.desk.post(f"{shop.path}/filters/1/delete")
    assert "The saved filter is deleted." in shop.desk.get(gone.to).words
    assert "Lamps of June" not in shop.desk.get(shop.path).words
    assert shop.desk.post(f"{shop.path}/filters/1/delete").status == 404


@pytest.mark.parametrize("fields", [{"name": "", "query": "q=a"}, {"name": "x" * 61, "query": "q=a"}, {"name": "x", "query": ""},
                                    {"name": "x", "query": "state=nonsense"}])
def test_filters_that_cannot_be_saved_are_told(full, fields):
    assert full.desk.post(f"{full.path}/filters", **fields).status == 422


def test_a_site_has_a_bounded_number_of_saved_filters_and_tags(shop):
    shop.who(ADA).like()
    [like] = set(ids(shop.desk.get(shop.path)))
    with behind(shop.server) as tx:
        site = tx.scalar(sa.select(tables.likes.c.site_id))
        for n in range(marks.MOST_FILTERS):
            marks.save_filter(tx, [(site, f"filter {n}", "q=a", 1)])
        for n in range(marks.MOST_TAGS):
            marks.tag(tx, [(site, (int(like),), f"tag {n}")])
    assert "Delete one that nobody needs." in shop.desk.post(f"{shop.path}/filters", name="x", query="q=b").words
    assert shop.desk.post(f"{shop.path}/filters", name="filter 7", query="q=b").status == 303
    assert "Use one that is there." in shop.desk.post(f"{shop.path}/decisions", decision="tag", tag="new", like=like).words


def test_what_came_by_the_extension_is_counted_apart(full):
    shown = full.desk.get(full.path).words
    assert "1–4 of 4 likes 3 by the button on the page, 1 by the browser extension" in shown and "from the extension" in shown
    assert "1–1 of 1 like 1 by the browser extension" in full.desk.get(f"{full.path}?source=extension").words
    assert "by the button" not in full.desk.get(f"{full.path}?q=lamp").words


def test_deciding_twice_is_deciding_once(shop):
    shop.who().like()
    [like] = set(ids(shop.desk.get(shop.path)))
    outcomes = [shop.desk.post(f"{shop.path}/decisions", decision="reject", like=like, one=like).to for _ in range(2)]
    assert re.fullmatch(rf"{shop.path}/{like}\?done=reject&batch=[0-9a-f]{{32}}", outcomes[0])
    assert outcomes[1] == f"{shop.path}/{like}?done=reject&batch=none"
    assert shop.who().count("lamp-1") == 0 and "Nothing was changed." in shop.desk.get(outcomes[1]).words


def test_what_was_taken_back_stays_taken_back(shop):
    shop.who().take_back(shop.who().like())
    [like] = set(ids(shop.desk.get(shop.path)))
    assert "batch=none" in shop.desk.post(f"{shop.path}/decisions", decision="restore", like=like).to
    assert shop.who().count("lamp-1") == 0


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_decision_from_elsewhere_changes_nothing(shop, proof):
    shop.who().like()
    [like] = set(ids(shop.desk.get(shop.path)))
    assert shop.desk.post(f"{shop.path}/decisions", proof=proof, decision="reject", like=like).status == 403
    assert shop.who().count("lamp-1") == 1


@pytest.mark.parametrize("fields", [{"decision": "delete", "like": "1"}, {"like": "1"}])
def test_an_unknown_decision_is_told(full, fields):
    assert full.desk.post(f"{full.path}/decisions", **fields).status == 422


@pytest.mark.parametrize("query", ["//evil.test", "javascript:x", "a=1\r\nX-Evil: 1", "page=2&done=reject&batch=7&told=tag&n=3"])
def test_the_way_back_stays_on_our_page(full, query):
    back = full.desk.post(f"{full.path}/decisions", decision="hold", like="999999", query=query)
    assert back.status == 303 and back.to.startswith(f"{full.path}?") and back.to.endswith("done=hold&batch=none")
    assert "X-Evil" not in back.headers


def test_what_was_refused_is_counted_and_explained(shop):
    with pytest.raises(AssertionError, match="foreign_url"):
        shop.who().like(page={"url": "https://elsewhere.test/lamp"})

    def told() -> str:
        return shop.desk.get(f"{shop.here}/refused").words

    until(lambda: "The product or page is not on the site" in told() and "like 1" in told(), what="the refusal on the page")


def test_the_tag_page_holds_the_tag(full):
    shown = full.desk.get(f"{full.here}/tag").words
    key = full.here.rpartition("/")[2]
    assert f'<script async src="{full.desk.url}/w.js?site={key}" data-site="{key}"></script>' in shown
    assert 'integrity="sha384-' in shown and "/static/widget/whole-" in shown  # the site is new
    assert "connect-src" in shown and "https://shop.test" in shown


def test_the_tag_page_shows_the_tag_that_was_chosen(full):
    shown = full.desk.get(f"{full.here}/tag?shape=star&count=5&target=.a%5Bb%3D%22c%22%5D&position=left&pages=blog").words
    assert 'data-shape="star" data-count-from="5" data-target=".a[b=&#34;c&#34;]"></script>' in shown
    assert "choose one of after, before" in shown and "A path begins with a slash" in shown and "data-pages" not in shown
    assert full.desk.get(f"{full.here}/tag?platform=joomla").words.count("This platform is not among those") == 1


def test_the_tag_page_fills_in_a_product_of_this_site_alone(full):
    shown = full.desk.get(f"{full.here}/tag?product=1").words
    assert 'data-afterlike-product="' in shown and 'data-title="Reading lamp"' in shown and 'data-price="' in shown
    for nobody in ("999", "x", "-1", "9" * 30):
        assert 'data-title="Tide mug"' in full.desk.get(f"{full.here}/tag?product={nobody}").words


# What visitors send is text.

PLACES = ("title", "category", "brand", "sku", "key")


def poisoned(shop, text: str = HOSTILE) -> None:
    url = "https://shop.test/p?q='><script>".replace("<", "%3C").replace(">", "%3E")
    product = shop.who().product(LAMP, **dict.fromkeys(PLACES, text[:90])) | {"url": url}
    page = {"url": url, "title": text, "referrer": f"javascript:alert(1)//{text}"}
    context = {"locale": text[:35], "placement": text[:100]}
    liked = shop.who().like(product=product, page=page, context=context)
    shop.who().say(liked, {"why": [{"other": text}]})
    shop.who().leave(liked, "https://evil.test/?'onmouseover='alert(1)", name=text[:60])


def test_hostile_text_is_inert_in_every_field(shop, chromium, new_page):
    poisoned(shop)
    [like] = set(ids(shop.desk.get(shop.path)))
    page = new_page(chromium)
    enter(page, shop.link())
    told = []
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    search = "%22%27%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for path in (shop.path, f"{shop.path}/{like}", f"{shop.path}?q={search}", f"{shop.path}?product=1", f"{shop.here}/refused"):
        page.goto(shop.desk.url + path)
        assert page.locator("script:not([src^='/static/'])").count() == 0 and page.locator("img[src=x]").count() == 0
        assert page.locator("[onerror], [onmouseover], [style]").count() == 0
        assert page.locator("a[href^='javascript'], a[href^='data']").count() == 0
    page.goto(f"{shop.desk.url}{shop.path}/{like}")
    assert page.locator("h1").inner_text() == HOSTILE[:90] and not told
    assert page.get_by_text("{{91237*7}}").count() and not page.get_by_text("638659").count()


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|calc")


@pytest.mark.parametrize("text", FORMULAS)
def test_the_file_holds_text_and_no_formula(shop, text):
    liked = shop.who().like(product=shop.who().product(LAMP, title=text), page={"url": LAMP["url"], "title": text})
    shop.who().leave(liked, "instagram.com/ada", name=text)
    answer = shop.desk.get(f"{shop.path}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer.headers["Content-Disposition"]
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    risky = tuple("=+-@\t\r\n|%＝＋－＠")
    assert not [cell for cell in (*head, *row) if cell.lstrip().startswith(risky) or cell.startswith(risky)]
    assert row[head.index("product")] == f"'{text}"


def test_the_file_follows_the_filters(full):
    rows = list(csv.DictReader(io.StringIO(full.desk.get(f"{full.path}.csv?q=lamp").text.removeprefix("\ufeff"), newline="")))
    [row] = rows
    assert (row["product"], row["price"], row["currency"], row["profile_state"]) == ("Reading lamp", "19.99", "EUR", "claimed")
    assert "Something else: it sings" in row["answers"]
