"""The materials service on a loopback port, and a server for its inputs and its callbacks."""

import queue
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "examples" / "samples"


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    """Started as people start it; callers wait in the socket's queue until it is up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "examples.materials_service.app:app"]
        process = subprocess.Popen([*command, "--fd", str(fd)], pass_fds=[fd], cwd=ROOT)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def service(service_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service_url, timeout=120, trust_env=False) as client:
        yield client


@dataclass
class Platform:
    """Stands in for the site: keeps log lines and results, in the order they come."""

    url: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    results: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    failures_left: int = 0

    def headers(self) -> dict[str, str]:
        address = f"{self.url}/actions/42/response"
        return {
            "ouro-webhook-url": address,
            "ouro-webhook-token": "secret",
            "ouro-action-id": "42",
        }

    def hear_line(self, request: Request) -> Response:
        assert request.headers["ouro-webhook-token"] == "secret"
        self.lines.append(request.json)
        return Response(status=204)

    def hear_result(self, request: Request) -> Response:
        assert request.headers["ouro-webhook-token"] == "secret"
        if self.failures_left:
            self.failures_left -= 1
            return Response(status=503)
        self.results.put(request.json)
        return Response(status=204)


@pytest.fixture
def platform(httpserver: HTTPServer) -> Platform:
    platform = Platform(httpserver.url_for("").rstrip("/"))
    httpserver.expect_request("/actions/42/log").respond_with_handler(platform.hear_line)
    httpserver.expect_request("/actions/42/response").respond_with_handler(platform.hear_result)
    return platform


@pytest.fixture
def sample(httpserver: HTTPServer) -> Callable[[str], dict[str, Any]]:
    """A sample file as the platform resolves it: facts and an address."""

    def serve(filename: str) -> dict[str, Any]:
        path, stem, extension = SAMPLES / filename, *filename.rsplit(".", 1)
        httpserver.expect_request(f"/{filename}").respond_with_data(path.read_bytes())
        url = httpserver.url_for(f"/{filename}")
        return {"url": url, "name": stem, "filename": filename, "extension": extension}

    return serve
