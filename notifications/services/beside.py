"""A second connection to PostgreSQL for the marks of one batch, which the worker does not wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import psycopg2
from django.db import connection
from psycopg2.extras import wait_select

if TYPE_CHECKING:
    from types import TracebackType

_SOON = "SET synchronous_commit = off"


class Beside:
    """Writes one statement after the other, each committed by itself, while its caller goes on.

    `write` returns once the statement is on its way, which the end of this process does not take back: PostgreSQL reads what
    was sent to it before it sees that nobody is there any more. A commit is acknowledged before the disk has it.
    """

    def __init__(self, statement: str) -> None:
        """`statement` is prepared once, as `EXECUTE` takes it: planning it anew takes a third of a mark."""
        with connection.wrap_database_errors:
            options = {**connection.get_connection_params(), "cursor_factory": None, "async_": True}
            self._line = psycopg2.connect(**options)
            wait_select(self._line)
            self._cursor = self._line.cursor()
        for first in (_SOON, f"PREPARE beside {statement}"):
            self.write(first, ())
        self.wait()

    def __enter__(self) -> Self:
        """It is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it once all is written."""
        try:
            if error is None:
                self.wait()
        finally:
            self._line.close()

    def mark(self, values: tuple[Any, ...]) -> None:
        """Runs the prepared statement with these values."""
        self.write("EXECUTE beside %s", (values,))

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        """Sends a statement when the one before it is written.

        Raises:
            django.db.DatabaseError: that one was not.
        """
        self.wait()
        with connection.wrap_database_errors:
            self._cursor.execute(statement, values)

    def wait(self) -> None:
        """Until the last statement is written."""
        with connection.wrap_database_errors:
            wait_select(self._line)
