"""Everything gone that one browser left at one site: for the extension, and for a page of the site. It proves no address."""

from urllib.parse import quote

from afterlike import erasure
from afterlike.collect import schemas
from afterlike.collect.api import call
from afterlike.collect.screening import Event
from afterlike.web import house


@call("erasures", schemas.Erasure, gives=schemas.Erased,
      summary="Erase what this browser left at a site; what belongs to a confirmed address is erased on its owner's page")
def erase(event: Event) -> dict:
    """Answers a browser that nobody knows like any other: it is erased already."""
    method = "extension_form" if event.by_extension else "widget_form"
    has_address = erasure.erase_browser(house(), event.site.id, event.visitor, method=method)
    return {"erased": True, "kept": "address" if has_address else None, "me": own_page(event)}


def own_page(event: Event) -> str:
    """Where a person with an address sees and erases the rest; nobody has one at an origin of no site."""
    page = f"{house().config.address}/me"
    return page if event.site.is_unclaimed else f"{page}?site={quote(event.site.key, safe='')}"
