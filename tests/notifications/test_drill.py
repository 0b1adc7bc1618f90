"""The drills of killed workers and of a mail server's faults at a small size (D1, D10)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


SMALL = {
    "killed": ("d1_deliveries", "--size", "600", "--workers", "2", "--kills", "5", "--lease", "6"),
    "asked to stop": ("d1_deliveries", "--size", "600", "--workers", "2", "--kills", "5", "--lease", "6", "--gently"),
    "mail server": ("d10_mail", "--size", "40", "--seconds", "6", "--quick"),
}


@pytest.mark.postgresql
@pytest.mark.parametrize("drill", SMALL)
def test_nobody_is_missed_whatever_fails(drill: str) -> None:
    """D1, D10."""
    name, *options = SMALL[drill]
    done = subprocess.run(  # noqa: S603 - our own drill
        [sys.executable, "-m", f"drills.{name}", *options],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
