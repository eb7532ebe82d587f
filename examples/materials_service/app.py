"""The service: `python -m uvicorn examples.materials_service.app:app --port 8010`."""

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from ouro.utils import get_custom_openapi

from examples.materials_service import (
    defects,
    elements,
    equation_of_state,
    images,
    phonons,
    plans,
    relax,
    tables,
    trials,
)
from examples.materials_service.refusal import Refusal, answer_refusal

ABOUT = """Real calculations on metals with the effective medium theory (EMT) of ASE.

Made to try the platform: relax a structure, follow it with an equation of state, phonons or
point defects; describe a table; shrink an image; see how failures and slow runs look.
"""

app = FastAPI(title="Materials service", version="1.0.0", description=ABOUT)
app.add_exception_handler(Refusal, answer_refusal)
for module in (relax, equation_of_state, phonons, defects, tables, images, plans, elements, trials):
    app.include_router(module.router)
app.openapi = get_custom_openapi(app, get_openapi)


@app.get("/health", include_in_schema=False)
def health() -> dict[str, str]:
    """For whoever starts the service and waits for it."""
    return {"status": "ok"}
