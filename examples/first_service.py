# Step 1. Write the operation
import base64
import math
import os
from typing import Annotated, Any

import httpx
from fastapi import BackgroundTasks, FastAPI, Header
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from ouro.utils import get_custom_openapi, ouro_field
from pydantic import BaseModel, Field

app = FastAPI(title="Cells", version="1.0.0")


class Stretch(BaseModel):
    structure: dict[str, Any]
    strain: float = Field(0.01, ge=-0.2, le=0.2, description="Relative change of length")


# Step 2. Declare what goes in and what comes out
STRUCTURE = {"structure": {"asset_type": "file", "file_extensions": ["cif"]}}
OUTPUTS = {
    "stretched": {"asset_type": "file", "file_extensions": ["cif"], "primary": True},
    "report": {"asset_type": "post"},
}


@ouro_field("x-ouro-input-assets", STRUCTURE)
@ouro_field("x-ouro-output-assets", OUTPUTS)
@app.post("/stretch", summary="Stretch a cell")
def stretch(request: Stretch) -> dict[str, Any]:
    """Make the cell of a crystal structure longer or shorter along its first axis."""
    source = httpx.get(request.structure["url"]).text
    length = cell_length(source)
    longer = length * (1 + request.strain)
    content = source.replace(f"_cell_length_a {length:g}", f"_cell_length_a {longer:.6g}")
    return {
        "length": longer,
        "stretched": {
            "name": f"Stretched {request.structure['name']}",
            "type": "chemical/x-cif",
            "extension": "cif",
            "base64": base64.b64encode(content.encode()).decode(),
        },
        "report": {
            "name": f"Stretching {request.structure['name']}",
            "content": {"text": f"The first axis is now **{longer:.6g} Å** long."},
        },
    }


def cell_length(cif: str) -> float:
    line = next(line for line in cif.splitlines() if line.startswith("_cell_length_a"))
    return float(line.split()[1])


# Step 3. Say how it goes
def say(headers: dict[str, str], message: str, level: str = "info") -> None:
    """A line in the log of the run, seen at once by whoever waits for it."""
    address = headers["ouro-webhook-url"].removesuffix("response") + "log"
    token = {"ouro-webhook-token": headers["ouro-webhook-token"]}
    httpx.post(address, headers=token, json={"message": message, "level": level})


# Step 4. Answer later, when it takes long
@ouro_field("x-ouro-execution-mode", "async")
@ouro_field("x-ouro-output-assets", {"curve": {"asset_type": "dataset", "primary": True}})
@app.post("/scan", summary="Scan strains")
def scan(
    request: dict[str, Any],
    background: BackgroundTasks,
    url: Annotated[str, Header(alias="ouro-webhook-url")] = "",
    token: Annotated[str, Header(alias="ouro-webhook-token")] = "",
) -> JSONResponse:
    """The energy of a cell at many strains. The result comes by callback."""
    headers = {"ouro-webhook-url": url, "ouro-webhook-token": token}
    background.add_task(work, headers, int(request.get("points", 11)))
    return JSONResponse({"status": "accepted"}, status_code=202, background=background)


def work(headers: dict[str, str], points: int) -> None:
    say(headers, f"Scanning {points} strains")
    strains = [-0.1 + 0.2 * place / (points - 1) for place in range(points)]
    rows = [{"strain": each, "energy": -8.1 + 40 * math.pow(each, 2)} for each in strains]
    httpx.post(
        headers["ouro-webhook-url"],
        headers={"ouro-webhook-token": headers["ouro-webhook-token"]},
        json={"status": "completed", "response": {"curve": {"name": "Scan", "data": rows}}},
    )


# Step 5. Publish it
app.openapi = get_custom_openapi(app, get_openapi)  # type: ignore[method-assign]


def publish(address: str) -> Any:
    """Once it answers at its address: uvicorn first_service:app --port 8080"""
    from ouro import Ouro

    ouro = Ouro(api_key=os.environ["OURO_API_KEY"])
    return ouro.services.create(
        name="Cells", base_url=address, spec_url=f"{address}/openapi.json", visibility="public"
    )
