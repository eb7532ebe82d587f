"""Rendered texts for one reader: each slot is filled with what this reader may see.

Everything the slots of some texts need is fetched at once, so the number of queries does not grow
with the number of slots. What the reader may not see, what is deleted and what never was look the
same: one fixed notice, without a name.
"""

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ouro_web.assets.access import Person
from ouro_web.lib.markdown import Rendered, Slot
from ouro_web.posts.models import Post
from ouro_web.web import embedded
from ouro_web.web.prose import trusted
from ouro_web.web.scene import Scene

GONE = "Private, or no longer there"


def fill(text: Rendered, person: Person, *, post: Post | None = None) -> SafeString:
    """With its post, whose copies of runs stand in for what is gone."""
    scene = Scene(person, text.slots, post=post)
    return _filled(text, scene)


def fill_all(
    texts: Iterable[Rendered], person: Person, *, with_content: bool = True
) -> list[SafeString]:
    """Without content every embed is a card, for pages that load no viewers."""
    texts = list(texts)
    scene = Scene(person, [slot for text in texts for slot in text.slots], with_content)
    return [_filled(text, scene) for text in texts]


def _filled(text: Rendered, scene: Scene) -> SafeString:
    opened: list[str] = []
    pieces: list[str] = []
    for part in text.parts:
        if isinstance(part, str):
            pieces.append(part)
        elif part.kind == "link":
            tag, html = _opened(part, scene)
            opened.append(tag)
            pieces.append(html)
        elif part.kind == "end":
            pieces.append(f"</{opened.pop()}>" if opened else "")
        else:
            pieces.append(_shown(part, scene))
    return trusted("".join(pieces))


def _opened(slot: Slot, scene: Scene) -> tuple[str, str]:
    """The element that a typed link opens, and its tag for closing it."""
    if slot.type == "action":
        pin = scene.pins.get(slot.id)
        url, kind = (pin.action.get_absolute_url(), "action") if pin else ("", "")
    else:
        asset = scene.assets.get(slot.id)
        url, kind = (asset.get_absolute_url(), asset.asset_type) if asset else ("", "")
    if not url:
        return "span", format_html('<span class="ref gone" title="{}">', GONE)
    hint = scene.pins[slot.id].receipt if kind == "action" else ""
    return "a", format_html('<a class="ref t-{}" href="{}"{}>', kind, url, _title(hint))


def _title(hint: str) -> SafeString | str:
    return format_html(' title="{}"', hint) if hint else ""


def _shown(slot: Slot, scene: Scene) -> str:
    match slot.kind:
        case "mention":
            return _mention(slot.text, scene)
        case "name":
            return _name(slot, scene)
        case "value":
            return _value(slot, scene)
        case "image":
            return embedded.image(slot, scene)
        case _:
            return embedded.shown(slot, scene)


def _mention(username: str, scene: Scene) -> str:
    person = scene.people.get(username)
    if person is None:
        return format_html("@{}", username)
    shape = '<a class="mention" href="{}" title="{}">@{}</a>'
    return format_html(shape, person.get_absolute_url(), person.display_name, username)


def _name(slot: Slot, scene: Scene) -> str:
    tag, opening = _opened(slot, scene)
    if tag == "span":
        return format_html("{}{}</span>", opening, "unavailable")
    is_run = slot.type == "action"
    name = scene.pins[slot.id].action.route_name if is_run else scene.assets[slot.id].name
    return format_html("{}{}</a>", opening, name)


def _value(slot: Slot, scene: Scene) -> str:
    """One value of a run's answer, with the way to the run; of a run that is gone as it was."""
    pin = scene.pins.get(slot.id) or scene.frozen_values.get(slot.id)
    if pin is None:
        return format_html('<span class="ref gone" title="{}">value unavailable</span>', GONE)
    value = pin.value(slot.text)
    if not value:
        hint = "The answer of this run has no such value."
        return format_html('<span class="ref gone" title="{}">no {}</span>', hint, slot.text)
    if pin.is_frozen:
        return format_html('<span class="value" title="{}">{}</span>', pin.receipt, value)
    url = pin.action.get_absolute_url()
    return format_html('<a class="value" href="{}" title="{}">{}</a>', url, pin.receipt, value)
