"""The shape of the code: few drawers, short files, short functions, and only services write."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.house import code

if TYPE_CHECKING:
    from pathlib import Path

DRAWERS = {"utils", "helpers", "common", "mixins", "managers", "selectors", "signals", "constants", "misc"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "acreate", "asave"}
MAY_WRITE = {
    "members/sessions.py": "Django's session engine is asked to write its own rows",
    "learningcity/cache.py": "writes into the cache, no rows",
    "base/uploads.py": "keeps files, no rows",
    "programs/sheets.py": "writes a file in memory, no rows",
}
FILES = code.files()


def is_write(call: ast.Call, last: str) -> bool:
    """Whether the call writes rows: update by keywords and delete without arguments are a queryset's, not a dict's."""
    if not isinstance(call.func, ast.Attribute):
        return False
    receiver = getattr(call.func.value, "attr", "") or getattr(call.func.value, "id", "")
    if last == "update":
        return bool(call.keywords) and not call.args and receiver != "conf"
    if last == "delete":
        return not call.args and not call.keywords
    return last in WRITES


def writes(module: ast.Module) -> list[int]:
    """The lines on which a module writes rows."""
    return [call.lineno for call, last in code.calls(module) if is_write(call, last)]


def is_service(path: Path) -> bool:
    return "services" in path.parts or path.name == "services.py"


def test_only_services_write() -> None:
    others = [path for path in FILES if not is_service(path) and code.name(path) not in MAY_WRITE]
    assert code.finds(others, lambda path: writes(code.tree(path))) == {}


@pytest.mark.parametrize(
    "line",
    [
        "row.save()",
        "Course.objects.create(a=1)",
        "rows.update(a=1)",
        "rows.delete()",
        "Course.objects.bulk_create(rows)",
    ],
)
def test_the_guard_of_writes_can_fail(line: str) -> None:
    assert writes(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ["facts.update(other)", "cache.delete(key)", "app.conf.update(a=1)"])
def test_the_guard_of_writes_leaves_dictionaries_alone(line: str) -> None:
    assert writes(ast.parse(line)) == []


def test_no_module_is_a_drawer() -> None:
    parts = {part.removesuffix(".py") for path in FILES for part in path.relative_to(code.ROOT).parts}
    assert parts & DRAWERS == set()


def test_the_ground_has_at_most_eight_modules() -> None:
    modules = {path.stem for path in (code.ROOT / "base").glob("*.py")} - {"__init__", "apps"}
    assert len(modules) <= 8


def test_files_are_short() -> None:
    lengths = {code.name(path): len(code.text(path).splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def long_functions(path: Path) -> dict[str, int]:
    """The functions of a file that are too long, with their lines."""
    lengths = {one.name: (one.end_lineno or 0) - one.lineno + 1 for one in code.functions(code.tree(path))}
    return {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}


def test_functions_are_short() -> None:
    assert code.finds(FILES, long_functions) == {}


def test_nothing_is_left_for_later() -> None:
    assert code.finds(FILES, lambda path: re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", code.text(path))) == {}


def test_every_module_says_what_lives_there() -> None:
    modules = {code.name(path): code.tree(path) for path in FILES}
    assert [name for name, module in modules.items() if module.body and not ast.get_docstring(module)] == []
