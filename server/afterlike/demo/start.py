"""Starts the demo: two sites, an admin and three months of history on data of their own, then server and mailbox."""

from pathlib import Path
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import Flask

from afterlike import prompts, sites
from afterlike.app import close_house, create_app, open_house
from afterlike.clock import now
from afterlike.config import Config
from afterlike.demo import mailbox
from afterlike.demo.goods import SHOPS, Shop
from afterlike.demo.history import DAY, SPAN_DAYS, history
from afterlike.demo.outwards import outwards
from afterlike.demo.people import people
from afterlike.demo.replay import replay
from afterlike.demo.shops import blueprint
from afterlike.migrate import migrate
from afterlike.serve import serve
from afterlike.signing import Keyring
from afterlike.web import House

ADMIN = "owner@demo.example"
SITE_KEYS = {slug: f"demo-{slug}" for slug in SHOPS}


def run(config: Config) -> None:
    """Prepares the demo's own folder on the first start, says where to look, and serves until told to stop."""
    config = demo_config(config)
    begin_anew_elsewhere(config)
    migrate(config.database_url, config.folder)
    house = open_house(config)
    try:
        prepare(house)
        link = house.db.write(sites.links_for, (ADMIN, address(config), now()))
    finally:
        close_house(house)
    click.echo(f"Demo:     {address(config)}/demo/")
    click.echo(f"Sign in:  {link}  (works once, for an hour; start the demo again for another)")
    click.echo(f"Mailbox:  {mail_goes_to(config)}")
    click.echo("Stop with Ctrl-C.", nl=True)
    serve(config, make_app=create_demo_app)


def demo_config(config: Config) -> Config:
    """The same settings on a folder and an SQLite database of the demo's own, whatever the product itself uses."""
    home = Path(config.home) / "demo"
    return Config({**config.values, "home": str(home), "database_url": f"sqlite:///{home.resolve() / 'afterlike.db'}"})


def mail_goes_to(config: Config) -> str:
    """Where a person finds the demo's mail: in the demo itself, unless they named a mail server of their own."""
    if config.smtp_url:
        return f"none; mail goes out through {urlsplit(config.smtp_url).hostname}, because AFTERLIKE_SMTP_URL says so"
    return f"{address(config)}/mailbox"


def address(config: Config) -> str:
    """Where a browser on this machine finds the demo."""
    return config.address.replace("//0.0.0.0", "//127.0.0.1")


def begin_anew_elsewhere(config: Config) -> None:
    """A product's key holds its address, so a history made for another port would belong to no product here."""
    config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    noted = config.folder / "address"
    if noted.exists() and noted.read_text() != address(config):
        for part in config.folder.glob("afterlike.db*"):
            part.unlink()
        mailbox.Mailbox(mail_folder(config)).empty()
    noted.write_text(address(config))


def prepare(house: House) -> None:
    """Makes sites, admin, questions and history where there are none yet; all or nothing."""
    with house.db.read() as tx:
        if sites.count(tx):
            return
    house.db.write(_prepare, (house.keyring, house.config, now()))


def _prepare(tx: sa.Connection, items: list[tuple[Keyring, Config, int]]) -> list[None]:
    for keyring, config, at in items:
        for shop in SHOPS.values():
            _open_shop(tx, keyring, config, shop, at)
    return [None] * len(items)


def _open_shop(tx: sa.Connection, keyring: Keyring, config: Config, shop: Shop, at: int) -> None:
    opened = at - (SPAN_DAYS + 1) * DAY
    site = sites.add_site(
        tx, name=shop.name, origins=origins(config), locale=shop.lang, now=opened, key=SITE_KEYS[shop.slug]
    )
    sites.set_notices(tx, [(site.id, f"{address(config)}/demo/{shop.slug}/privacy", shop.postal_address)])
    sites.add_admin(tx, email=ADMIN, site_id=site.id, role="owner", now=opened)
    for flow in prompts.default_flows():
        prompts.add_prompt(tx, site.id, flow, opened)
    replay(tx, keyring, site, history(at, shop, address(config)))
    site = sites.site_of(tx, site.id)
    outwards(tx, keyring, site, people(tx, keyring, site, at), at)


def origins(config: Config) -> set[str]:
    """The demo's address and the two names of this machine, which people type as they like."""
    port = config.bind.rpartition(":")[2]
    return {address(config), f"http://127.0.0.1:{port}", f"http://localhost:{port}"}


def create_demo_app(config: Config) -> Flask:
    """The product with both shops under /demo/ and, unless mail goes elsewhere, the mailbox under /mailbox/."""
    box = None if config.smtp_url else mailbox.Mailbox(mail_folder(config))
    app = create_app(Config({**config.values, "smtp_url": box.listen()}) if box else config)
    app.config |= {
        "DEMO_SITES": SITE_KEYS, "DEMO_ADDRESS": address(config), "DEMO_ORIGINS": origins(config), "DEMO_OWNER": ADMIN
    }
    app.register_blueprint(blueprint)
    if box:
        app.extensions["demo_mailbox"] = box
        app.register_blueprint(mailbox.blueprint)
    return app


def mail_folder(config: Config) -> Path:
    return config.folder / "mail"
