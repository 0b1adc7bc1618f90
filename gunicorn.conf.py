"""How the web server runs: a few processes with a few threads each, so that a slow client holds nobody up."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from pathlib import Path

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or multiprocessing.cpu_count() + 1)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat file, never on a disk
accesslog = None  # the portal logs each request itself, without its address
errorlog = "-"
forwarded_allow_ips = ""  # TRUSTED_PROXY decides, not the server
limit_request_line = 4094

figures = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix="figures-"))
figures.mkdir(exist_ok=True)
for left_over in figures.glob("*.db"):
    left_over.unlink()
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)


def child_exit(server: object, worker: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Folds a dead process's figures into the others'."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[attr-defined, no-untyped-call]
