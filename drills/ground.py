"""What every drill stands on: a database of its own, and the portal as real processes in front of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
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
    port = free_port()
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


@contextmanager
def server() -> Iterator[Server]:
    """A database server of this drill's own, which may be stopped in its middle; DATABASE_URL leads to it meanwhile."""
    given = os.environ.get("DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        one = Server(Path(folder))
        one.make()
        os.environ["DATABASE_URL"] = one.url
        try:
            yield one
        finally:
            from django.db import connections

            connections.close_all()
            one.stop("immediate")
            os.environ.pop("DATABASE_URL")
            if given:
                os.environ["DATABASE_URL"] = given


class Server:
    """PostgreSQL in a folder of its own, under the account that may run it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "data", free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def make(self) -> None:
        """A new, empty one, started."""
        if self.account:
            shutil.chown(self.data.parent, "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"port={self.port}\nunix_socket_directories=''\nshared_buffers=256MB\nmax_connections=100\n"
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write(settings)
        self.start()

    def start(self) -> None:
        """Waits until it is up."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.data / "log"), "start")

    def stop(self, how: str) -> None:
        """At once (`immediate`, as when the machine fails) or in order (`fast`)."""
        self._run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")

    def _run(self, tool: str, *arguments: str) -> None:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which(tool) or str(folders[-1] / tool if folders else tool)
        subprocess.run([*self.account, found, *arguments], cwd="/", check=True, stdout=subprocess.DEVNULL)


class Redis:
    """A Redis of this drill's own, which may be stopped and started."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Empty, and keeps nothing."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, cwd="/tmp", stdout=subprocess.DEVNULL)  # noqa: S108
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)

    def stop(self) -> None:
        """At once."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def worker(environment: dict[str, str], *options: str) -> subprocess.Popen[bytes]:
    """A process of `drills.worker`."""
    command = [sys.executable, "-m", "drills.worker", *options]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE)


def beat(environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """The one schedule of the portal."""
    command = [sys.executable, "-m", "celery", "-A", "learningcity", "beat", "-l", "CRITICAL"]
    command += ["-s", str(folder / "beat"), "--pidfile", ""]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def people(size: int, *, sms_share: int = 4) -> None:
    """Members written at once: one in so many has a mobile number, the others an e-mail address; one in five reads English."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO members_member
            (phone, email, language, theme, is_superuser, calendar_version, created_at)
            SELECT CASE WHEN g %% %s = 0 THEN '+98919' || lpad(g::text, 7, '0') END,
                   CASE WHEN g %% %s > 0 THEN 'p' || g || '@example.org' END,
                   CASE WHEN g %% 5 = 0 THEN 'en' ELSE 'fa' END, '', false, 1, now()
            FROM generate_series(1, %s) g""",
            [sms_share, sms_share, size],
        )
        cursor.execute("ANALYZE members_member")


def open_news(key: str, **more: Any) -> Any:
    """An announcement to everybody, without deliveries yet, that no hour holds back."""
    from notifications.services import open_notice

    values = {
        "title": {"fa": "جشنوارهٔ یادگیری", "en": "Learning festival"},
        "summary": {"fa": "سه روز کلاس رایگان در همهٔ محله‌ها", "en": "Three days of free classes"},
        "slug": "festival",
    }
    return open_notice(key=key, kind="announcements/news", values=values, **more)


def awake() -> None:
    """No hour is an hour of rest for the members of a drill, whenever it runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_rhythm (member_id, quiet_from, quiet_until, digest) "
            "SELECT id, 0, 0, '' FROM members_member ON CONFLICT DO NOTHING"
        )
        cursor.execute("ANALYZE")


def manage(*command: str) -> str:
    """Runs one of the portal's commands with the present environment; what it printed."""
    run = [sys.executable, "manage.py", *command]
    return subprocess.run(run, cwd=ROOT, env=os.environ, check=True, capture_output=True, text=True).stdout
