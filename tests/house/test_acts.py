"""Every act that the audit trail keeps has its words, and no words are left of acts that are gone (U1)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from programs.acts import ACTS
from tests.house import code

if TYPE_CHECKING:
    from collections.abc import Iterator

VERB = "verb"
FORMER: set[str] = set()  # acts that no code keeps any more, while lines of them are still read


def strings(node: ast.expr | None, constants: dict[str, str]) -> set[str]:
    """The texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return strings(node.body, constants) | strings(node.orelse, constants)
    return {constants[node.id]} if isinstance(node, ast.Name) and node.id in constants else set()


def constants_of(module: ast.Module) -> dict[str, str]:
    """Texts that are named in a module."""
    found = {}
    for node in (one for one in ast.walk(module) if isinstance(one, ast.Assign)):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant | ast.IfExp):
                    found.update((name.id, text) for text in strings(value, {}))
    return found


def takers(modules: list[ast.Module]) -> dict[str, int]:
    """The functions that take a verb, by name, and its place among their arguments."""
    found = {}
    for module in modules:
        for node in (one for one in ast.walk(module) if isinstance(one, ast.FunctionDef)):
            names = [one.arg for one in node.args.args]
            if VERB in names:
                found[node.name] = names.index(VERB)
    return found


def kept(modules: list[ast.Module]) -> Iterator[str]:
    """The verbs of all acts in the code: named, by their place, as a default, or chosen of two."""
    places = takers(modules)
    for module in modules:
        constants = constants_of(module)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                every = [*node.args.args, *node.args.kwonlyargs]
                defaults = [*node.args.defaults, *node.args.kw_defaults]
                for one, default in zip(reversed(every), reversed(defaults), strict=False):
                    yield from strings(default, constants) if one.arg == VERB else ()
            elif isinstance(node, ast.Call):
                yield from _called(node, places, constants)
            elif isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == [VERB]:
                yield from strings(node.value, constants)


def _called(call: ast.Call, places: dict[str, int], constants: dict[str, str]) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg == VERB:
            yield from strings(keyword.value, constants)
    place = places.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if place is not None and len(call.args) > place:
        yield from strings(call.args[place], constants)


def test_every_act_has_its_words_and_every_word_its_act() -> None:
    found = set(kept([code.tree(path) for path in code.files()]))
    assert (found - set(ACTS), set(ACTS) - found - FORMER) == (set(), set())


def test_an_act_without_words_would_be_seen() -> None:
    for text in (
        'record(verb="x")',
        'def f(a, verb="x"): ...',
        'def f(a, verb): ...\nf(1, "x")',
        'verb = "x" if a else "y"',
    ):
        assert "x" in set(kept([ast.parse(text)]))
