"""Pictures, films and sounds: what the browser itself shows."""

from ouro_web.files import previews
from ouro_web.files.models import File
from ouro_web.web.content import FILMS, PICTURES, SOUNDS, SVG
from ouro_web.web.viewers.kind import Data, Kind, nothing


def _fits(file: File) -> bool:
    return file.media_type in PICTURES | previews.CONVERTED | {SVG}


def _data(file: File, _: bool) -> Data | None:
    if file.facts.get("too_large"):
        return None
    return {
        "width": file.facts.get("width"),
        "height": file.facts.get("height"),
        "converted": file.media_type in previews.CONVERTED,
    }


PICTURE = Kind("picture", fits=_fits, data=_data)
FILM = Kind("film", fits=lambda file: file.media_type in FILMS, data=nothing)
SOUND = Kind("sound", fits=lambda file: file.media_type in SOUNDS, data=nothing)
