"""What an owner copies into a shop: the tag and a product's place. Every value is escaped for where it will stand."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import escape

from afterlike.sites import says
from afterlike.words import for_admins

RESERVE = "[data-afterlike-button] { display: inline-flex; vertical-align: top; min-width: 120px; min-height: 44px }"
PLATFORMS = {
    "html": for_admins("Plain HTML"), "wordpress": for_admins("WordPress with WooCommerce"), "shopify": "Shopify",
    "gtm": "Google Tag Manager", "react": for_admins("React, or any bundle (npm)"),
}
TEMPLATED = ("wordpress", "shopify")  # where the shop's own template fills in the product
PLACEHOLDER = {"key": "SKU-1", "url": "https://shop.example/tide-mug", "title": "Tide mug"}
LONGEST = 200


@dataclass(frozen=True)
class Option:
    """One attribute of the tag; `choices` begin with what holds when it is left out."""

    name: str  # in the form
    attribute: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    sentence: str = ""  # what is said to a value that does not fit

    @property
    def in_script(self) -> str:
        """As `load()` of the npm package calls it: data-card-target is cardTarget."""
        return re.sub(r"-(.)", lambda found: found[1].upper(), self.attribute.removeprefix("data-"))


SELECTOR = {"pattern": r"[^{}<;@]+", "sentence": for_admins("This is not a CSS selector, such as “.product-title” or “#price”.")}
OPTIONS = (
    Option("locale", "data-locale", for_admins("Language"), for_admins("Such as de or pt-BR. Empty: the page’s own."),
           pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", sentence=for_admins("A language is written like de or pt-BR.")),
    Option("shape", "data-shape", for_admins("Shape"), choices=("heart", "thumb", "star")),
    Option("count", "data-count-from", for_admins("Show counts from"), for_admins("Smaller ones are not shown."),
           pattern=r"[1-9][0-9]{0,6}", sentence=for_admins("Counts are shown from a whole number on, 1 or more.")),
    Option("remember", "data-remember", for_admins("Remember likes in the browser"), choices=("like", "ask", "never")),
    Option("target", "data-target", for_admins("Place on a product page"),
           for_admins("A CSS selector. Empty: below the heading."), **SELECTOR),
    Option("card", "data-card-target", for_admins("Place in a list’s card"),
           for_admins("A CSS selector in the card. Empty: at its end."), **SELECTOR),
    Option("position", "data-position", for_admins("How it stands to that place"),
           choices=("after", "before", "append", "prepend")),
    Option("pages", "data-pages", for_admins("Also like pages under"),
           for_admins("Such as /blog/: pages without a product get a button."),
           pattern=r"/[^\s\"'<>{}\\]*", sentence=for_admins("A path begins with a slash, such as /blog/.")),
    Option("consent", "data-consent", for_admins("Wait for consent: nothing begins before Afterlike.consent(true)"),
           choices=("", "1")),
    Option("debug", "data-debug", for_admins("Explain itself in the browser’s console"), choices=("", "1")),
)


def read(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was chosen and can be used, by the option's name, and a sentence for each value that cannot."""
    chosen, wrong = {}, {}
    for option in OPTIONS:
        text = given.get(option.name, "").strip()
        if option.choices:
            if text in option.choices[1:]:
                chosen[option.name] = text
            elif text not in ("", option.choices[0]):
                choices = ", ".join(filter(None, option.choices))
                wrong[option.name] = says("{option}: choose one of {choices}.", option=says(option.label), choices=choices)
        elif text and (len(text) > LONGEST or not text.isprintable() or not re.fullmatch(option.pattern, text)):
            wrong[option.name] = option.sentence
        elif text:
            chosen[option.name] = text
    return chosen, wrong


def attributes(site: str, chosen: Mapping[str, str]) -> dict[str, str | bool]:
    """The data- attributes of the tag; True stands for one without a value."""
    flags = {option.name: option.choices == ("", "1") for option in OPTIONS}
    more = {option.attribute: flags[option.name] or chosen[option.name] for option in OPTIONS if option.name in chosen}
    return {"data-site": site, **more}


def html(src: str, attributes: Mapping[str, str | bool], **more: str) -> str:
    """The tag as a page holds it."""
    return f"<script async {written({'src': src, **more, **attributes})}></script>"


def written(attributes: Mapping[str, str | bool]) -> str:
    """HTML attributes."""
    return " ".join(name if value is True else f'{name}="{escape(value)}"' for name, value in attributes.items())


def tag(platform: str, address: str, site: str, chosen: Mapping[str, str]) -> str:
    """The tag for a platform."""
    return TAGS[platform](source(address, site), address, attributes(site, chosen), chosen)


def source(address: str, site: str) -> str:
    """The script's address; with the site's key in it, the settings of the site come along."""
    return f"{address}/w.js?site={site}"


def settled(site: str, saved: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str | bool]:
    """The data- attributes of a tag whose script brings no settings: what is saved, named as in `dataset`, and what is chosen."""
    said = {f"data-{re.sub('[A-Z]', lambda big: '-' + big[0].lower(), name)}": value or True for name, value in saved.items()}
    return {"data-site": site} | said | attributes(site, chosen)


def _html(src: str, _address: str, attributes: Mapping, _chosen: Mapping) -> str:
    return html(src, attributes)


def _wordpress(src: str, _address: str, attributes: Mapping, _chosen: Mapping) -> str:
    rows = "".join(f"\n\t\t{_php(name)} => {'true' if value is True else _php(value)}," for name, value in
                   {"async": True, "src": src, **attributes}.items())
    return (
        "// In a small plugin of your own, or in functions.php of your theme.\n"
        "add_action( 'wp_head', function () {\n"
        f"\twp_print_script_tag( array({rows}\n\t) );\n"
        "} );"
    )


def _shopify(src: str, _address: str, attributes: Mapping, _chosen: Mapping) -> str:
    return f"{{% comment %}} In layout/theme.liquid, before </head>. {{% endcomment %}}\n{html(src, attributes)}"


def _gtm(src: str, _address: str, attributes: Mapping, _chosen: Mapping) -> str:
    """Tag Manager makes script elements anew and loses data- attributes, so the tag is made by hand; in ES5, as it demands."""
    given = {name: "" if value is True else value for name, value in attributes.items()}
    lines = "".join(f"\n  tag.setAttribute({_js(name)}, {_js(value)});" for name, value in given.items())
    return (
        "<script>\n(function () {\n  var tag = document.createElement('script');\n"
        f"  tag.async = true;{lines}\n  tag.src = {_js(src)};\n  document.head.appendChild(tag);\n}})();\n</script>"
    )


def _react(_src: str, address: str, attributes: Mapping, chosen: Mapping) -> str:
    given: dict[str, str | int | bool] = {"site": attributes["data-site"], "collector": address}
    for option in OPTIONS:
        if option.name in chosen:
            value = chosen[option.name]
            given[option.in_script] = True if option.choices == ("", "1") else int(value) if option.name == "count" else value
    lines = "".join(f"\n    {name}: {_js(value)}," for name, value in given.items())
    return (
        "import { useEffect } from 'react';\nimport { load } from '@afterlike/widget';\n\n"
        f"useEffect(() => {{\n  load({{{lines}\n  }}).catch(console.warn);\n}}, []);"
    )


TAGS: dict[str, Callable[[str, str, Mapping, Mapping], str]] = {
    "html": _html, "wordpress": _wordpress, "shopify": _shopify, "gtm": _gtm, "react": _react,
}


def mark(platform: str, product: Mapping[str, str]) -> str:
    """The element that says which product it is, with the button's place: filled in, or by the shop's own template."""
    if platform in TEMPLATED:
        return MARKS[platform]
    facts = {f"data-{name}": value for name, value in product.items() if name != "key"}
    names = {"data-afterlike-product": product["key"], **facts}
    if platform == "react":
        lines = "".join(f"\n  {name}={{{_js(value)}}}" for name, value in names.items())
        return f'<div{lines}\n>\n  <div data-afterlike-button="" />\n</div>'
    lines = "".join(f"\n  {name}=\"{escape(value)}\"" for name, value in names.items())
    return f"<div{lines}\n>\n  <div data-afterlike-button></div>\n</div>"


MARKS = {
    "wordpress": """\
add_action( 'woocommerce_single_product_summary', function () {
	global $product;
	printf(
		'<div data-afterlike-product="%s" data-url="%s" data-title="%s" data-price="%s" data-currency="%s">'
			. '<div data-afterlike-button></div></div>',
		esc_attr( $product->get_id() ),
		esc_url( $product->get_permalink() ),
		esc_attr( $product->get_name() ),
		esc_attr( wc_get_price_to_display( $product ) ),
		esc_attr( get_woocommerce_currency() )
	);
}, 6 );""",
    "shopify": """\
<div data-afterlike-product="{{ product.id }}"
  data-url="{{ shop.url }}{{ product.url }}"
  data-title="{{ product.title | escape }}"
  data-price="{{ product.price | divided_by: 100.0 | round: 2 }}"
  data-currency="{{ cart.currency.iso_code }}"
>
  <div data-afterlike-button></div>
</div>""",
}


def _php(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _js(value: object) -> str:
    """JSON that may also stand in a script element, where `</script` would end it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
