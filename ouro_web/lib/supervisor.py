"""Keeps a few programs running as one: their lines side by side, a new start after a crash, and one
clean stop. It imports the standard library only and runs in a process of its own, so that what
watches the site costs 15 MB and not another copy of Django."""

import asyncio
import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field

DELAYS = (1, 2, 5)
STEADY = 60.0  # seconds after which a program counts as well, and its next crash as the first
LONGEST_LINE = 2**20
PR_SET_PDEATHSIG = 1

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Program:
    """`once`: it has a job to do and ends; only a failure of it is said."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False


def prefixed(names: Sequence[str]) -> Say:
    """Lines as `name | text`, all names equally wide."""
    width = max(len(name) for name in names)

    def say(name: str, text: str) -> None:
        sys.stdout.write(f"{name:{width}} | {text}\n")
        sys.stdout.flush()

    return say


class Supervisor:
    """`listening` is a host, a port, and what to say once when something answers there."""

    def __init__(
        self,
        programs: Sequence[Program],
        say: Say,
        *,
        listening: tuple[str, int, str] | None = None,
        grace: float = 30,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self._programs = programs
        self._say = say
        self._listening = listening
        self._grace = grace
        self._delays = delays
        self._stopping = asyncio.Event()
        self._asked_at = 0.0
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop, number)
        announcement = asyncio.create_task(self._announce())
        await asyncio.gather(*(self._keep(program) for program in self._programs))
        announcement.cancel()

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Asks every program to end; a second Ctrl-C, or the end of the grace period, ends them."""
        if not self._stopping.is_set():
            self._asked_at = time.monotonic()
            self._stopping.set()
            self._say("site", "Stopping. Press Ctrl-C again to stop without waiting.")
            for process in self._running.values():
                _send(process, signal.SIGTERM)
            asyncio.get_running_loop().call_later(self._grace, self._kill)
        elif number == signal.SIGINT and time.monotonic() - self._asked_at > 1:
            # Within a second it is the same Ctrl-C, passed on by make or a shell.
            self._kill()

    def _kill(self) -> None:
        for process in self._running.values():
            _send_to_group(process, signal.SIGKILL)

    async def _keep(self, program: Program) -> None:
        crashes = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run_once(program)
            if self._stopping.is_set() or (program.once and code == 0):
                return
            if program.once:
                self._say(program.name, f"failed with {code}; it is tried again at the next start")
                return
            crashes = 1 if time.monotonic() - began > STEADY else crashes + 1
            delay = self._delays[min(crashes, len(self._delays)) - 1]
            self._say(program.name, f"ended with {code}; starting it again in {delay} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def _run_once(self, program: Program) -> int:
        # A pipe of our own: asyncio's would make the wait below wait for everybody who holds it.
        reading, writing = os.pipe()
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            # A session of its own: a terminal's Ctrl-C reaches this process only, which passes it
            # on once; servers take a second one as "at once".
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        os.close(writing)
        self._running[program.name] = process
        if self._stopping.is_set():
            _send(process, signal.SIGTERM)
        copying = asyncio.create_task(self._copy_lines(program.name, reading))
        code = await process.wait()
        # What the program started and left behind goes with it.
        _send_to_group(process, signal.SIGKILL)
        await asyncio.wait([copying], timeout=1)
        copying.cancel()
        del self._running[program.name]
        return code

    async def _copy_lines(self, name: str, pipe: int) -> None:
        stream = asyncio.StreamReader(limit=LONGEST_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(pipe, "rb", buffering=0)
        )
        with closing(transport):
            await self._say_lines(name, stream)

    async def _say_lines(self, name: str, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readline()
            except ValueError:
                line = b"(a line of more than a megabyte)\n"
            if not line:
                return
            self._say(name, line.decode(errors="replace").rstrip())

    async def _announce(self) -> None:
        if self._listening is None:
            return
        host, port, text = self._listening
        while not self._stopping.is_set():
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            for line in text.splitlines():
                self._say("site", line)
            return


def _send(process: asyncio.subprocess.Process, number: int) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _send_to_group(process: asyncio.subprocess.Process, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Even if this process is killed outright, Linux asks its programs to end."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def replace_this_process(programs: Sequence[Program], *, host: str, port: int, text: str) -> None:
    """Becomes the supervisor: same process id, a fresh and small interpreter."""
    plan = json.dumps(
        {
            "programs": [asdict(program) for program in programs],
            "listening": (host, port, text),
        }
    )
    os.execv(sys.executable, [sys.executable, "-m", __name__, plan])  # noqa: S606


def main() -> None:
    plan = json.loads(sys.argv[1])
    programs = [Program(**program) for program in plan["programs"]]
    say = prefixed(["site", *(program.name for program in programs)])
    listening = tuple(plan["listening"])
    asyncio.run(Supervisor(programs, say, listening=listening).run())
    say("site", "Stopped.")


if __name__ == "__main__":
    main()
