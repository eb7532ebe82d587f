"""The materials service that runs beside a demo site. The demo's routes hold its address, so its
port is chosen once and remembered in the data folder."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ouro_web.web import ports, serving

HOST = "127.0.0.1"
APPLICATION = "examples.materials_service.app:app"


@dataclass(frozen=True)
class DemoService:
    port: int
    is_loaded: bool = False  # the demo's people, runs and posts are there

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def command(self) -> list[str]:
        return serving.server_command(APPLICATION, HOST, self.port)

    def environment(self) -> dict[str, str]:
        """What the site's programs must know to call it: this one private address is allowed."""
        allowed = os.environ.get("OURO_ALLOWED_PRIVATE_HOSTS", "")
        address = f"{HOST}:{self.port}"
        return {"OURO_ALLOWED_PRIVATE_HOSTS": f"{allowed},{address}" if allowed else address}


def remembered(data_folder: Path) -> DemoService | None:
    path = _file(data_folder)
    return DemoService(**json.loads(path.read_text())) if path.exists() else None


def choose(data_folder: Path, site_port: int) -> DemoService:
    service = DemoService(ports.first_free(HOST, site_port + 1))
    _remember(data_folder, service)
    return service


def note_loaded(data_folder: Path) -> None:
    if service := remembered(data_folder):
        _remember(data_folder, replace(service, is_loaded=True))


def _remember(data_folder: Path, service: DemoService) -> None:
    _file(data_folder).write_text(json.dumps(asdict(service)))


def _file(data_folder: Path) -> Path:
    return data_folder / "demo.json"
