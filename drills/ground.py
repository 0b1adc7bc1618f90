"""What every drill stands on: a database of its own, and the portal as real processes in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60


@contextmanager
def database(name: str) -> Iterator[str]:
    """A new database beside the one that DATABASE_URL names, gone afterwards; its address, which DATABASE_URL then has."""
    given = os.environ["DATABASE_URL"]
    parts, name = urlsplit(given), f"drill_{name}_{os.getpid()}"
    server = psycopg2.connect(urlunsplit(parts._replace(path="/postgres")))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        from django.db import connections

        connections.close_all()
        os.environ["DATABASE_URL"] = given
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@contextmanager
def portal(processes: int, threads: int = 2) -> Iterator[int]:
    """The portal under gunicorn on a free port, with the present environment; the port, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(processes),
        "WEB_THREADS": str(threads),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "learningcity.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=quiet, stderr=quiet)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("the portal does not answer")


def manage(*command: str) -> str:
    """Runs one of the portal's commands with the present environment; what it printed."""
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(run, cwd=ROOT, env=os.environ, check=True, capture_output=True, text=True).stdout
