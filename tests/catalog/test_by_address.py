"""A product is found by its address through an index, however many there are."""

import sqlalchemy as sa
from followup.making import a_site
from ground.making import NOW, opened

from afterlike import tables
from afterlike.collect import mentions


def test_a_mention_finds_its_product_without_looking_at_all(database_url):
    with opened(database_url, patience_s=10) as database:
        with database.engine.begin() as tx:
            site = a_site(tx)
            tx.execute(sa.insert(tables.products), [
                {"site_id": site, "key_hash": b"%016d" % n, "key": str(n), "url": f"https://shop.test/{n}", "first_seen_at": NOW}
                for n in range(2000)
            ])
        asked = mentions.product_at(site, ["https://shop.test/1200", "https://shop.test/1200?a=1"])
        with database.engine.connect() as outside:
            if outside.dialect.name == "postgresql":
                outside.execute(sa.text("ANALYZE products"))
            assert outside.execute(asked).all() == [("1200", "https://shop.test/1200")]
            explain = "EXPLAIN " if outside.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
            text = str(asked.compile(outside, compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row) for row in outside.execute(sa.text(explain + text)))
        assert "ix_products_url" in plan, plan
