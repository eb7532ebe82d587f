"""Conversations: whoever is in one reads and writes there; for everybody else there is none."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.dateparse import parse_datetime
from ninja import Field, Schema
from pydantic import ConfigDict

from ouro_web.accounts.models import User
from ouro_web.api.bodies import Given, markdown
from ouro_web.api.http import Request, answer, bounds, paged, placement, router
from ouro_web.api.shapes import conversations as shapes
from ouro_web.assets.access import Visibility
from ouro_web.conversations import members, messages
from ouro_web.conversations.models import Conversation, Message

conversations = router("Conversations")


class People(Schema):
    model_config = ConfigDict(extra="allow")

    members: list[UUID] | None = Field(None, description="The ids of those who are in it.")
    summary: str | None = None


class Talk(Given):
    summary: str | None = None
    metadata: People | None = None

    @property
    def said_summary(self) -> str | None:
        if self.summary is not None:
            return self.summary
        if self.metadata and self.metadata.summary is not None:
            return self.metadata.summary
        return None if self.description is None else markdown(self.description)

    def people(self) -> list[User] | None:
        if self.metadata is None or self.metadata.members is None:
            return None
        return members.people_with(self.metadata.members)


class TalkBody(Schema):
    conversation: Talk


class Words(Schema):
    model_config = ConfigDict(extra="allow")

    text: str | None = None
    json_: dict[str, Any] | None = Field(None, alias="json", examples=[{"type": "doc"}])
    type: str | None = Field(None, description="message, reasoning or tool_call.")
    id: UUID | None = Field(None, description="Sent again with it, a message is written once.")
    turn_id: UUID | None = None
    seq: int | None = None
    metadata: dict[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """What goes with the text."""
        given = self.model_dump(include={"turn_id", "seq", "metadata"}, exclude_none=True)
        return given if self.data is None else given | {"data": self.data}

    @property
    def words(self) -> str | None:
        """The text, or what the document says; None when there is neither."""
        if self.json_ is not None and self.data is None:
            wrapped = self.json_ if "json" in self.json_ else {"json": self.json_}
            return markdown({"text": self.text, **wrapped})
        return self.text

    @property
    def data(self) -> dict[str, Any] | None:
        """JSON that is no document."""
        given = self.json_
        is_document = given is None or given.get("type") == "doc" or "json" in given
        return None if is_document else given


class MessageBody(Schema):
    message: Words


@conversations.post("/conversations/create")
def create(request: Request, body: TalkBody) -> Any:
    """Begin a conversation with the people in `metadata.members`; the caller is always in it."""
    given = body.conversation
    place = placement(
        request, org_id=given.org_id, team_id=given.team_id, visibility=Visibility.PRIVATE
    )
    row = members.begin(
        place,
        members=given.people() or [],
        name=given.name or "",
        summary=given.said_summary or "",
    )
    return answer(_shape(request, row.pk))


@conversations.get("/conversations")
def listing(request: Request, org_id: UUID | None = None) -> Any:
    """Those one is in, the one where something was said last first."""
    caller = request.auth
    rows = messages.of_person(caller.user)
    wanted = org_id or (caller.organization.pk if caller.organization else None)
    if wanted:
        rows = rows.filter(organization=wanted)
    return paged(rows, request, shapes.conversation)


@conversations.get("/conversations/{uuid:pk}")
def retrieve(request: Request, pk: UUID) -> Any:
    """A conversation, with who is in it and how many messages one has not read."""
    return answer(_shape(request, pk))


@conversations.put("/conversations/{uuid:pk}")
def update(request: Request, pk: UUID, body: TalkBody) -> Any:
    """Rename it, say what it is about, or bring people in: `metadata.members` is then everybody.
    Only its owner can leave somebody out."""
    row, given, caller = _written(request, pk), body.conversation, request.auth.user
    people = given.people()
    with transaction.atomic():
        members.change(row, name=given.name, summary=given.said_summary)
        if people is not None:
            inside = members.members_of(row)
            members.add(row, people, by=caller)
            stay = {caller.pk, *(person.pk for person in people)}
            for person in inside:
                if person.pk not in stay:
                    members.remove(row, person, by=caller)
    return answer(_shape(request, pk))


@conversations.delete("/conversations/{uuid:pk}")
def leave(request: Request, pk: UUID) -> Any:
    """Leave it. Who is alone in it takes it along, with all messages."""
    row = _row(request, pk)
    is_gone = members.leave(row, request.auth.user)
    return answer({"id": pk, "asset_type": "conversation", "name": row.name, "deleted": is_gone})


@conversations.post("/conversations/{uuid:pk}/messages/create")
def say(request: Request, pk: UUID, body: MessageBody) -> Any:
    """Say something: `text` is markdown, `json` a document of the client's editor."""
    given, row = body.message, _written(request, pk)
    kind = {"kind": given.type} if given.type is not None else {}
    made = messages.say(
        row,
        author=request.auth.user,
        text=given.words or "",
        pk=given.id,
        **kind,
        **given.columns(),
    )
    return answer(shapes.message(made))


@conversations.get("/conversations/{uuid:pk}/messages")
def said(request: Request, pk: UUID, before: str = "") -> Any:
    """A page of messages, oldest first: the newest, which are read by that, or those older than
    `before`. `pagination.nextCursor.before` leads to older ones."""
    row = _row(request, pk)
    limit, _ = bounds(request, default=50)
    found, more = messages.page(row, before=_moment(before), limit=limit or 50)
    if not before and found:
        messages.read(row, request.auth.user, found[-1].created_at)
    cursor = {"before": found[0].created_at} if more else None
    pagination = {"hasMore": more, "limit": limit, "nextCursor": cursor}
    return answer([shapes.message(each) for each in found], pagination=pagination)


@conversations.patch("/conversations/{uuid:pk}/messages/{uuid:message_pk}")
def correct(request: Request, pk: UUID, message_pk: UUID, body: MessageBody) -> Any:
    """Change one's own message; what is not given stays."""
    rows = Message.objects.filter(conversation=_written(request, pk))
    row = rows.select_related("author", "conversation").filter(pk=message_pk).first()
    if row is None:
        raise Http404
    given = body.message
    messages.edit(row, by=request.auth.user, text=given.words, **given.columns())
    return answer(shapes.message(row))


def _row(request: Request, pk: UUID) -> Conversation:
    found = messages.of_person(request.auth.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _written(request: Request, pk: UUID) -> Conversation:
    """One she may write in."""
    row = _row(request, pk)
    if not Conversation.objects.editable_by(request.auth.user).filter(pk=pk).exists():
        raise PermissionDenied("You may read this conversation, but not write in it.")
    return row


def _shape(request: Request, pk: UUID) -> dict[str, Any]:
    return shapes.conversation(_row(request, pk))


def _moment(text: str) -> datetime | None:
    """A `+` that was not quoted arrives as a blank."""
    if not text:
        return None
    try:
        found = parse_datetime(text.strip().replace(" ", "+" if "T" in text else " "))
    except ValueError:
        found = None
    if found is None:
        raise ValidationError({"before": "must be a time such as 2026-11-22T10:00:00Z."})
    return found if found.tzinfo else found.replace(tzinfo=UTC)
