"""`python -m bench big [GB]`: one large file, sent in parts, made a file and read back, with the
memory that the site takes for it. Not part of `make bench`: 5 GB take minutes and room on the disk.
"""

import base64
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

from bench import processes
from bench.figures import Figure, say
from bench.site import Site
from ouro_web.accounts import keys
from ouro_web.accounts.models import User

PART = 8 << 20
MOST_MEMORY = 200  # MB more than the site at rest
TUS = {"Tus-Resumable": "1.0.0"}


def take(place: Site, gigabytes: float) -> None:
    size = int(gigabytes * (1 << 30))
    free = shutil.disk_usage(place.folder).free
    if free < 2 * size:
        raise SystemExit(f"{size >> 20} MB need twice as much room; {free >> 20} MB are free.")
    person = User.objects.create_user(
        username="bench", email="bench@example.org", password="x" * 20
    )
    program = Program(place, keys.issue(person, name="bench")[1])
    program.get("/api/files/nothing", allowed=404)  # what is loaded once
    rest = processes.megabytes(processes.family(place.pid))
    say(Figure("the site at rest: memory", rest, "MB"))
    before, began = _cpu(place), time.monotonic()
    with processes.Peak(place.pid) as peak:
        pk, digest = program.send(size)
    _told(f"{gigabytes:g} GB sent in parts", peak.megabytes - rest, _cpu(place) - before, began)
    before, began = _cpu(place), time.monotonic()
    with processes.Peak(place.pid) as peak:
        same = program.digest_of(pk) == digest
    _told(f"{gigabytes:g} GB read back", peak.megabytes - rest, _cpu(place) - before, began)
    if not same:
        raise SystemExit("What came back is not what was sent.")
    print("What came back is what was sent.")


def _told(what: str, memory: float, cpu: float, began: float) -> None:
    say(
        Figure(f"{what}: more memory at most", memory, "MB", MOST_MEMORY),
        Figure(f"{what}: CPU of the site", cpu, "s"),
        Figure(f"{what}: it took", time.monotonic() - began, "s"),
    )


def _cpu(place: Site) -> float:
    return sum(map(processes.cpu_seconds, processes.family(place.pid)))


class Program:
    """One connection with a key."""

    def __init__(self, place: Site, key: str) -> None:
        self.connection = HTTPConnection(urlsplit(place.url).netloc, timeout=600)
        self.headers = {"Authorization": key}

    def get(self, path: str, *, allowed: int = 200) -> HTTPResponse:
        self.connection.request("GET", path, headers=self.headers)
        return self._answer(allowed, whole=True)

    def send(self, size: int) -> tuple[str, str]:
        """The id of the file, and the SHA-256 of what was sent."""
        name = base64.b64encode(b"large.bin").decode()
        told = {**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {name}"}
        begun = self._ask("POST", "/api/files/parts", b"", told, 201)
        path, digest, offset = urlsplit(begun.headers["Location"]).path, hashlib.sha256(), 0
        for part in parts(size):
            digest.update(part)
            headers = {
                **TUS, "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }  # fmt: skip
            self._ask("PATCH", path, part, headers, 204)
            offset += len(part)
        given = {"file": {"id": path.rpartition("/")[2], "name": "Large", "visibility": "private"}}
        body = json.dumps(given).encode()
        self._ask("POST", "/api/files/create", body, {"Content-Type": "application/json"}, 200)
        return given["file"]["id"], digest.hexdigest()

    def digest_of(self, pk: str) -> str:
        self.connection.request("GET", f"/api/files/{pk}/data", headers=self.headers)
        url = json.loads(self.connection.getresponse().read())["data"]["url"]
        self.connection.request("GET", urlsplit(url).path)
        answer = self._answer(200, whole=False)
        digest = hashlib.sha256()
        while piece := answer.read(1 << 20):
            digest.update(piece)
        return digest.hexdigest()

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str], status: int
    ) -> HTTPResponse:
        self.connection.request(method, path, body=body, headers={**self.headers, **headers})
        return self._answer(status, whole=True)

    def _answer(self, status: int, *, whole: bool) -> HTTPResponse:
        answer = self.connection.getresponse()
        said = answer.read() if whole or answer.status != status else b""
        if answer.status != status:
            raise SystemExit(f"The site answered {answer.status}: {said[:500].decode()}")
        return answer


def parts(size: int) -> Iterator[bytes]:
    """No part is like another, and none can be compressed."""
    block = os.urandom(PART)
    for number in range(0, size, PART):
        yield (number.to_bytes(8) + block[8:])[: min(PART, size - number)]
