"""What is served beside the pages: one small style sheet, in logical directions, and what others wrote as published."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from base.management.commands import bundle_css

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
SHEETS = sorted(path for path in CSS.rglob("*.css") if path.name not in {"bundle.css", "site.css"})
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(|\b(?:white|black|red)\b(?!-)")
PHYSICAL = re.compile(
    r"(?:^|[\s;{])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?(?:left|right)(?:-\w+)*\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b",
)
VENDORED = tomllib.loads((ROOT / "static" / "vendor" / "VERSIONS.toml").read_text(encoding="utf-8"))["vendored"]
SUMS = {path: total for one in VENDORED for path, total in one["sha256"].items()}


def bare(path: Path) -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_bundle_is_up_to_date_with_its_parts() -> None:
    assert (CSS / "bundle.css").read_text(encoding="utf-8") == bundle_css.bundled()


def test_every_sheet_is_in_the_bundle() -> None:
    assert sorted(bundle_css.parts()) == SHEETS


def test_the_bundle_weighs_at_most_twelve_kilobytes() -> None:
    assert len(gzip.compress((CSS / "bundle.css").read_bytes(), 9)) <= 12 * 1024


def test_the_scripts_of_a_page_weigh_at_most_twenty_kilobytes() -> None:
    """Every page loads the first two, and one of its own at most."""
    weigh = lambda name: len(gzip.compress((ROOT / "static" / name).read_bytes(), 9))  # noqa: E731
    everywhere = ["vendor/htmx-2.0.11/htmx.min.js", "js/filters.js"]
    own = [f"js/{path.name}" for path in (ROOT / "static/js").glob("*.js") if f"js/{path.name}" not in everywhere]
    assert sum(map(weigh, everywhere)) + max(map(weigh, own)) <= 20 * 1024


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_colour_stands_outside_the_tokens(sheet: Path) -> None:
    assert sheet.name == "tokens.css" or COLOUR.findall(bare(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_direction_is_logical(sheet: Path) -> None:
    assert PHYSICAL.findall(bare(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_braces_match(sheet: Path) -> None:
    assert bare(sheet).count("{") == bare(sheet).count("}")


@pytest.mark.parametrize("line", ["margin-left: 1px;", "a{left:0}", "text-align: right;", "border-right-width: 0"])
def test_the_guard_of_directions_can_fail(line: str) -> None:
    assert PHYSICAL.search(line)


@pytest.mark.parametrize("line", ["color: #fff;", "fill: rgb(1 2 3)", "background: white"])
def test_the_guard_of_colours_can_fail(line: str) -> None:
    assert COLOUR.search(line)


@pytest.mark.parametrize("path", SUMS)
def test_vendored_files_are_as_published(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == SUMS[path]


def test_every_vendored_file_is_listed() -> None:
    folders = [ROOT / "static/vendor", ROOT / "static/fonts", ROOT / "tests/vendor"]
    found = {str(path.relative_to(ROOT)) for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert found - {"static/vendor/VERSIONS.toml"} == set(SUMS)


def test_every_address_in_the_sheets_leads_to_a_file() -> None:
    found = re.findall(r'url\("?([^")]+)"?\)', (CSS / "bundle.css").read_text(encoding="utf-8"))
    assert found
    assert [address for address in found if not (CSS / address).resolve().is_file()] == []
