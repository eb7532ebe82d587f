"""One rule for what fits a declared input: the picker, *what can I run on this*, the API and the
check before a run all ask here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib.archives import MEDIA_TYPES as ARCHIVES
from ouro_web.lib.declarations import Declaration, from_stored

# Broad classes an author may name instead of exact formats: media types (a trailing slash is a
# prefix) and extensions, for types that browsers do not know.
CLASSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "audio": (("audio/",), ("mp3", "wav", "ogg", "flac", "aac", "aif", "aiff", "mid", "m4a")),
    "video": (("video/",), ("mp4", "webm", "ogv", "avi", "mpeg", "mpg", "mov", "wmv", "mkv")),
    "image": (("image/",), ("png", "jpg", "jpeg", "webp", "gif", "svg", "bmp", "tif", "tiff")),
    "pdf": (("application/pdf",), ("pdf",)),
    "3d model": (("model/",), ("glb", "gltf", "stl", "obj")),
    "atomic structure": (
        ("chemical/",),
        ("cif", "xyz", "extxyz", "pdb", "sdf", "mol", "poscar", "vasp"),
    ),
}


def misfit(asset: Asset, declaration: Declaration) -> str:
    """Why this asset cannot stand at this input, in words; empty when it fits."""
    if asset.asset_type not in declaration.asset_types:
        return f"Needs a {_either(declaration.asset_types)}, this is a {asset.asset_type}."
    if asset.asset_type != AssetType.FILE:
        return ""
    file = asset.as_file
    if declaration.extensions and file.extension not in declaration.extensions:
        wanted = _either(f".{extension}" for extension in declaration.extensions)
        return f"Needs a {wanted} file, this is {_named(file.extension)}."
    if declaration.filter and not _in_class(file, declaration.filter):
        return f"Needs a file of the kind {declaration.filter}, this is {_named(file.extension)}."
    return _inside_misfit(file, declaration.contains_extensions)


def _inside_misfit(file: Any, wanted: tuple[str, ...]) -> str:
    """An archive that could not be looked into may hold anything, so the service is to judge it."""
    if not wanted or (file.media_type in ARCHIVES and not file.facts.get("holds")):
        return ""
    needs = f"Needs an archive of {_either(f'.{extension}' for extension in wanted)} files"
    if file.media_type not in ARCHIVES:
        return f"{needs}, this is {_named(file.extension)}."
    held = [f".{extension}" for extension in file.facts["holds"]]
    if any(f".{extension}" in held for extension in wanted):
        return ""
    return f"{needs}, this holds {' and '.join(held[:3])}."


def compatible_assets(assets: QuerySet[Asset], declaration: Declaration) -> QuerySet[Asset]:
    """The rows of `assets` for which misfit() finds nothing, as one condition for the database."""
    fits = Q(asset_type__in=declaration.asset_types)
    if declaration.extensions:
        fits &= ~Q(asset_type=AssetType.FILE) | Q(as_file__extension__in=declaration.extensions)
    if declaration.filter in CLASSES:
        media_types, extensions = CLASSES[declaration.filter]
        in_class = Q(as_file__extension__in=extensions)
        for media_type in media_types:
            in_class |= Q(as_file__media_type__startswith=media_type)
        fits &= ~Q(asset_type=AssetType.FILE) | in_class
    if declaration.contains_extensions:
        inside = Q(pk__in=[])
        for extension in declaration.contains_extensions:
            inside |= Q(**{f"as_file__facts__holds__{extension}__isnull": False})
        unknown = Q(as_file__facts__holds__isnull=True)
        holds = Q(as_file__media_type__in=ARCHIVES) & (inside | unknown)
        fits &= ~Q(asset_type=AssetType.FILE) | holds
    return assets.filter(fits)


@dataclass(frozen=True)
class Offer:
    """A route that takes an asset, and the inputs at which it can stand."""

    route: Any
    inputs: list[Declaration]


def accepting(routes: Iterable[Any], asset: Asset) -> list[Offer]:
    """The routes among `routes` that take this asset, in the order given."""
    offers = (Offer(route, accepting_inputs(route, asset)) for route in routes)
    return [offer for offer in offers if offer.inputs]


def accepting_inputs(route: Any, asset: Asset) -> list[Declaration]:
    """The declared inputs of a route at which this asset can stand."""
    declared = from_stored(route.input_assets, "input")
    return [item for item in declared.values() if not misfit(asset, item)]


def makes(route: Any, wanted: Declaration) -> bool:
    """Whether a route says that it makes what could stand at this input."""
    outputs = from_stored(route.output_assets, "output").values()
    return any(_fits_output(output, wanted) for output in outputs)


def _fits_output(output: Declaration, wanted: Declaration) -> bool:
    """An output without endings may come with any."""
    if not set(output.asset_types) & set(wanted.asset_types):
        return False
    if "file" not in output.asset_types:
        return True
    ends = set(output.extensions)
    if wanted.extensions and ends:
        return bool(ends & set(wanted.extensions))
    if wanted.filter in CLASSES and ends:
        return bool(ends & set(CLASSES[wanted.filter][1]))
    return not wanted.contains_extensions or bool(
        set(output.contains_extensions) & set(wanted.contains_extensions)
    )


def _in_class(file: Any, name: str) -> bool:
    if name not in CLASSES:
        return True
    media_types, extensions = CLASSES[name]
    return file.extension in extensions or file.media_type.startswith(media_types)


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _named(extension: str) -> str:
    return f".{extension}" if extension else "a file without an ending"
