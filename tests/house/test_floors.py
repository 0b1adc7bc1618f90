"""The lock is above the floors of safety, and every entry of it is pinned by its hash (S1)."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house import code

FLOORS = tomllib.loads((code.ROOT / "docs/security/floors.toml").read_text(encoding="utf-8"))["floors"]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def locked(lock: str) -> dict[str, str]:
    """The packages of a lock with their versions."""
    text = (code.ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", text, re.MULTILINE))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize("name", FLOORS)
def test_the_lock_is_above_the_floor(name: str) -> None:
    least, why = FLOORS[name]
    assert why
    assert numbers(locked("requirements.txt")[name]) >= numbers(least)


def test_every_direct_dependency_has_a_floor() -> None:
    project = tomllib.loads((code.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [re.split(r"[\[>=<~]", line)[0] for line in project["dependencies"]] == list(FLOORS)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_its_hash(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (code.ROOT / lock).read_text(encoding="utf-8").strip())
    assert [
        entry.split("==")[0] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_server(lock: str) -> None:
    assert (
        re.findall(
            r"https?://|file:|--(?:extra-)?index|--find-links|^-i ", (code.ROOT / lock).read_text(encoding="utf-8")
        )
        == []
    )


def test_versions_are_compared_as_numbers() -> None:
    assert numbers("5.2.10") > numbers("5.2.9")
