"""The drill of killed workers at a small size (D1)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgresql
@pytest.mark.parametrize("how", [[], ["--gently"]], ids=["killed", "asked to stop"])
def test_nobody_is_missed_when_workers_end_in_the_middle(how: list[str]) -> None:
    """D1."""
    small = ["--size", "600", "--workers", "2", "--kills", "5", "--lease", "6", *how]
    done = subprocess.run(  # noqa: S603 - our own drill
        [sys.executable, "-m", "drills.d1_deliveries", *small],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
