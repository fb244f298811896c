"""How the web server runs. SQLite takes one writer at a time, so there it is one process with threads."""

import gc
import os

_on_server = not os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite:")
_host = os.environ.get("HOST", "127.0.0.1")

bind = f"{_host}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2" if _on_server else "1"))
worker_class = "gthread"
threads = 4
timeout = 60  # seconds
graceful_timeout = 8
control_socket_disable = True
# Addresses of pages hold what was searched for: they are not logged.
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "warning").lower()


def post_worker_init(worker: object) -> None:
    """Keep what was loaded out of the search for rubbish, and search more rarely: a large page takes a tenth less."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
