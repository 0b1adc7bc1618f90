"""Queries of one shape that are asked all the time: the ORM writes each once, afterwards only its values change.

To build and compile a query costs several times what the driver takes to send it, and is the same work each time.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

Values = ParamSpec("Values")
Row = TypeVar("Row")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d")  # as SQLite takes one
LONGEST = 100  # of a list; longer ones are rare, and each length has a statement of its own
LARGEST = 2**63 - 1  # of a number; of larger ones Django knows that no column holds them


class Given(Expression):
    """Where a value, or one of a list, will stand."""

    def __init__(self, name: str, number: int | None = None) -> None:
        super().__init__()
        self.name, self.number = name, number

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002 - Django's signature
        """A placeholder, and this mark instead of a value."""
        return "%s", [self]

    def of(self, values: dict[str, Any]) -> Any:
        """The value that stands here now."""
        value = values[self.name]
        return value if self.number is None else value[self.number]


class Statement(NamedTuple):
    """A query as the ORM wrote it."""

    rows: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]

    def asked(self, values: dict[str, Any]) -> list[Any]:
        """Its rows, or whatever the query makes of them, with these values."""
        connection = connections[self.rows.db]
        adapt = connection.ops.adapt_unknown_value
        params = [adapt(one.of(values)) if isinstance(one, Given) else one for one in self.params]
        compiler = _copy(self.compiler, connection=connection, as_sql=lambda *_, **__: (self.sql, params))
        query = _copy(self.rows.query, get_compiler=lambda *_, **__: compiler)
        return list(_copy(self.rows, _query=query))


def prepared(build: Callable[Values, QuerySet[Any, Row]]) -> Callable[Values, list[Row]]:
    """Makes of a function that builds a query one that answers its rows; what the function takes are values in the query, and
    its body runs once. Lists may have any length.

    Raises:
        TypeError: at the first use, when the query holds a day or an instant that was not given: it would stay for ever.
    """
    names = tuple(inspect.signature(build).parameters)
    written: dict[tuple[int, ...], Statement | None] = {}

    @wraps(build)
    def ask(*values: Values.args, **more: Values.kwargs) -> list[Row]:
        given: dict[str, Any] = dict(zip(names, values, strict=False)) | more
        lengths = tuple(len(one) if isinstance(one, list | tuple) else -1 for one in map(given.__getitem__, names))
        is_large = any(isinstance(one, int) and abs(one) > LARGEST for one in given.values())
        if max(lengths) > LONGEST or is_large:
            return list(build(*values, **more))
        if lengths not in written:
            written[lengths] = _written(build, given)
        statement = written[lengths]
        return statement.asked(given) if statement else []

    return ask


def _written(build: Callable[..., QuerySet[Any, Any]], given: dict[str, Any]) -> Statement | None:
    """None where nothing can be found, as among an empty list."""
    marks = {name: _mark(name, value) for name, value in given.items()}
    rows = build(**marks)
    compiler = rows.query.get_compiler(using=rows.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    if any(isinstance(one, dt.date | dt.time) or INSTANT.match(str(one)) for one in params):
        raise TypeError(f"{build.__qualname__} holds a day or an instant of its own")
    return Statement(rows, compiler, sql, tuple(params))


def _mark(name: str, value: Any) -> Given | list[Given]:
    if isinstance(value, list | tuple):
        return [Given(name, number) for number in range(len(value))]
    return Given(name)


def _copy(one: Any, **other: Any) -> Any:
    """The same with other attributes; what it holds is shared, and only read."""
    new = object.__new__(type(one))
    new.__dict__.update(one.__dict__, **other)
    return new
