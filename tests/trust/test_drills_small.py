"""The drills of killed web processes (D3) and of a held lock (D6) at a small size, on real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.postgresql


def drill(name: str, *options: str) -> str:
    """Runs a drill to its end and gives what it printed."""
    command = [sys.executable, "-m", f"drills.{name}", *options]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_place_is_there_whole_or_not_at_all_when_web_processes_are_killed() -> None:
    """D3."""
    said = drill("d3_web_killed", "--people", "150", "--kills", "5")
    assert "5 kills" in said
    assert said.count("ok  ") == 12


def test_a_held_lock_makes_nobody_wait_for_long_and_touches_no_other_course() -> None:
    """D6: others are told soon that it is busy (within four seconds on a quiet machine), and other courses go on."""
    said = drill("d6_held_lock", "--seconds", "8", "--most", "6")
    assert said.count("ok  ") == 8
