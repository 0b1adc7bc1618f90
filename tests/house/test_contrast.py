"""Every pair of text and paper in the tokens can be read, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
PAPER = ["page", "surface", "sunken"]
STATES = ["info", "ok", "warn", "danger", "quiet"]
TEXT = (
    [(ink, paper) for ink in ("ink", "muted", "link", "link-hover") for paper in PAPER]
    + [(f"{state}-ink", f"{state}-bg") for state in STATES]
    + [("danger-ink", paper) for paper in PAPER]
    + [("ok-ink", paper) for paper in PAPER]
    + [("ink", f"{state}-bg") for state in STATES]
    + [("link", f"{state}-bg") for state in STATES]
    + [("on-primary", "primary"), ("on-primary", "primary-hover")]
    + [(ink, band) for ink in ("on-band", "on-band-muted") for band in ("band", "band-deep")]
    + [("focus-inner", "focus")]
)
EDGES = (
    [("line-strong", paper) for paper in PAPER]
    + [(f"{state}-line", paper) for state in STATES for paper in ("surface", f"{state}-bg")]
    + [("chart", "surface"), ("chart-2", "surface"), ("primary", "page"), ("danger-line", "page")]
)
PAIRS = [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in EDGES]


def lists() -> list[tuple[str, dict[str, str]]]:
    """Each block of colours: its selector and its values."""
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", TOKENS.read_text(encoding="utf-8"))
    colours = [(head, dict(re.findall(r"--color-([\w-]+):\s*(#[0-9a-f]{6})", body))) for head, body in blocks]
    return [(head, values) for head, values in colours if "page" in values]


def scheme(name: str) -> dict[str, str]:
    return lists()[0 if name == "light" else 1][1]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper", "least"), PAIRS, ids=str)
def test_ink_stands_out_from_its_paper(name: str, ink: str, paper: str, least: float) -> None:
    colours = scheme(name)
    assert ratio(colours[ink], colours[paper]) >= least


def test_both_dark_lists_are_equal() -> None:
    (_, light), (system, of_system), (chosen, of_choice) = lists()
    assert 'data-theme="light"' in system
    assert 'data-theme="dark"' in chosen
    assert of_system == of_choice
    assert of_system.keys() == light.keys()


def test_the_measure_is_that_of_the_guidelines() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
