"""Two hundred people, ten seats, twenty places, four processes: the whole drill at the size that counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL")
def test_t1_through_http_exactly_as_many_are_seated_as_there_are_seats() -> None:
    command = [sys.executable, "-m", "drills.race_seats", "--people", "200", "--seats", "10", "--waiting", "20"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") == 11
    assert "broken=0" in done.stdout
