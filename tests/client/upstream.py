"""A service as its author writes it, with the official helpers; the runs of these tests call it."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import httpx
import uvicorn
from fastapi import BackgroundTasks, Body, FastAPI, Header, Query
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from ouro.utils import get_custom_openapi, ouro_field
from pydantic import BaseModel, Field

USED: set[int] = set()
STRUCTURE = {
    "structure": {"asset_type": "file", "input_file_extensions": ["cif"], "body_path": "structure"}
}


class Relaxation(BaseModel):
    model: str = "orb-v3"
    fmax: float = Field(0.05, gt=0, le=1)
    structure: dict[str, Any] | None = None


def application() -> FastAPI:
    app = FastAPI(title="Materials Service", version="1.0.0")

    @ouro_field("x-ouro-input-assets", STRUCTURE)
    @ouro_field(
        "x-ouro-output-assets",
        {
            "relaxed_structure": {
                "asset_type": "file", "file_extensions": ["cif"], "primary": True
            },
            "summary": {"asset_type": "post"},
        },
    )  # fmt: skip
    @app.post("/relax")
    async def relax_structure(
        request: dict[str, Any],
        ouro_action_id: Annotated[str | None, Header(alias="ouro-action-id")] = None,
        ouro_route_org_id: Annotated[str | None, Header(alias="ouro-route-org-id")] = None,
        ouro_route_team_id: Annotated[str | None, Header(alias="ouro-route-team-id")] = None,
    ) -> dict[str, Any]:
        """Relax the atoms of a crystal structure."""
        structure = request["structure"]
        async with httpx.AsyncClient() as http:
            content = (await http.get(structure["url"])).content
        return {
            "energy": -8.1,
            "relaxed_structure": {
                "name": f"Relaxed {structure['name']}",
                "type": "chemical/x-cif",
                "extension": "cif",
                "base64": base64.b64encode(content + b"# relaxed\n").decode(),
                "org_id": ouro_route_org_id,
                "team_id": ouro_route_team_id,
            },
            "summary": {
                "name": f"Relaxation report for {structure['name']}",
                "content": {"text": f"Final energy: **-8.1 eV** at {request.get('fmax')}"},
            },
        }

    @ouro_field("x-ouro-input-assets", STRUCTURE)
    @ouro_field(
        "x-ouro-output-assets",
        {"report": {"asset_type": "post"}, "bands": {"asset_type": "dataset"}},
    )
    @app.post("/phonons")
    def phonon_band_structure(request: Relaxation) -> dict[str, Any]:
        structure = request.structure or {}
        rows = [{"q": 0.0, "thz": 0.0}, {"q": 0.5, "thz": 7.4}]
        return {
            "report": {"name": f"Phonons of {structure['name']}", "content": {"text": "# Stable"}},
            "bands": {"name": "Phonon bands", "data": rows},
        }

    @ouro_field("x-ouro-execution-mode", "async")
    @ouro_field("x-ouro-output-assets", {"report": {"asset_type": "post", "primary": True}})
    @app.post("/explore")
    def explore(
        background: BackgroundTasks,
        request: Annotated[dict[str, Any], Body()],
        url: Annotated[str | None, Header(alias="ouro-webhook-url")] = None,
        token: Annotated[str | None, Header(alias="ouro-webhook-token")] = None,
    ) -> JSONResponse:
        background.add_task(call_back, str(url), str(token), request)
        accepted = JSONResponse({"status": "accepted"}, status_code=202)
        accepted.background = background
        return accepted

    @app.get("/elements/{symbol}", summary="Look up an element")
    def element(symbol: str, digits: Annotated[int, Query(ge=0, le=6)] = 2) -> dict[str, Any]:
        return {"symbol": symbol, "mass": round(55.845, digits)}

    @app.post("/answer", summary="Answer with a status")
    def answer(request: dict[str, Any]) -> JSONResponse:
        time.sleep(float(request.get("seconds", 0)))
        return JSONResponse(request.get("said", {}), status_code=int(request.get("status", 200)))

    app.openapi = get_custom_openapi(app, get_openapi)  # type: ignore[method-assign]  # as the helper's own guide says
    return app


def call_back(url: str, token: str, request: dict[str, Any]) -> None:
    headers = {"ouro-webhook-token": token}
    log = url.removesuffix("response") + "log"
    httpx.post(log, headers=headers, json={"message": "Half way", "level": "info"}, timeout=30)
    failed = {"status": "failed", "error": "Nothing was found."}
    report = {"name": "Exploration report", "content": {"text": "Found *three* phases."}}
    done = {"status": "completed", "response": {"report": report}}
    httpx.post(url, headers=headers, json=failed if request.get("fail") else done, timeout=30)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    listener = fresh_listener()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


def fresh_listener() -> socket.socket:
    """At a port that no service of these tests has had: an address belongs to one service."""
    refused = []
    while True:
        found = socket.create_server(("127.0.0.1", 0))
        port = found.getsockname()[1]
        if port not in USED:
            break
        refused.append(found)  # kept open, so that the system gives another one
    USED.add(port)
    for each in refused:
        each.close()
    return found
