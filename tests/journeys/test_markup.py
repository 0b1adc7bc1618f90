"""The Nu HTML checker reads every page once and finds no error."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.journeys.places import guide

if TYPE_CHECKING:
    from members.models import Member

ROOT = Path(__file__).resolve().parents[2]
TABLES_THAT_BECOME_CARDS = (
    "The “role” attribute must not be used on a “t"  # `display: block` would take their roles away
)


def checker() -> Path | None:
    """The jar: where NU_CHECKER or VNU_JAR says, else in var/vnu/."""
    named = os.environ.get("NU_CHECKER") or os.environ.get("VNU_JAR")
    found = [Path(named)] if named else sorted((ROOT / "var" / "vnu").glob("vnu-*.jar"))
    return next((path for path in found if path.is_file()), None)


def errors_in(folder: Path) -> list[str]:
    """What the checker says of the files in a folder, one line for each error."""
    jar = checker()
    assert jar is not None
    command = ["java", "-jar", str(jar), "--errors-only", "--format", "json", "--skip-non-html", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)  # noqa: S603 - our own files
    found = json.loads(done.stderr)["messages"]
    told = [one for one in found if not one["message"].startswith(TABLES_THAT_BECOME_CARDS)]
    return [f"{Path(one['url']).name}: {one['message']} {one.get('extract', '')[:120]!r}" for one in told]


needs_the_checker = pytest.mark.skipif(
    checker() is None or shutil.which("java") is None,
    reason="needs java and the Nu HTML checker: .ci/run fetches it, or set NU_CHECKER to the path of vnu.jar",
)


def client_of(member: Member | None) -> Client:
    client = Client()
    if member:
        client.force_login(member)
    return client


@needs_the_checker
@pytest.mark.django_db
def test_every_page_is_valid_html(tmp_path: Path) -> None:
    places = guide()
    for number, place in enumerate(places.visitor + places.member):
        for language in ("fa", "en"):
            answer = client_of(place.member).get(place.address(language))
            assert answer.status_code == (404 if place.name == "not found" else 200)
            name = f"{number:02}-{place.name.replace(' ', '-')}-{language}.html"
            (tmp_path / name).write_bytes(answer.content)
    shutil.copy(ROOT / "templates" / "500.html", tmp_path / "500.html")
    assert errors_in(tmp_path) == []


@needs_the_checker
def test_the_checker_finds_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_text("<!doctype html><title>x</title><p><div></p><a href='%'>", encoding="utf-8")
    assert errors_in(tmp_path) != []
