"""The line of script that brings a site's settings to its pages, before the widget's own. Pure.

Attributes that the tag lacks are set on it, and what the looks are is told as the initial values of registered custom
properties: of all that a style sheet can say, that is the weakest, so every rule of the page wins, in a layer or not.
Browsers that register none (Firefox before 128) get `:where(:root)`, which loses to every rule outside of layers.
"""

import json

from afterlike.sites import looks

BEGIN = "((s,k,a)=>{try{const e=s.dataset;if(window.Afterlike||(e.site??=k)!=k)return;for(const n in a)e[n]??=a[n]"
SHEET = (
    ';const p=o=>o.map(([n,v])=>self.CSSPropertyRule?`@property ${n}{syntax:"*";inherits:true;initial-value:${v}}`'
    ":`:where(:root){${n}:${v}}`).join(''),c=new CSSStyleSheet;"
    "c.replaceSync(p(%s)+`@media(prefers-color-scheme:dark){${p(%s)}}`);document.adoptedStyleSheets.push(c)"
)
# JavaScript's catch names no error: whatever a browser cannot do here, the widget begins with its defaults, and nobody is told.
END = "}catch{}})(document.currentScript,%s,%s);\n"


def line(key: str, settings: dict[str, dict]) -> str:
    """`settings` is {part: value}. A line for a site without any says the key alone, for a tag that lost its attributes."""
    always, in_dark = looks.properties(settings.get("looks", {}))
    sheet = SHEET % (written([*always.items()]), written([*in_dark.items()])) if always else ""
    return BEGIN + sheet + END % (written(key), written(attributes(settings)))


def attributes(settings: dict[str, dict]) -> dict[str, str]:
    """The tag's attributes that say the same, by their names in `dataset`; the looks beyond the shape are none."""
    privacy, words = settings.get("privacy", {}), settings.get("words", {})
    said = {
        "shape": settings.get("looks", {}).get("shape", ""),
        "remember": privacy.get("remember", ""),
        "countFrom": str(privacy.get("count_from", "")),
        "texts": json.dumps(words, ensure_ascii=False, separators=(",", ":")) if words else "",
    }
    consent = {"always": "", "signal": "signal"}.get(privacy.get("consent", ""))
    return {name: value for name, value in said.items() if value} | ({} if consent is None else {"consent": consent})


def rules(settings: dict[str, dict]) -> str:
    """The rest of the looks, as a page's own style sheet would say it; empty for none."""
    return looks.rules(settings.get("looks", {}))


def written(value: object) -> str:
    """JSON as a script may hold it anywhere: nothing in it ends a script element, a line or a template."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
