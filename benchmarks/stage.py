"""What the benchmarks stand on: settings as in production, static files, an empty database of their own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from drills.ground import database

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ground(folder: str) -> Iterator[bool]:
    """Settings, static files and an empty database of its own; whether it is PostgreSQL."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ |= {
        "BENCH_STATIC_ROOT": f"{folder}/static",
        "BENCH_RUN": str(os.getpid()),
        "SITE_URL": "http://127.0.0.1:8000",
    }
    for name in ("DEBUG", "DEMO", "SMS_URL", "EMAIL_URL", "ALLOWED_HOSTS", "SENTRY_DSN"):
        os.environ.pop(name, None)
    Path(folder, "static").mkdir()
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        with database("bench"):
            yield True
            from django.db import connections

            connections.close_all()
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/city.sqlite3"
        yield False


def prepare() -> None:
    """Django and the static files."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
