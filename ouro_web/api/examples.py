"""Examples for the API's document: written by hand where they teach something, else made from the
schema of the body."""

from typing import Any

ASSET = "01993a5e-8c1f-7d3a-9b60-6f0c1b9e2d47"
OTHER = "01993a5e-9a20-7c11-8f4e-2f1b7a6c5d38"
ORGANIZATION = "01993a5e-7b00-7a55-b2c9-3d4e5f607182"

USER = {"id": OTHER, "user_id": OTHER, "username": "alice", "email": "alice@example.org"}

BODIES: dict[str, Any] = {
    "POST /users/get-token": {"pat": "ouro_…"},
    "POST /teams/create": {
        "team": {"name": "alloys", "org_id": ORGANIZATION, "description": "Light alloys"}
    },
    "PUT /teams/{pk}": {"team": {"description": "Light and strong alloys"}},
    "POST /teams/{pk}/join": {"message": "I measure what you compute."},
    "POST /teams/{pk}/bans": {"user_id": OTHER, "reason": "Spam"},
    "POST /user/notifications/read": {"ids": [ASSET, OTHER]},
    "POST /posts/create": {
        "post": {"name": "Relaxing copper", "visibility": "public"},
        "content": "The cell shrank by **0.4 %**.",
    },
    "POST /comments/create": {"comment": {"parent_id": ASSET}, "content": "Which functional?"},
    "POST /conversations/create": {
        "conversation": {"name": "Phonons of copper", "metadata": {"members": [OTHER]}}
    },
    "PUT /conversations/{pk}": {"conversation": {"summary": "Which cut-off to use"}},
    "POST /conversations/{pk}/messages/create": {
        "message": {"text": "See [the run](action:" + ASSET + "), `{@alice}`."}
    },
    "PATCH /conversations/{pk}/messages/{message_pk}": {"message": {"text": "The *other* run."}},
    "POST /files/upload": {
        "file_name": "copper.cif", "file_base64": "ZGF0YV9jb3BwZXIK",
        "content_type": "chemical/x-cif", "visibility": "public",
    },
    "POST /files/create": {
        "file": {
            "id": ASSET, "name": "Copper", "visibility": "public",
            "metadata": {"name": "copper.cif", "extension": "cif"},
        }
    },
    "POST /datasets/create/from-schema": {
        "dataset": {
            "name": "Lattice constants",
            "visibility": "public",
            "schema": 'CREATE TABLE datasets."dataset" ("metal" TEXT, "a" DOUBLE PRECISION)',
            "rows": [{"metal": "Cu", "a": 3.615}],
        }
    },
    "POST /datasets/{pk}/data": {
        "rows": [{"metal": "Al", "a": 4.046}], "mode": "append", "finalize": True,
    },
    "POST /datasets/{pk}/query-custom": {"query": "SELECT metal FROM {{table}} WHERE a > 4"},
    "POST /elements/common/name-to-id": {
        "name": "relax-structure", "assetType": "route", "entityName": "alice",
    },
    "POST /services/{service_id}/routes/{route_id}/use": {
        "config": {
            "body": {"fmax": 0.05},
            "input_assets": {"structure": {"assetId": ASSET}},
            "output": {"visibility": "private"},
        }
    },
    "POST /utilities/convert/from-markdown": {"markdown": "# Results\n\nIt *relaxed*."},
    "PUT /assets/{pk}/share": {"permission": {"user": {"user_id": OTHER}, "role": "read"}},
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    "POST /users/get-token": {
        "access_token": "eyJhbGciOi…", "refresh_token": None, "expires_in": 3600,
        "api_key_org_id": None, "api_key_name": "notebook",
    },
    "GET /user": {"data": USER},
    "GET /user/notifications/unreads": {"data": 3},
    "GET /wallet/balance": {"data": {"balance": 0, "available": 0}},
    "GET /assets/{pk}/type": {"data": {"asset_type": "file"}},
    "GET /teams/unreads": {"data": {"unreads": {ORGANIZATION: 2}}},
    "POST /elements/common/name-to-id": {"data": {"id": ASSET}},
    "POST /services/{service_id}/routes/{route_id}/use": {
        "data": {"energy": -3.71},
        "action": {
            "id": ASSET, "route_id": OTHER, "user_id": OTHER, "status": "success",
            "response": {"energy": -3.71},
        },
    },
}  # fmt: skip

_BY_FORMAT = {"uuid": ASSET, "date-time": "2026-11-22T10:00:00Z", "uri": "https://example.org"}
_BY_TYPE: dict[str, Any] = {
    "string": "text", "integer": 1, "number": 0.5, "boolean": True, "null": None, "array": [],
}  # fmt: skip
DEEPEST = 6


def sample(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits the schema of a body."""
    schema = _followed(schema, document)
    given = _said(schema)
    if given is not None:
        return given
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return sample(schema[key][0], document, depth)
    if schema.get("type") == "array" and "items" in schema and depth < DEEPEST:
        return [sample(schema["items"], document, depth + 1)]
    if "properties" in schema and depth < DEEPEST:
        fields = schema["properties"].items()
        return {name: sample(inner, document, depth + 1) for name, inner in fields}
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(schema.get("type", ""), {}))


def _said(schema: dict[str, Any]) -> Any:
    """A value that the schema itself gives."""
    values = [schema.get(key) for key in ("example", "default", "const")]
    return next((each for each in [*values, *schema.get("enum", [])] if each is not None), None)


def _followed(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    return schema
