"""Starts the site to be measured, then measures it."""

import os

import django

from bench import site
from bench.figures import AT_ONCE


def main() -> None:
    with site.running(live_runs=2 * AT_ONCE) as place:
        os.environ["DJANGO_SETTINGS_MODULE"] = "ouro_web.settings"
        django.setup()
        from bench import measures  # its imports need Django to be set up

        measures.take(place)


if __name__ == "__main__":
    main()
