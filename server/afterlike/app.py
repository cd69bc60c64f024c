"""The app: FACES is every public and admin route on one page; create_app() puts them on the ground."""

import logging
import logging.config
from collections import Counter

from flask import Flask, Response
from flask_cors import CORS

from afterlike import __version__, assets, collect, endorsers, followup, health, me, publicity, show, signing, sites, web
from afterlike.asking import editor, preview
from afterlike.asking import pages as asking
from afterlike.asking import why as reasons
from afterlike.collect import api as collector
from afterlike.collect import claim_pages as claims
from afterlike.collect import mention_api as mentioned
from afterlike.collect import mention_pages as mentions
from afterlike.collect import pages as endorsements
from afterlike.collect import signed, start, survey
from afterlike.collect import tag as tagging
from afterlike.config import Config, SettingError, load
from afterlike.db import Database, remember_pepper
from afterlike.followup import hand_pages as hands
from afterlike.followup import mail_pages as mail
from afterlike.followup import pages as conversations
from afterlike.insight import answer_pages, link_pages, live, people_pages, product_pages
from afterlike.insight import pages as insight
from afterlike.later import Later
from afterlike.limits import Limits
from afterlike.me import by_admin, changes, erasures, granting, proofs, quoting, stops, ways_in
from afterlike.me import many_pages as many
from afterlike.me import outwards as own_ways
from afterlike.me import pages as own
from afterlike.openapi import described
from afterlike.publicity import api as outwards
from afterlike.publicity import feed_pages as feeds
from afterlike.publicity import pages as quotes
from afterlike.publicity import share_pages as shares
from afterlike.sites import account_pages as account
from afterlike.sites import audit_pages as audit
from afterlike.sites import entering, served
from afterlike.sites import looks_pages as looking
from afterlike.sites import pages as door
from afterlike.sites import privacy_pages as keeping
from afterlike.sites import settings_pages as settings
from afterlike.sites import team_pages as team
from afterlike.sites import webhook_pages as webhooks
from afterlike.sites import words_pages as wording
from afterlike.web import Face, House, answer


def openapi() -> Response:
    """What /v1 takes and gives, made from the schemas that check it."""
    return answer(described(FACES, version=__version__))


FACES = (
    # the collector: widget, extension, shops' servers
    Face("POST",   "/v1/likes",               collector.like),
    Face("POST",   "/v1/likes/details",       collector.details),
    Face("DELETE", "/v1/likes/<id>",          collector.unlike),
    Face("GET",    "/v1/counts",              collector.counts),
    Face("POST",   "/v1/mine",                collector.mine),
    Face("POST",   "/v1/shown",               collector.shown),
    Face("POST",   "/v1/answers",             collector.save_answers),
    Face("PUT",    "/v1/answers/<id>",        collector.change_answers),
    Face("POST",   "/v1/profile-links",       collector.claim_profile),
    Face("POST",   "/v1/opt-ins",             collector.opt_in),
    Face("POST",   "/v1/visits",              collector.visit),
    Face("POST",   "/v1/orders",              collector.order),
    Face("POST",   "/v1/installs",            collector.install),
    Face("POST",   "/v1/erasures",            erasures.erase),
    Face("GET",    "/v1/likes/<signed>",      signed.signed_like),
    Face("GET",    "/v1/quotes",              outwards.as_json),
    Face("GET",    "/v1/quotes.html",         outwards.as_html),
    Face("GET",    "/v1/quotes.jsonld",       outwards.as_jsonld),
    Face("GET",    "/v1/openapi.json",        openapi),
    # the hosted survey page
    Face("GET",    "/s/<signed>",             survey.look),
    Face("POST",   "/s/<signed>",             survey.send),
    # other sites, that mention one of ours
    Face("POST",   "/webmention/<site>",     mentioned.receive),
    Face("GET",    "/webmention/<site>/<mention>",   mentioned.status),
    # what anybody may read
    Face("GET",    "/said/<site_key>/<int:product>",  outwards.product_page),
    Face("GET",    "/feeds/<site_key>/new.atom",      feeds.public_atom),
    Face("GET",    "/feeds/<site_key>/new.json",      feeds.public_json),
    Face("GET",    "/feeds/mine/<token>/new.atom",  feeds.own_atom),
    Face("GET",    "/feeds/mine/<token>/new.json",  feeds.own_json),
    Face("GET",    "/to/<code>",                 shares.follow),
    Face("GET",    "/quotes/pictures/<name>.webp",  outwards.picture),
    # the widget's files
    Face("GET",    "/w.js",                   served.widget),
    Face("GET",    "/static/widget/<name>",   assets.widget_file),
    # endorsers: their own page, and the links in letters
    Face("GET",    "/confirm/<token>",        ways_in.confirm_page),
    Face("POST",   "/confirm/<token>",        ways_in.confirm),
    Face("GET",    "/me",                     own.mine),
    Face("POST",   "/me/link",                ways_in.ask),
    Face("GET",    "/me/enter/<token>",       ways_in.enter_page),
    Face("POST",   "/me/enter/<token>",       ways_in.enter),
    Face("POST",   "/me/sign-out",            ways_in.sign_out),
    Face("GET",    "/me/likes",               own.likes),
    Face("POST",   "/me/likes/<like>/back",   changes.like_back),
    Face("GET",    "/me/answers",             own.answers),
    Face("POST",   "/me/topics",              changes.choose_topics),
    Face("POST",   "/me/pace",                changes.set_pace),
    Face("POST",   "/me/consents/<purpose>",  changes.agree),
    Face("POST",   "/me/profiles",            changes.claim_profile),
    Face("POST",   "/me/grants",              granting.begin),
    Face("GET",    "/me/grants/back",         granting.back),
    Face("POST",   "/me/grants/back",         granting.finish),
    Face("POST",   "/me/profiles/<int:number>",       changes.change_profile),
    Face("GET",    "/me/profiles/<int:number>",       proofs.look),
    Face("POST",   "/me/profiles/<int:number>/check", proofs.check),
    Face("POST",   "/me/public",              proofs.keep),
    Face("GET",    "/p/<page>",               proofs.public),
    Face("POST",   "/me/quotes/<int:number>",         quoting.decide),
    Face("POST",   "/me/likes/<like>/share",          own_ways.share),
    Face("POST",   "/me/shares/<int:number>",         own_ways.end_share),
    Face("POST",   "/me/feed",                        own_ways.set_feed),
    Face("GET",    "/me/conversations/<int:number>",  own.conversation),
    Face("POST",   "/me/conversations/<int:number>",  changes.answer),
    Face("POST",   "/me/browsers/<int:number>/undo",  changes.not_me),
    Face("GET",    "/me/everything.json",     own.download),
    Face("GET",    "/me/stop",                stops.my_page),
    Face("POST",   "/me/stop",                stops.my_stop),
    Face("GET",    "/me/erase",               own.erase_page),
    Face("POST",   "/me/erase",               changes.erase),
    Face("GET",    "/me/goodbye",             own.goodbye),
    Face("GET",    "/stop/<token>",           stops.page),
    Face("POST",   "/stop/<token>",           stops.stop),
    # machines
    Face("GET",    "/healthz",                health.healthz),
    Face("GET",    "/readyz",                 health.readyz),
    Face("GET",    "/metrics",                health.metrics),
    # admins
    Face("GET",    "/",                       door.front),
    Face("GET",    "/admin/",                 door.home),
    Face("GET",    "/admin/sign-in",          door.sign_in_page),
    Face("POST",   "/admin/sign-in",          door.sign_in),
    Face("POST",   "/admin/sign-in/mail",     door.sign_in_by_mail),
    Face("GET",    "/admin/sign-in/<token>",  door.link_page),
    Face("POST",   "/admin/sign-in/<token>",  door.use_link),
    Face("GET",    "/admin/sign-in/second",   entering.second_page),
    Face("POST",   "/admin/sign-in/second",   entering.give_second),
    Face("POST",   "/admin/sign-in/passkey",          door.sign_in_with_passkey),
    Face("POST",   "/admin/sign-in/passkey/options",  door.passkey_options),
    Face("POST",   "/admin/sign-out",         door.sign_out),
    Face("GET",    "/admin/invitations/<token>",  team.invitation_page),
    Face("POST",   "/admin/invitations/<token>",  team.accept),
    Face("GET",    "/admin/account",          account.account),
    Face("POST",   "/admin/account",          account.change_password),
    Face("POST",   "/admin/account/language",                  account.set_language),
    Face("GET",    "/admin/account/two-factor",                account.second_setup),
    Face("POST",   "/admin/account/two-factor",                account.confirm_second),
    Face("POST",   "/admin/account/two-factor/begin",          account.begin_second),
    Face("POST",   "/admin/account/two-factor/codes",          account.make_codes),
    Face("POST",   "/admin/account/two-factor/off",            account.turn_off_second),
    Face("POST",   "/admin/account/passkeys",                  account.add_passkey),
    Face("POST",   "/admin/account/passkeys/options",          account.passkey_options),
    Face("POST",   "/admin/account/passkeys/<int:id>",         account.rename_passkey),
    Face("POST",   "/admin/account/passkeys/<int:id>/remove",  account.remove_passkey),
    Face("POST",   "/admin/account/sessions/end",              account.end_sessions),
    Face("POST",   "/admin/account/sessions/<int:id>/end",     account.end_session),
    Face("GET",    "/admin/sites/<key>",                           insight.show),
    Face("GET",    "/admin/sites/<key>/latest",                    live.latest),
    Face("GET",    "/admin/sites/<key>/charts/<name>",             insight.chart),
    Face("GET",    "/admin/sites/<key>/endorsements",              endorsements.listing),
    Face("GET",    "/admin/sites/<key>/endorsements.csv",          endorsements.csv),
    Face("POST",   "/admin/sites/<key>/endorsements/decisions",    endorsements.decide),
    Face("GET",    "/admin/sites/<key>/endorsements/<int:like>",   endorsements.one),
    Face("POST",   "/admin/sites/<key>/endorsements/filters",                   endorsements.save_filter),
    Face("POST",   "/admin/sites/<key>/endorsements/filters/<int:id>/delete",   endorsements.drop_filter),
    Face("GET",    "/admin/sites/<key>/conversations",                    conversations.listing),
    Face("POST",   "/admin/sites/<key>/conversations",                    conversations.begin),
    Face("GET",    "/admin/sites/<key>/conversations/new",                conversations.compose),
    Face("GET",    "/admin/sites/<key>/conversations/<int:id>",           conversations.thread),
    Face("POST",   "/admin/sites/<key>/conversations/<int:id>/messages",  conversations.write),
    Face("POST",   "/admin/sites/<key>/conversations/<int:id>/state",     conversations.turn),
    Face("POST",   "/admin/sites/<key>/conversations/<int:id>/assign",    hands.assign),
    Face("POST",   "/admin/sites/<key>/conversations/<int:id>/notes",     hands.note),
    Face("GET",    "/admin/sites/<key>/conversations/replies",            hands.replies),
    Face("POST",   "/admin/sites/<key>/conversations/replies",            hands.save),
    Face("POST",   "/admin/sites/<key>/conversations/replies/<int:reply>/remove",  hands.remove),
    Face("GET",    "/admin/sites/<key>/prompts",                          asking.listing),
    Face("POST",   "/admin/sites/<key>/prompts",                          asking.make),
    Face("POST",   "/admin/sites/<key>/prompts/settings",                 asking.settings),
    Face("GET",    "/admin/sites/<key>/prompts/why",                      reasons.why),
    Face("POST",   "/admin/sites/<key>/prompts/<int:prompt>/acts",        asking.act),
    Face("GET",    "/admin/sites/<key>/prompts/<int:prompt>",             editor.look),
    Face("POST",   "/admin/sites/<key>/prompts/<int:prompt>",             editor.save),
    Face("GET",    "/admin/sites/<key>/prompts/<int:prompt>/json",        editor.look_json),
    Face("POST",   "/admin/sites/<key>/prompts/<int:prompt>/json",        editor.save_json),
    Face("GET",    "/admin/sites/<key>/prompts/<int:prompt>/preview",      preview.widget),
    Face("GET",    "/admin/sites/<key>/prompts/<int:prompt>/preview/page", preview.hosted),
    Face("POST",   "/admin/sites/<key>/prompts/<int:prompt>/preview",      preview.unsaved),
    Face("POST",   "/admin/sites/<key>/prompts/<int:prompt>/preview/page", preview.unsaved_page),
    Face("GET",    "/admin/sites/<key>/mail",                      mail.mail),
    Face("POST",   "/admin/sites/<key>/mail/<int:id>/again",       mail.again),
    Face("POST",   "/admin/sites/<key>/mail/settings",             mail.notices),
    Face("POST",   "/admin/sites/<key>/mail/names",                mail.look_up),
    Face("POST",   "/admin/sites/<key>/mail/test",                 mail.test),
    Face("GET",    "/admin/sites/<key>/extension",                        claims.listing),
    Face("POST",   "/admin/sites/<key>/extension",                        claims.make),
    Face("GET",    "/admin/sites/<key>/extension/<int:claim>",            claims.likes),
    Face("GET",    "/admin/sites/<key>/extension/<int:claim>.csv",        claims.csv),
    Face("POST",   "/admin/sites/<key>/extension/<int:claim>/check",      claims.check),
    Face("POST",   "/admin/sites/<key>/extension/<int:claim>/token",      claims.renew),
    Face("POST",   "/admin/sites/<key>/extension/<int:claim>/remove",     claims.remove),
    Face("GET",    "/admin/sites/<key>/mentions",                          mentions.listing),
    Face("GET",    "/admin/sites/<key>/mentions/<int:mention>",            mentions.one),
    Face("POST",   "/admin/sites/<key>/mentions/<int:mention>",            mentions.decide),
    Face("GET",    "/admin/sites/<key>/people",                            people_pages.listing),
    Face("GET",    "/admin/sites/<key>/people/links",                      link_pages.listing),
    Face("POST",   "/admin/sites/<key>/people/links/<int:link>",           link_pages.decide),
    Face("GET",    "/admin/sites/<key>/people/<int:who>",                  people_pages.one),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/tags",             people_pages.tag),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/notes",            people_pages.note),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/merge",            people_pages.merge),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/part",             people_pages.part),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/outside",          people_pages.outside),
    Face("GET",    "/admin/sites/<key>/people/<int:who>/everything.json",  by_admin.export),
    Face("GET",    "/admin/sites/<key>/people/<int:who>/erase",            by_admin.erase_page),
    Face("POST",   "/admin/sites/<key>/people/<int:who>/erase",            by_admin.erase),
    Face("GET",    "/admin/sites/<key>/people/erase",                      many.look),
    Face("POST",   "/admin/sites/<key>/people/erase",                      many.begin),
    Face("GET",    "/admin/sites/<key>/people/erasures/<int:erasure>",        many.progress),
    Face("POST",   "/admin/sites/<key>/people/erasures/<int:erasure>/stop",   many.stop),
    Face("GET",    "/admin/sites/<key>/products",                          product_pages.listing),
    Face("GET",    "/admin/sites/<key>/products/<int:product>",            product_pages.one),
    Face("GET",    "/admin/sites/<key>/products/<int:product>/price.svg",  product_pages.price_picture),
    Face("GET",    "/admin/sites/<key>/products/<int:product>/price.csv",  product_pages.price_file),
    Face("GET",    "/admin/sites/<key>/answers",                           answer_pages.listing),
    Face("GET",    "/admin/sites/<key>/answers.csv",                       answer_pages.as_csv),
    Face("GET",    "/admin/sites/<key>/answers.jsonl",                     answer_pages.as_jsonl),
    Face("POST",   "/admin/sites/<key>/answers/<int:answer>/tags",         answer_pages.tag),
    Face("GET",    "/admin/sites/<key>/quotes",                            quotes.listing),
    Face("POST",   "/admin/sites/<key>/quotes",                            quotes.ask),
    Face("GET",    "/admin/sites/<key>/quotes/new",                        quotes.new),
    Face("GET",    "/admin/sites/<key>/quotes/shared",                     shares.listing),
    Face("POST",   "/admin/sites/<key>/quotes/<int:quote>/state",          quotes.turn),
    Face("GET",    "/admin/sites/<key>/refused",                   endorsements.refused),
    Face("GET",    "/admin/sites/<key>/tag",                       tagging.tag),
    Face("GET",    "/admin/sites/new",                             start.new),
    Face("POST",   "/admin/sites",                                 start.make),
    Face("GET",    "/admin/sites/<key>/install",                   start.install),
    Face("POST",   "/admin/sites/<key>/install/page",              start.look_at_page),
    Face("GET",    "/admin/sites/<key>/settings",                  settings.look),
    Face("POST",   "/admin/sites/<key>/settings",                  settings.save),
    Face("POST",   "/admin/sites/<key>/settings/origins",          settings.save_origins),
    Face("GET",    "/admin/sites/<key>/widget",                    looking.look),
    Face("POST",   "/admin/sites/<key>/widget",                    looking.save),
    Face("GET",    "/admin/sites/<key>/widget/preview.css",        looking.style),
    Face("GET",    "/admin/sites/<key>/widget/privacy",            keeping.look),
    Face("POST",   "/admin/sites/<key>/widget/privacy",            keeping.save),
    Face("POST",   "/admin/sites/<key>/widget/kept",               keeping.save_kept),
    Face("GET",    "/admin/sites/<key>/widget/words",              wording.look),
    Face("POST",   "/admin/sites/<key>/widget/words",              wording.save),
    Face("POST",   "/admin/sites/<key>/widget/<part>/reset",       looking.reset),
    Face("POST",   "/admin/sites/<key>/widget/<part>/undo",        looking.undo),
    Face("GET",    "/admin/sites/<key>/keys",                      settings.keys),
    Face("POST",   "/admin/sites/<key>/keys",                      settings.make_key),
    Face("POST",   "/admin/sites/<key>/keys/<int:id>/revoke",      settings.revoke_key),
    Face("GET",    "/admin/sites/<key>/admins",                           team.listing),
    Face("POST",   "/admin/sites/<key>/admins",                           team.invite),
    Face("POST",   "/admin/sites/<key>/admins/<int:member>/role",         team.change),
    Face("POST",   "/admin/sites/<key>/admins/<int:member>/remove",       team.remove),
    Face("POST",   "/admin/sites/<key>/invitations/<int:invitation>/again",   team.again),
    Face("POST",   "/admin/sites/<key>/invitations/<int:invitation>/revoke",  team.revoke),
    Face("GET",    "/admin/sites/<key>/webhooks",                         webhooks.listing),
    Face("POST",   "/admin/sites/<key>/webhooks",                         webhooks.make),
    Face("GET",    "/admin/sites/<key>/webhooks/<int:hook>",              webhooks.look),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>",              webhooks.change),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/state",        webhooks.turn),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/secret",       webhooks.secret),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/secret/end",   webhooks.end_old_secret),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/test",         webhooks.test),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/remove",       webhooks.remove),
    Face("POST",   "/admin/sites/<key>/webhooks/<int:hook>/deliveries/<int:delivery>/again",  webhooks.again),
    Face("GET",    "/admin/sites/<key>/audit",                     audit.listing),
    Face("GET",    "/admin/sites/<key>/audit.csv",                 audit.csv),
)


def create_app(config: Config | None = None) -> Flask:
    """The product as a WSGI app; the database must have been migrated (serve and init do that)."""
    house = open_house(config or load())
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.extensions["afterlike"] = house
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(show.FILTERS)
    app.jinja_env.filters.update(sites.FILTERS)
    app.jinja_env.globals.update(
        admin=sites.admin_or_none, form_proof=sites.form_proof, waiting_here=followup.waiting_here, desk_locale=sites.desk_locale,
        _=sites.says, ngettext=sites.counts,
    )
    CORS(app, resources={r"/v1/*": {"origins": "*"}}, send_wildcard=True, supports_credentials=False, max_age=86400,
         methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"], allow_headers=["Content-Type", "Authorization"],
         expose_headers=["ETag", "Retry-After", "X-Request-Id"])
    web.mount(app, FACES)
    app.after_request(sites.remember_form)
    app.register_error_handler(sites.SignInFirst, door.ask_to_sign_in)
    app.register_error_handler(me.EnterFirst, me.ask_to_enter)
    app.register_error_handler(me.Told, me.told)
    return app


def open_house(config: Config) -> House:
    """Settings, database, secrets and limits of one process; raises SettingError for a pepper that is not this database's."""
    keyring = signing.keyring(config.folder, secret_keys=config.secret, pepper=config.pepper)
    database = Database(config.database_url, patience_s=config.write_patience, pause_s=config.batch_pause_us / 1e6)
    limits = Limits(
        {"visitor": config.limit_visitor, "network": config.limit_network, "sign_in": config.limit_sign_in,
         "opt_in": config.limit_opt_in, "install": config.limit_install, "unclaimed": config.limit_unclaimed,
         **sites.CHECK_LIMITS, **endorsers.LINK_LIMITS,
         **collect.MENTION_LIMITS, **publicity.SHARE_LIMITS, **publicity.PICTURE_LIMITS},
        config.redis_url,
    )
    house = House(config, database, keyring, limits)
    house.state["drops"], house.state["sightings"] = collect.Drops(database), collect.Sightings(database)
    house.state["opens"] = Later(database, publicity.count_opens, Counter(), "openings of shared links")
    if not database.write(_remember, keyring.pepper):
        raise SettingError(
            "AFTERLIKE_PEPPER (or the file `pepper` in AFTERLIKE_HOME) is not the one this database was made with: every "
            "visitor would be a stranger. Put the old one back."
        )
    return house


def _remember(tx, items: list[bytes]) -> list[bool]:
    return [remember_pepper(tx, pepper) for pepper in items]


def close_house(house: House) -> None:
    """Keeps what is waiting, then lets go of the database."""
    for name in ("drops", "sightings", "opens"):
        house.state[name].keep()
    house.db.close()


def set_up_logs(level: str) -> None:
    """Everything to standard error, one line each."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"level": level, "handlers": ["stderr"]},
            "loggers": {"alembic": {"level": "WARNING"}, "gunicorn": {"level": "INFO"}},
        }
    )


