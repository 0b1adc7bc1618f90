"""The source of the portal as the house tests read it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "base",
    "members",
    "notifications",
    "workgroups",
    "programs",
    "records",
    "announcements",
    "privacy",
    "learningcity",
)


def files(*, migrations: bool = False) -> list[Path]:
    """Every module of the apps."""
    found = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    return [path for path in found if migrations or "migrations" not in path.parts]


def name(path: Path) -> str:
    """The file's path inside the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    """What stands in the file, read once."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(text(path))


def finds(paths: Iterable[Path], look: Callable[[Path], Any]) -> dict[str, Any]:
    """What was found in which file, where anything was; a look at no file is none."""
    found = {name(path): look(path) for path in paths}
    assert found
    return {file: what for file, what in found.items() if what}


def functions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method in it."""
    return [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def calls(node: ast.AST) -> list[tuple[ast.Call, str]]:
    """Every call in it with the last name of what is called."""
    found = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    named = [(one, getattr(one.func, "attr", None) or getattr(one.func, "id", "")) for one in found]
    return [(one, last) for one, last in named if last]
