"""Which addresses a text may link to, and which of them mean a thing of this site."""

import re

TYPES = ("post", "file", "dataset", "route", "service", "quest", "asset", "action")
LONGEST = 2000
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TYPED = re.compile(rf"({'|'.join(TYPES)}):({UUID})", re.IGNORECASE)
_PAGE_BY_ID = re.compile(rf"/({'|'.join(TYPES)})s/({UUID})/?", re.IGNORECASE)
_PAGE = re.compile(r"/(?:posts|files|datasets|routes|services|quests)/[^/?#]+/[^/?#]+")
_SCHEME = re.compile(r"([^/?#]*?):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def typed(address: str) -> tuple[str, str] | None:
    """The type and id of a typed link (file:<uuid>), or of a page address that ends in an id."""
    match = _TYPED.fullmatch(address) or _PAGE_BY_ID.fullmatch(address)
    return (match[1].lower(), match[2].lower()) if match else None


def page(address: str) -> str:
    """The path of a page of this site that an address names by owner and slug, or nothing."""
    match = _PAGE.match(address)
    return match[0] if match else ""


def is_allowed(address: str) -> bool:
    """http, https, mailto, a typed link, or an address on this site.

    Whatever stands before a colon is taken for a scheme, which is stricter than browsers are.
    """
    if len(address) > LONGEST or _CONTROL.search(address) or "\\" in address[:2]:
        return False
    if address.startswith("//"):
        return False
    scheme = _SCHEME.match(address)
    if not scheme:
        return True
    return scheme[1].lower() in {"http", "https", "mailto"} or typed(address) is not None


def on_this_site(address: str, site_url: str) -> str:
    """An absolute address of this site as its path; any other address as it is."""
    if site_url and address.startswith(site_url + "/"):
        return address[len(site_url) :]
    return address
