"""Builders of small catalogue files, and the command that reads them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from workgroups.models import Workgroup

REAL = Path(__file__).resolve().parents[3] / "shared" / "realdata"
needs_real = pytest.mark.skipif(not REAL.exists(), reason=f"real catalogues are not at {REAL}")
GOOD = {
    "id": "68b6e4ee38ba894b6c03c363",
    "title": "مبانی عکاسی",
    "department": "هنر",
    "center": "نارمک",
    "start_date": "جمعه ۱ اسفند ۱۴۰۴",
    "end_date": "جمعه ۱ خرداد ۱۴۰۵",
    "capacity": "۵",
    "duration_hours": "۵۵",
    "days": "شنبه ساعت ۰۹:۰۰ تا ۱۱:۳۰ | پنج شنبه ساعت ۱۷:۰۰ تا ۱۹:۰۰ ",
    "min_price": "۹۹,۰۰۰,۰۰۰",
    "max_price": "۱۰۱,۰۰۰,۰۰۰",
    "course_url": "https://partner.example/lesson/5348/مبانی?refp=1",
    "is_active": "1",
}


def table(*rows: dict[str, str], header: list[str] | None = None) -> str:
    """A file of the profile from good rows with what each one changes."""
    out = io.StringIO()
    names = header or list(GOOD)
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(GOOD | row for row in rows)
    return out.getvalue()


def many(count: int, **changes: str) -> str:
    return table(*({"id": f"k{number}"} | changes for number in range(count)))


def run(
    source: Path | str | bytes,
    workgroup: Workgroup,
    *options: str,
    tmp_path: Path | None = None,
    profile: str = "mft",
) -> str:
    """The command's last line."""
    if not isinstance(source, Path):
        assert tmp_path
        path = tmp_path / "file.csv"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        source = path
    out, err = io.StringIO(), io.StringIO()
    command = ["import_courses", str(source), "--profile", profile, "--workgroup", workgroup.slug, *options]
    call_command(*command, stdout=out, stderr=err)
    return out.getvalue().splitlines()[-1]


def refused(source: str | bytes, workgroup: Workgroup, tmp_path: Path, *options: str) -> str:
    """What the command says of an unusable file."""
    with pytest.raises(CommandError) as error:
        run(source, workgroup, *options, tmp_path=tmp_path)
    assert error.value.returncode == 2
    return str(error.value)


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}  # noqa: SLF001
