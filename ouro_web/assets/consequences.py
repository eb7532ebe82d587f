"""What changes for whom when an asset gets another visibility: to be read before it is done."""

from dataclasses import dataclass

from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, Connection

NAMED = 5


@dataclass(frozen=True)
class Consequences:
    before: str
    after: str
    following: int  # things that belong to it and are visible as it is
    posts: int  # posts that show or link it

    @property
    def shuts_somebody_out(self) -> bool:
        return self.before != self.after and "everybody" not in self.after


def of_visibility(asset: Asset, wanted: str) -> Consequences:
    """`wanted` is a visibility that the asset can have."""
    shown_in = Connection.objects.filter(target=asset).values("source").distinct()
    return Consequences(
        before=audience(asset, asset.visibility),
        after=audience(asset, wanted),
        following=asset.children.filter(visibility=Visibility.INHERIT).count(),
        posts=shown_in.count(),
    )


def audience(asset: Asset, visibility: str) -> str:
    """Who sees an asset of this visibility, in words."""
    if visibility == Visibility.INHERIT and asset.parent:
        return audience(asset.parent, asset.parent.visibility)
    if visibility in (Visibility.PUBLIC, Visibility.MONETIZED):
        return "everybody, also without an account"
    if visibility == Visibility.ORGANIZATION:
        return f"the members of {asset.organization} and {_chosen(asset)}"
    return _chosen(asset)


def _chosen(asset: Asset) -> str:
    """The owner and those with whom it is shared by name."""
    grants = asset.grants.select_related("user").order_by("user__username")
    names = [asset.owner.display_name, *(given.user.display_name for given in grants)]
    if len(names) > NAMED:
        names = [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
