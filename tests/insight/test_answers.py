"""Answers: added up by question, what was written, tagged and erased; on both databases."""

import pytest
import sqlalchemy as sa
from ground.making import NOW
from insight.making import a_shop

from afterlike import endorsers, erasure, tables
from afterlike.errors import Invalid, NotFound
from afterlike.insight import answers


@pytest.fixture
def shop(database):
    """Twelve who answered, one of them not to the end and one whose like is held; a lamp."""
    with a_shop(database) as made:
        lamp = made.product("Lamp")
        for nth in range(10):
            said = {"reason": "look" if nth < 7 else "price", "have": "own", "again": 10 if nth < 5 else 8 if nth < 8 else 3}
            made.answer(made.like(f"a{nth}", lamp), said | ({"more": f"Very nice {nth}"} if nth < 2 else {}))
        made.answer(made.like("half", lamp), {"reason": "look"}, done=0)
        made.answer(made.like("held", lamp, state="held"), {"reason": "price", "more": "Buy pills"})
        tx = made.tx
        tx.execute(sa.update(tables.prompts).values(shown=20))
    return made


def told(database, shop) -> answers.Told:
    with database.read() as tx:
        sums, made_at = answers.sums_of(tx, shop.site)
        [one] = answers.told(tx, shop.site, sums, "en")
    return one


def test_each_question_is_counted_of_those_who_answered_it(database, shop):
    one = told(database, shop)
    why, have, again, more = one.cards
    assert (one.shown, one.n, one.done) == (20, 11, 10) and (one.began.k, one.began.n) == (11, 20)
    assert [(text, rate.k, rate.n) for text, rate in why.choices] == [("Its look", 8, 11), ("Its price", 3, 11)]
    assert [(card.reached.k, card.reached.n) for card in one.cards] == [(11, 11), (10, 11), (10, 11), (2, 11)]
    assert more.choices == [] and (have.n, again.n) == (10, 10)


def test_the_nps_is_of_the_answers_and_not_of_who_was_asked(database, shop):
    score, low, high = told(database, shop).cards[2].score
    assert score == 30 and low < 30 < high  # five of ten promote, two of ten detract


def test_a_score_is_not_told_under_ten(database):
    with a_shop(database) as shop:
        shop.answer(shop.like("a", shop.product()), {"again": 10})
    assert told(database, shop).cards[2].score is None


def test_large_sites_are_added_up_beforehand_to_the_same_sums(database, shop, monkeypatch):
    live = told(database, shop)
    monkeypatch.setattr(answers, "LIVE", 5)
    assert told(database, shop).n == 0  # nobody has added them up yet
    assert answers.add_up_answers(database, NOW) == 1 and answers.add_up_answers(database, NOW + 1) == 0
    assert told(database, shop) == live


def written(database, shop, **wanted) -> list[answers.Written]:
    with database.read() as tx:
        return answers.written(tx, shop.site, "en", **wanted)


def test_what_people_wrote_is_found_and_what_held_likes_say_is_not_shown(database, shop):
    words = [one.words for one in written(database, shop)]
    assert words == [[("Anything else?", "Very nice 1")], [("Anything else?", "Very nice 0")]]
    assert [one.words[0][1] for one in written(database, shop, search="NICE 0")] == ["Very nice 0"]
    assert written(database, shop, search="look") == [] and written(database, shop, search="%") == []


def test_words_are_tagged_and_found_by_it(database, shop):
    newest, other = written(database, shop)
    database.write(answers.tag, answers.Tag(shop.site, newest.id, " To  Quote ", NOW))
    assert [(one.id, one.tags) for one in written(database, shop, tag="to quote")] == [(newest.id, ["to quote"])]
    for typed in ("", "a,b", "x" * 41):
        with pytest.raises(Invalid):
            database.write(answers.tag, answers.Tag(shop.site, other.id, typed, NOW))
    with a_shop(database, "other") as elsewhere:
        pass
    with pytest.raises(NotFound):
        database.write(answers.tag, answers.Tag(elsewhere.site, newest.id, "mine", NOW))
    database.write(answers.tag, answers.Tag(shop.site, newest.id, "to quote", NOW, off=True))
    assert written(database, shop, tag="to quote") == []


@pytest.mark.parametrize("typed", ["to\0 quote", "to quote\x07", "TO quote\ud800"])
def test_what_no_database_takes_is_no_part_of_a_tag(database, shop, typed):
    newest, _ = written(database, shop)
    database.write(answers.tag, answers.Tag(shop.site, newest.id, typed, NOW))
    with database.read() as tx:
        assert answers.tags_here(tx, shop.site) == [("to quote", 1)]
        [endorser] = tx.scalars(sa.select(tables.endorsers.c.id).limit(1))
    database.write(answers.tag, answers.Tag(shop.site, newest.id, typed, NOW, off=True))
    database.write(endorsers.tag, endorsers.Noted(shop.site, endorser, typed, NOW))
    assert database.write(endorsers.untag, endorsers.Noted(shop.site, endorser, typed, NOW))


def test_an_erased_persons_words_and_their_tags_are_gone(database, shop):
    newest, _ = written(database, shop)
    database.write(answers.tag, answers.Tag(shop.site, newest.id, "to quote", NOW))
    with database.read() as tx:
        likes, visitors = tables.likes.c, tables.visitors.c
        endorser = tx.scalar(sa.select(visitors.endorser_id).join(tables.likes, likes.visitor_id == visitors.id)
                             .where(likes.id == newest.like_id))
    database.write(erasure.erased, (shop.site, endorser, False, "admin_on_request", "system", NOW))
    assert [one.words[0][1] for one in written(database, shop)] == ["Very nice 0"] and told(database, shop).n == 10
    with database.read() as tx:
        assert answers.tags_here(tx, shop.site) == []
