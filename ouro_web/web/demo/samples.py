"""The files and the dataset of the demo, from examples/samples."""

from dataclasses import dataclass

from django.conf import settings

from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets import saved_views, tables
from ouro_web.files import storage
from ouro_web.web.demo.people import Cast

FOLDER = settings.ROOT / "examples" / "samples"
STRAIN = "Metals under strain"
METALS = ("Cu", "Au", "Pt")
_CURVES = ",\n  ".join(
    f"max(above_minimum_ev) filter (metal = '{metal}') as {metal}" for metal in METALS
)
CURVES = f"select strain,\n  {_CURVES}\nfrom {{{{table}}}}\ngroup by strain\norder by strain"
CHART = {
    "type": "line",
    "category": {"dataKey": "strain", "label": "Strain"},
    "value": {"label": "Energy above the minimum, eV"},
    "series": [{"dataKey": metal} for metal in METALS],
}


@dataclass(frozen=True)
class Sample:
    filename: str
    name: str
    description: str
    owner: str = "mira"
    team: str = "defects"
    visibility: str = Visibility.PUBLIC


SAMPLES = (
    Sample(
        "ni3al-vacancy.cif",
        "Ni3Al with an aluminium vacancy",
        "Eight cells of Ni₃Al (L1₂), one aluminium atom missing, atoms shaken by 0.04 Å.",
    ),
    Sample(
        "copper-gold-ordered.cif",
        "CuAu, ordered",
        "Layers of copper and gold (L1₀).",
        team="alloys",
    ),
    Sample("copper-fcc.cif", "Copper, fcc", "Four atoms, a little off the lattice constant."),
    Sample(
        "aluminium-strained.cif",
        "Aluminium, strained",
        "Pulled by 3 % along a and pressed by 2 % along c.",
        owner="jonas",
    ),
    Sample(
        "gold-111-slab.cif",
        "Au(111) slab",
        "Four layers under 8 Å of vacuum, the upper one lifted by 0.2 Å.",
        owner="aiko",
        visibility=Visibility.ORGANIZATION,
    ),
    Sample("platinum-cluster.xyz", "Pt38 cluster", "A truncated octahedron, 3 % too wide."),
    Sample(
        "iron-bcc.cif",
        "Iron, bcc",
        "A metal that the EMT potential does not know.",
        owner="aiko",
    ),
    Sample(
        "aluminium-energy.png",
        "Energy of aluminium by a and c",
        "Energy per atom of tetragonal aluminium: a across, c upwards, both from 3.7 to 4.4 Å.",
        owner="jonas",
    ),
    Sample(
        "metals-under-strain.html",
        "Seven metals under strain, page",
        "The curves behind the dataset of the same name.",
        owner="jonas",
    ),
    Sample(
        "settings.json",
        "Settings of our relaxations",
        "What we agreed on; not settled yet.",
        visibility=Visibility.PRIVATE,
    ),
)


def make(cast: Cast) -> dict[str, Asset]:
    """All samples by file name, and the dataset under its own."""
    made = {sample.filename: _file(cast, sample) for sample in SAMPLES}
    return {**made, STRAIN: _dataset(cast)}


def find(cast: Cast, asset_type: AssetType, name: str) -> Asset | None:
    """The oldest of its name, since a run may name its outputs alike."""
    rows = Asset.objects.filter(asset_type=asset_type, organization=cast.lab, name=name)
    return rows.order_by("pk").first()


def _file(cast: Cast, sample: Sample) -> Asset:
    return find(cast, AssetType.FILE, sample.name) or _store(cast, sample)


def _store(cast: Cast, sample: Sample) -> Asset:
    owner, team = getattr(cast, sample.owner), getattr(cast, sample.team)
    with (FOLDER / sample.filename).open("rb") as content:
        return storage.store(
            cast.place(owner, team=team, visibility=sample.visibility),
            name=sample.name,
            filename=sample.filename,
            content=content,
            description=sample.description,
        )


def _dataset(cast: Cast) -> Asset:
    return find(cast, AssetType.DATASET, STRAIN) or _import(cast)


def _import(cast: Cast) -> Asset:
    with (FOLDER / "metals-under-strain.csv").open("rb") as csv:
        dataset = tables.create(
            cast.place(cast.jonas),
            name=STRAIN,
            csv=csv,
            description="Energy and pressure of seven metals by their lattice constant, with EMT.",
        )
    saved_views.save(dataset, by=cast.jonas, name="Energy by strain", sql=CURVES, config=CHART)
    return dataset
