"""Before a post is published: what it embeds, and who among its readers can see each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from ouro_web.accounts.models import User
from ouro_web.actions import run
from ouro_web.actions.models import Action, ActionVisibility
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset
from ouro_web.lib.markdown import Rendered
from ouro_web.posts.models import Post


@dataclass(frozen=True)
class Line:
    """One thing in the text. `everybody` and `members` say whether those readers see it."""

    what: str
    asset_type: str
    url: str
    everybody: bool
    members: bool
    within: bool = False  # the run of the route above it, or what that took in or made
    run: UUID | None = None  # a run of one's own that can be shared here


@dataclass(frozen=True)
class Check:
    lines: list[Line] = field(default_factory=list)
    missing: int = 0  # embeds that the author herself does not see

    @property
    def own_runs(self) -> list[UUID]:
        return [line.run for line in self.lines if line.run]

    @property
    def hidden(self) -> int:
        return sum(not line.everybody for line in self.lines)


def of(text: Rendered, post: Post, author: User) -> Check:
    slots = text.references.embeds
    actions = _actions({slot.action for slot in slots if slot.action}, author)
    linked = [link.asset_id for action in actions.values() for link in action.links.all()]
    ids = {slot.id for slot in slots} | {str(pk) for pk in linked if pk}
    assets = {str(a.pk): a for a in Asset.objects.visible_to(author).filter(pk__in=ids)}
    open_ids = Asset.objects.visible_to(AnonymousUser()).filter(pk__in=assets)
    view = _View(post, assets, {str(pk) for pk in open_ids.values_list("pk", flat=True)})
    lines: dict[tuple[str, str], list[Line]] = {}
    for slot in slots:
        if slot.id in assets and (slot.id, slot.action) not in lines:
            pinned = actions.get(slot.action)
            lines[slot.id, slot.action] = view.lines(slot.id, pinned, author)
    missing = {slot.id for slot in slots} - assets.keys()
    return Check([line for found in lines.values() for line in found], len(missing))


def share(actions: Iterable[UUID], *, by: User) -> int:
    """Lets everybody who may see the route see these runs of one's own."""
    own = list(Action.objects.filter(pk__in=list(actions), user=by))
    for action in own:
        run.share(action, by, visibility=ActionVisibility.ROUTE)
    return len(own)


def _actions(ids: set[str], author: User) -> dict[str, Action]:
    rows = Action.objects.visible_to(author).filter(pk__in=ids).prefetch_related("links")
    return {str(action.pk): action for action in rows}


@dataclass(frozen=True)
class _View:
    post: Post
    assets: dict[str, Asset]
    open_ids: set[str]

    def lines(self, pk: str, action: Action | None, author: User) -> list[Line]:
        found = [self._asset(pk)]
        if action is not None:
            found.append(self._run(found[0], action, author))
            links = sorted(action.links.all(), key=lambda link: link.direction)  # in, then out
            linked = dict.fromkeys(str(link.asset_id) for link in links)
            found += [self._asset(one, within=True) for one in linked if one in self.assets]
        return found

    def _asset(self, pk: str, *, within: bool = False) -> Line:
        asset = self.assets[pk]
        everybody = pk in self.open_ids
        return Line(
            what=asset.name,
            asset_type=asset.asset_type,
            url=asset.get_absolute_url(),
            everybody=everybody,
            members=everybody or self._for_members(asset),
            within=within,
        )

    def _for_members(self, asset: Asset) -> bool:
        same = asset.organization_id == self.post.organization_id
        return same and asset.effective_visibility == Visibility.ORGANIZATION

    def _run(self, route: Line, action: Action, author: User) -> Line:
        shared = action.visibility == ActionVisibility.ROUTE
        mine = action.user_id == author.pk
        return Line(
            what=f"Run {str(action.pk)[-4:]}",
            asset_type="action",
            url=action.get_absolute_url(),
            everybody=shared and route.everybody,
            members=shared and route.members,
            within=True,
            run=action.pk if mine and not shared else None,
        )
