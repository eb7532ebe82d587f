"""Many who want the same address at the same moment, where writers do not queue by themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AT_ONCE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

django.setup()
from django.core.management import call_command
from django.db import connection

call_command("migrate", verbosity=0)
from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.posts import drafts, publish

place = Placement.for_person(User.objects.create_user("alice", "a@example.org", "x"))
together = Barrier(6)


def make(turn):
    together.wait()
    create = drafts.start if turn % 2 else publish.create
    slug = create(place, name="Copper", text="Soft.").slug
    connection.close()
    return slug


with ThreadPoolExecutor(6) as threads:
    print(json.dumps(sorted(threads.map(make, range(24)))))
"""


def test_equal_names_at_the_same_moment_get_different_addresses(postgres, tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "ouro_web.settings",
        "OURO_DATA_DIR": str(tmp_path),
        "DATABASE_URL": postgres,
    }
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    expected = ["copper", *(f"copper-{number}" for number in range(2, 25))]
    assert json.loads(done.stdout) == sorted(expected)
