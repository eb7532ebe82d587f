"""Starts the site to be measured, then measures it: everything, or with `big` one large file."""

import os
import sys

import django

from bench import site
from bench.figures import AT_ONCE

GIGABYTES = 5.0


def main(asked: list[str]) -> None:
    with site.running(live_runs=2 * AT_ONCE) as place:
        os.environ["DJANGO_SETTINGS_MODULE"] = "ouro_web.settings"
        django.setup()
        # Their imports need Django to be set up.
        if asked[:1] == ["big"]:
            from bench import big

            big.take(place, float(asked[1]) if asked[1:] else GIGABYTES)
        else:
            from bench import measures

            measures.take(place)


if __name__ == "__main__":
    main(sys.argv[1:])
