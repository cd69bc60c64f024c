"""The command: all that whoever runs the server can ask for; `afterlike --help` lists it."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

from afterlike import endorsers, erasure, mail, mailcheck, prompts, safefetch, signing, sites, stamp, tables
from afterlike.app import close_house, open_house, set_up_logs
from afterlike.clock import now
from afterlike.config import SETTINGS, Config, SettingError, load
from afterlike.demo import run as run_demo
from afterlike.errors import AfterlikeError, Invalid, NotFound
from afterlike.followup.inbound import run as take_mail
from afterlike.me.everything import written
from afterlike.migrate import migrate
from afterlike.serve import serve as run_server
from afterlike.web import House
from afterlike.worker import Worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="afterlike")
def main() -> None:
    """Afterlike: what happens after the like. Settings come from the environment; see docs/settings.md."""


@main.command()
@click.option("--reload", is_flag=True, help="Start again whenever the code changes.")
def serve(reload: bool) -> None:
    """Migrate the database and serve until told to stop."""
    with told():
        run_server(load(), reload=reload)


@main.command()
def demo() -> None:
    """Serve two demo shops with three months of history, on data of their own in ./var/demo."""
    with told():
        run_demo(load())


@main.command()
def work() -> None:
    """Do the background work only; for `AFTERLIKE_WORK_IN_SERVE=0`."""
    with told(), a_house() as house:
        worker = Worker(house)
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, lambda *_: worker.ask_to_stop())
        worker.run()


@main.command()
def inbound() -> None:
    """Take the mail that answers letters and that came back: by SMTP, from a mailbox, or both."""
    with told(), a_house() as house:
        take_mail(house)


@main.command()
@click.option("--name", required=True, help="What the site is called, for admins.")
@click.option(
    "--origin",
    "origins",
    required=True,
    multiple=True,
    help="https://shop.example or https://*.shop.example; may be given again.",
)
@click.option("--admin", "email", required=True, help="The owner's e-mail address.")
@click.option("--locale", default="en", show_default=True, help="The site's own language.")
@click.option("--json", "as_json", is_flag=True, help="Print {site, api_key, sign_in_url} for a program.")
def init(name: str, origins: tuple[str, ...], email: str, locale: str, as_json: bool) -> None:
    """Register a site, its first admin and its first API key."""
    with told(), a_house() as house:
        made = house.db.write(register, (name, origins, email, locale, house.config.address, now()))
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo(f"Site:     {made['site']}  ({name})")
    click.echo(f"API key:  {made['api_key']}  (shown once; keep it on your server)")
    click.echo(f"Sign in:  {made['sign_in_url']}  (works once, for a day)")
    click.echo(f'Tag:      <script async src="{load().address}/w.js?site={made["site"]}" data-site="{made["site"]}"></script>')


def register(tx, items: list[tuple]) -> list[dict]:
    """A site with origins, an owner, an API key, the first flow and a sign-in link; for each item."""
    return [_register(tx, *item) for item in items]


def _register(tx, name: str, origins: tuple[str, ...], email: str, locale: str, address: str, at: int) -> dict:
    site = sites.add_site(tx, name=name, origins=origins, locale=locale, now=at)
    admin_id = sites.add_admin(tx, email=email, site_id=site.id, role="owner", now=at)
    for flow in prompts.default_flows():
        prompts.add_prompt(tx, site.id, flow, at)
    return {
        "site": site.key,
        "api_key": sites.add_api_key(tx, site.id, at),
        "sign_in_url": sites.new_sign_in_link(tx, admin_id, address=address, now=at, lives=sites.FIRST_LINK_LIVES),
    }


@main.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a one-time sign-in link for an admin, or the link of an open invitation; for when mail is not set up."""
    with told(), a_house() as house:
        whom = (email.strip().lower(), house.config.address, now())
        link = house.db.write(sites.links_for, whom) or house.db.write(sites.link_for, whom)
    if link is None:
        raise click.ClickException(f"{email} is not an admin here. `afterlike init` makes the first one.")
    click.echo(link)


@main.command("two-factor-off")
@click.argument("email")
def two_factor_off(email: str) -> None:
    """Turn an admin's two-factor off; for when device and recovery codes are both lost."""
    with told(), a_house() as house:
        was_on = house.db.write(sites.turn_off_second_of, email.strip().lower())
    click.echo("Two-factor is off." if was_on else f"{email} has no two-factor here.")


@main.command()
@click.option("--site", "key", required=True, help="The site's public key.")
@click.option("--add", "added", multiple=True, help="An origin to register; may be given again.")
@click.option("--remove", "removed", multiple=True, help="An origin to take off the list; may be given again.")
def origins(key: str, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """List a site's registered origins, after adding and removing some."""
    with told(), a_house() as house:
        site = house.db.write(change_origins, (key, added, removed))
    click.echo("\n".join(sorted(site.origins)) or "none: nothing can be liked until an origin is registered")


def change_origins(tx, items: list[tuple]) -> list:
    return [_change_origins(tx, *item) for item in items]


def _change_origins(tx, key: str, added: tuple[str, ...], removed: tuple[str, ...]):
    site = sites.site_named(tx, key)
    if site is None:
        return NotFound(f"No site has the key {key}.")
    if added or removed:
        sites.set_origins(tx, site.id, (site.origins | set(added)) - {sites.pattern_of(origin) for origin in removed})
    return sites.site_named(tx, key)


@main.command("order-key")
@click.option("--site", "key", required=True, help="The site's public key.")
def order_key(key: str) -> None:
    """Print the secret with which the shop's server signs orders that its pages send (docs/api.md)."""
    with told(), a_house() as house:
        site = sites.site_by_key(house, key)
        if site is None:
            raise NotFound(f"No site has the key {key}.")
        click.echo(sites.order_signing_key(house.keyring, site))


@main.group()
def flows() -> None:
    """What visitors are asked: check and load flows written as JSON (docs/prompts.md)."""


@flows.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_flow(file: Path) -> None:
    """Say whether FILE holds a flow, or what is wrong with it and where."""
    with told():
        flow = read_flow(file)
    cards = ", ".join(card["key"] for card in flow.get("cards", ()))
    click.echo(f"{file} is a flow: {flow['key']}, {flow['kind']}{', asks ' + cards if cards else ''}.")


@flows.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "key", required=True, help="The site's public key.")
def load_flow(file: Path, key: str) -> None:
    """Check FILE and run it on a site; a flow with the same key gets a new version."""
    with told(), a_house() as house:
        flow = read_flow(file)
        saved = house.db.write(save_flow, (key, flow, now()))
    words = f"version {saved.version}" if saved.is_new else f"version {saved.version} already; nothing changed"
    click.echo(f"{flow['key']} runs on {key} in {words}.")


def save_flow(tx, items: list[tuple]) -> list:
    return [_save_flow(tx, *item) for item in items]


def _save_flow(tx, key: str, flow: dict, at: int):
    site = sites.site_named(tx, key)
    return NotFound(f"No site has the key {key}.") if site is None else prompts.save_flow(tx, site.id, flow, at)


def read_flow(file: Path) -> dict:
    """The checked flow in a file; raises Invalid."""
    try:
        value = json.loads(file.read_text())
    except (ValueError, RecursionError) as wrong:
        raise Invalid(f"{file} is not JSON: {wrong}") from None
    return prompts.checked(value)


@main.command()
@click.option("--site", "key", required=True, help="The site's public key.")
@click.option("--address", required=True, help="The person's e-mail address.")
def export(key: str, address: str) -> None:
    """Print everything that a site keeps of a person, as JSON."""
    with told(), a_house() as house, house.db.read() as tx:
        site, person = who(tx, house, key, address)
        click.echo(written(tx, person, site, now()), nl=False)


@main.command()
@click.option("--site", "key", required=True, help="The site's public key.")
@click.option("--address", required=True, help="The person's e-mail address.")
@click.option("--likes-too", is_flag=True, help="Take their likes back as well; else they stay as numbers that lead to nobody.")
@click.option("--yes", is_flag=True, help="Do not ask whether you mean it.")
def erase(key: str, address: str, likes_too: bool, yes: bool) -> None:
    """Erase a person from a site, after saying what goes. It cannot be undone."""
    with told(), a_house() as house:
        with house.db.read() as tx:
            site, person = who(tx, house, key, address)
            found = erasure.preview(tx, site.id, person.id)
        click.echo(", ".join(f"{name}: {count}" for name, count in found))
        if not yes:
            click.confirm("Likes and orders stay as numbers, the rest goes for good. Erase?", abort=True)
        erasure.erase(house, site.id, person.id, likes_too=likes_too, method="admin_on_request", actor="system")
    click.echo("Erased. A keyed hash of the address stays, so that nobody writes to it again.")


def who(tx, house: House, key: str, address: str) -> tuple[sites.Site, endorsers.Person]:
    """The site and the person with this address there; raises NotFound."""
    site = sites.site_named(tx, key)
    if site is None:
        raise NotFound(f"No site has the key {key}.")
    person = endorsers.person_named(tx, endorsers.subject(house.keyring, site.id, endorsers.plain_address(address)))
    if person is None:
        raise NotFound(f"{site.name} knows nobody with this address.")
    return site, person


@main.command("rotate-secret")
def rotate_secret() -> None:
    """Sign with a new secret from the next start on; the old one is read until the rotation after."""
    with told():
        config = load()
        if config.secret:
            raise Invalid("AFTERLIKE_SECRET is set: put a new secret before the old one there, with a comma between.")
        signing.rotate(config.folder)
    click.echo("Done. Restart the server.")


@main.group("dkim")
def dkim_keys() -> None:
    """The keys that letters are signed with: make one, publish its record, let it sign (docs/mail.md)."""


@dkim_keys.command("new")
@click.option("--selector", help="What it is called in the domain's names; by default after the month.")
def new_key(selector: str | None) -> None:
    """Make a key and print the record to publish. It signs nothing yet."""
    with told():
        config = load()
        show_key(config, stamp.make(config.folder, selector=selector))


@dkim_keys.command("list")
def list_keys() -> None:
    """Print every key with its record; a star stands before the one that signs."""
    with told():
        config = load()
        for selector in stamp.selectors(config.folder):
            show_key(config, selector)


@dkim_keys.command("use")
@click.argument("selector")
def use_key(selector: str) -> None:
    """Sign with this key from the next letter on."""
    with told():
        stamp.use(load().folder, selector)
    click.echo(f"{selector} signs from the next letter on. Leave the old one published for a week, then: afterlike dkim drop")


@dkim_keys.command("drop")
@click.argument("selector")
def drop_key(selector: str) -> None:
    """Forget a key that signs no more."""
    with told():
        stamp.drop(load().folder, selector)
    click.echo(f"{selector} is gone. Take its record out of the domain's names.")


def show_key(config: Config, selector: str) -> None:
    mark = "*" if selector == stamp.signing(config.folder) else " "
    name = f"{selector}._domainkey.{mail.domain_of(config.mail_from)}"
    click.echo(f'{mark} {selector}\n  TXT {name}\n  "{stamp.record(config.folder, selector)}"')


@main.command()
@click.option("--page", help="A page that should carry the tag; it is fetched and read.")
@click.option("--mail", "names", is_flag=True, help="Look up what the domain's names say about its mail.")
def doctor(page: str | None, names: bool) -> None:
    """Look at settings, database and mail, and say what is wrong and what to do."""
    with told():
        config = load()
        fine = [say(*line) for line in diagnosis(config, page)]
        fine += [say(*line) for line in mailcheck.checked(config)] if names else []
    sys.exit(0 if all(fine) else 1)


def say(fine: bool, sentence: str) -> bool:
    click.echo(f"{'ok  ' if fine else 'BAD '} {sentence}")
    return fine


def diagnosis(config: Config, page: str | None) -> Iterator[tuple[bool, str]]:
    """(fine, sentence) for each thing looked at."""
    yield True, f"{len(SETTINGS)} settings can be read; the collector's address is {config.address}"
    with a_house() as house:
        with house.db.read() as tx:
            known = sites.count(tx)
        yield True, f"the database answers ({'SQLite' if config.sqlite else 'PostgreSQL'})"
        yield (
            known > 0,
            f"{known} site{'s' if known > 1 else ''}"
            if known
            else "no site yet: run afterlike init --name … --origin … --admin …",
        )
        with house.db.read() as tx:
            yield from ledgers(tx)
            yield from audits(tx)
    if config.smtp_url:
        yield mail.answers(config.smtp_url)
    else:
        yield True, (
            "no mail leaves (AFTERLIKE_SMTP_URL is empty): whoever opts in waits for a confirmation, for a day at most; "
            "sign-in links come from `afterlike sign-in-link EMAIL`"
        )
    if page:
        yield tag_on(page, config.fetch_allow)


def ledgers(tx) -> Iterator[tuple[bool, str]]:
    """Whether each site's consent ledger is whole."""
    return chains(tx, "the consent ledger", endorsers.broken)


def audits(tx) -> Iterator[tuple[bool, str]]:
    """Whether each site's audit log is whole."""
    return chains(tx, "the audit log", sites.audit_broken)


def chains(tx, name: str, broken: Callable) -> Iterator[tuple[bool, str]]:
    for site in tx.execute(sa.select(tables.sites.c.id, tables.sites.c.name).where(sites.SOMEBODYS).order_by(tables.sites.c.id)):
        wrong = broken(tx, site.id)
        yield wrong is None, f"{name} of {site.name} " + (f"is broken: {wrong}" if wrong else "is whole")


def tag_on(page: str, allow: frozenset[str]) -> tuple[bool, str]:
    """Whether the page carries our tag."""
    try:
        found = safefetch.fetch(page, allow=allow)
    except AfterlikeError as failed:
        return False, f"{page}: {failed.sentence}"
    has = b"/w.js" in found.body and b"data-site" in found.body
    return has, f"{page} {'carries' if has else 'does not carry'} the tag"


@contextmanager
def a_house() -> Iterator[House]:
    """A migrated, open house for one command."""
    config = load()
    set_up_logs("WARNING" if config.log_level == "INFO" else config.log_level)
    migrate(config.database_url, config.folder)
    house = open_house(config)
    try:
        yield house
    finally:
        close_house(house)


@contextmanager
def told() -> Iterator[None]:
    """Errors as one sentence and exit code 1, not as a traceback."""
    try:
        yield
    except Invalid as wrong:
        lines = [wrong.sentence, *(f"  {path}: {words}" for path, words in wrong.fields.items())]
        raise click.ClickException("\n".join(lines)) from None
    except AfterlikeError as failed:
        raise click.ClickException(failed.sentence) from None
    except SettingError as wrong:
        raise click.ClickException(str(wrong)) from None
    except sa.exc.OperationalError as away:
        raise click.ClickException(f"the database does not answer: {str(away.orig).splitlines()[0]}") from None
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename or 'the system'}: {wrong.strerror or wrong}") from None
