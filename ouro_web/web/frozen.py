"""The copy of a run that was kept when its post was published, in the shape of a pinned run."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from ouro_web.accounts.models import User
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionLog
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.posts.models import FrozenRun, Post
from ouro_web.teams.models import OrganizationMembership
from ouro_web.web import inputs, prose
from ouro_web.web.grid import grid
from ouro_web.web.pins import MOST_INPUTS, Kept, Output, Pin
from ouro_web.web.previews import Previews
from ouro_web.web.runs import Link


class FrozenPin(Pin):
    """Drawn by the same template as a run that is still there."""

    is_frozen = True

    def __init__(self, row: FrozenRun) -> None:
        self.row = row
        self.data: dict[str, Any] = row.data

    @cached_property
    def run(self) -> Any:  # type: ignore[override]  # what of a run the template asks for
        action = self.action
        ended = action.finished_at or action.created_at
        return SimpleNamespace(
            action=action,
            live=False,
            why=self.data["why"],
            seconds=(ended - action.created_at).total_seconds(),
            inputs=self._links("in"),
            outputs=self._links("out"),
        )

    @cached_property
    def action(self) -> Action:
        """Never saved: the row it is a copy of is gone."""
        finished = self.data["finished_at"]
        return Action(
            id=self.row.action_id,
            user=User(username="", name=self.data["who"]),
            route_name=self.data["route_name"],
            status=self.data["status"],
            response=self.data["response"],
            created_at=datetime.fromisoformat(self.data["created_at"]),
            finished_at=datetime.fromisoformat(finished) if finished else None,
        )

    def taken(self, assets: Mapping[str, Asset], gone: Collection[str]) -> list[inputs.Row]:
        """With what went in as the reader may see it today; what is gone has the name it had."""
        stored = zip(self.run.inputs, self._stored("in"), strict=True)
        links = [_today(link, kept, assets, gone) for link, kept in stored]
        given = Call.from_json(self.data["call"])
        rows = inputs.rows(self.data["operation"], given, links)
        return [row for row in rows if row.state != "empty"][:MOST_INPUTS]

    @cached_property
    def lines(self) -> list[ActionLog]:
        return [
            ActionLog(
                level=line["level"],
                source=line["source"],
                message=line["message"],
                created_at=datetime.fromisoformat(line["created_at"]),
            )
            for line in self.data["lines"]
        ]

    @property
    def asset_ids(self) -> list[str]:
        return [each["asset_id"] for each in self.data["links"] if each["asset_id"]]

    def outputs(
        self, assets: Mapping[str, Asset], previews: Previews, gone: Collection[str]
    ) -> list[Output]:
        """What is still there by the rights of today, what is gone as it was."""
        found = []
        for link, stored in zip(self.run.outputs, self._stored("out"), strict=True):
            asset = assets.get(stored["asset_id"] or "")
            is_gone = not stored["asset_id"] or stored["asset_id"] in gone
            kept = _kept(stored) if is_gone else None
            link = _today(link, stored, assets, gone)
            found.append(Output(link, asset, previews.of(asset) if asset else None, kept))
        return found

    def _stored(self, direction: str) -> list[dict[str, Any]]:
        return [each for each in self.data["links"] if each["direction"] == direction]

    def _links(self, direction: str) -> list[Link]:
        return [
            Link(
                name=link["name"],
                asset_type=link["asset_type"],
                asset=None,
                text=link["asset_name"] or f"A {link['asset_type']} that is not shown to all",
                is_primary=link["is_primary"],
                made_here=False,
            )
            for link in self._stored(direction)
        ]


def _today(
    link: Link, stored: Mapping[str, Any], assets: Mapping[str, Asset], gone: Collection[str]
) -> Link:
    """A link of a copy by the rights of today."""
    pk = stored["asset_id"]
    if pk in assets:
        return replace(link, asset=assets[pk])
    if pk and pk not in gone:
        return replace(link, text=f"A {link.asset_type} that is not shared with you")
    return link


def of(post: Post | None, ids: Iterable[str], person: Person) -> dict[str, FrozenPin]:
    """Copies of the runs with these ids, as far as they were meant for this reader."""
    wanted = [UUID(pk) for pk in ids]
    if post is None or not wanted:
        return {}
    rows = FrozenRun.objects.filter(post=post, action_id__in=wanted)
    return {
        str(row.action_id): FrozenPin(row) for row in rows if _was_for(row.seen_by, post, person)
    }


def _was_for(reader: str, post: Post, person: Person) -> bool:
    if reader == FrozenRun.Reader.EVERYBODY or person.pk == post.owner_id:
        return True
    if reader == FrozenRun.Reader.OWNER or not person.is_authenticated:
        return False
    members = OrganizationMembership.objects.filter(organization=post.organization_id)
    return members.filter(user=person.pk).exists()


def _kept(link: Mapping[str, Any]) -> Kept:
    table = link.get("table")
    text = link.get("text")
    return Kept(
        table=grid(table["columns"], table["types"], table["rows"]) if table else None,
        total=table["total"] if table else 0,
        picture=link.get("picture", ""),
        text=prose.description(text) if text else None,
    )
