"""100,000 assets of several owners, and words that few or nearly all of them have."""

from ouro_web.accounts.models import User
from ouro_web.assets import words
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetTag, AssetType, Tag
from ouro_web.assets.placement import Placement

ASSETS = 100_000
AT_ONCE = 5_000
METALS = ("copper", "nickel", "iron", "gold", "silver", "platinum", "lead")
# Words by how many have them: each of METALS every seventh, "phonon" every hundredth, "niobate"
# every ten-thousandth, "structure" all.
QUESTIONS = {"of one in 10,000": "niobate", "of 1 %": "phonon", "of all": "structure"}


def fill(user: User) -> None:
    """Bare rows of every kind but their own tables, a tenth of them private to somebody else."""
    other = User.objects.create_user("elsewhere", email="elsewhere@example.org", password=None)
    public, private = Placement.for_person(user), Placement.for_person(other)
    kinds = [kind.value for kind in AssetType if kind != AssetType.CONVERSATION]
    tags = Tag.objects.bulk_create([Tag(name=name) for name in METALS])
    for first in range(0, ASSETS, AT_ONCE):
        made = [
            _asset(number, kinds, private if number % 10 == 0 else public)
            for number in range(first, first + AT_ONCE)
        ]
        Asset.objects.bulk_create(made)
        words.index(*made)
        AssetTag.objects.bulk_create(
            AssetTag(asset=asset, tag=tags[at % len(tags)]) for at, asset in enumerate(made[::20])
        )


def _asset(number: int, kinds: list[str], place: Placement) -> Asset:
    metal = METALS[number % len(METALS)]
    rare = " phonon" * (number % 100 == 1) + " niobate" * (number % 10_000 == 1)
    hidden = place.owner.username == "elsewhere"
    return Asset(
        asset_type=kinds[number % len(kinds)],
        name=f"{metal.title()} structure {number}",
        slug=f"{metal}-{number}",
        namespace=place.namespace,
        description=f"Relaxed {metal} cell number {number} with a vacancy.{rare}",
        owner=place.owner,
        organization=place.organization,
        team=place.team,
        visibility=Visibility.PRIVATE if hidden else Visibility.PUBLIC,
    )
