"""The doorway of the queue: something waits to go out. Carried out twice or late, it does no harm,
and the worker looks by itself, too."""

import threading

from django.tasks import task

# What the courier of the worker waits for.
wanted = threading.Event()


@task()
def go_out() -> None:
    wanted.set()


def wake_courier() -> None:
    go_out.enqueue()
