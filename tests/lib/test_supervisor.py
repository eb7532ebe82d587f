"""Real programs, each a line of Python."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from ouro_web.lib.supervisor import Program, Supervisor, prefixed

WAIT = "import signal, sys; print('waiting', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAIT


def python(name, code, **options):
    return Program(name, [sys.executable, "-c", code], **options)


def run(*programs, until=None, **options):
    """What was said, as (name, text); the supervisor is told to stop when `until` is said."""
    said = []

    async def supervise():
        def say(name, text):
            said.append((name, text))
            if until is not None and (name, text) == until:
                supervisor.stop()

        supervisor = Supervisor(programs, say, delays=[0], **options)
        await asyncio.wait_for(supervisor.run(), 30)

    asyncio.run(supervise())
    return said


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_each_line_is_said_with_the_name_of_its_program():
    said = run(
        python("one", "print('hello')", once=True),
        python("two", "import sys; sys.stderr.write('oops')", once=True),
    )
    assert sorted(said) == [("one", "hello"), ("two", "oops")]


def test_names_are_equally_wide(capsys):
    say = prefixed(["web", "service"])
    say("web", "ready")
    assert capsys.readouterr().out == "web     | ready\n"


def test_a_program_gets_its_own_environment():
    code = "import os; print(os.environ['COLOUR'])"
    assert run(python("one", code, environment={"COLOUR": "green"}, once=True)) == [
        ("one", "green")
    ]


def test_a_crashed_program_is_started_again(tmp_path):
    code = (
        f"import pathlib, sys; path = pathlib.Path({str(tmp_path / 'count')!r})\n"
        "if not path.exists(): path.touch(); sys.exit(3)\n" + WAIT
    )
    said = run(python("one", code), until=("one", "waiting"))
    assert ("one", "ended with 3; starting it again in 0 s") in said


def test_a_job_that_fails_is_not_repeated():
    said = run(python("job", "import sys; sys.exit(2)", once=True))
    assert said == [("job", "failed with 2; it is tried again at the next start")]


def test_a_line_of_megabytes_stops_nothing():
    said = run(python("one", "print('x' * 3_000_000); print('after')", once=True))
    assert said[-1] == ("one", "after")


def test_a_stop_ends_every_program():
    assert run(python("one", WAIT), python("two", WAIT), until=("two", "waiting"))


def test_a_program_that_will_not_stop_is_ended_after_the_grace_period():
    assert run(python("one", STUBBORN), until=("one", "waiting"), grace=0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's end")
def test_what_a_program_left_behind_ends_with_it():
    code = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(left.pid)"
    )
    ((_, pid),) = run(python("one", code, once=True))
    for _ in range(1000):
        if not is_alive(pid):
            return
        os.sched_yield()
    assert not is_alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's end")
def test_a_killed_supervisor_takes_its_programs_along():
    code = "import os; print(os.getpid(), flush=True); " + WAIT
    plan = {
        "programs": [{"name": "one", "command": [sys.executable, "-c", code]}],
        "listening": ["127.0.0.1", 9, ""],
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "ouro_web.lib.supervisor", json.dumps(plan)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline().split("|")[1])
        assert supervisor.stdout.readline().endswith("waiting\n")
        child = os.pidfd_open(pid)
        supervisor.send_signal(signal.SIGKILL)
    import select

    readable, _, _ = select.select([child], [], [], 20)  # readable once the process has ended
    os.close(child)
    assert readable
