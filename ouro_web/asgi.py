import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ouro_web.settings")
django.setup(set_prefix=False)

from ouro_web.actions.executor import drain_beside_pages  # noqa: E402 (needs the settings)
from ouro_web.api.listening import forget  # noqa: E402
from ouro_web.api.realtime import with_sockets  # noqa: E402
from ouro_web.web.lifespan import with_end  # noqa: E402
from ouro_web.web.page_threads import PageHandler  # noqa: E402
from ouro_web.web.request_log import with_log  # noqa: E402


def end() -> None:
    drain_beside_pages()
    forget()


application = with_end(with_sockets(with_log(PageHandler())), end)

# What is loaded by now stays; the collector need not go through it again and again.
gc.collect()
gc.freeze()
