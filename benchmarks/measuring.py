"""Measures requests in this process: CPU and clock of each one, and its queries; and keeps what several rounds found."""

from __future__ import annotations

import io
import itertools
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_addresses = itertools.count(1)


class Failed(RuntimeError):  # noqa: N818 - it is an answer
    """The portal did not answer as it should; a figure would mean nothing."""


@dataclass(frozen=True)
class Ask:
    """A request: `path` may hold `{n}`, a number that is new each time, so that no kept page answers."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


class Door:
    """The portal's WSGI application, called without a network."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application = get_wsgi_application()

    def __call__(self, ask: Ask) -> tuple[int, dict[str, str], bytes]:
        """One request from an address of its own."""
        number = next(_addresses)
        path, _, query = ask.path.replace("{n}", str(number)).partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": ask.method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000",
            "REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(ask.body)), "wsgi.input": io.BytesIO(ask.body), "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in ask.headers.items()}  # fmt: skip
        said: list[Any] = []
        answer = self.application(environ, lambda status, headers: said.extend([status, headers]))
        content = b"".join(answer)
        answer.close()
        return int(said[0].split()[0]), dict(said[1]), content

    def checked(self, ask: Ask) -> tuple[dict[str, str], bytes]:
        """The answer's headers and content.

        Raises:
            Failed: when the status is another one than expected.
        """
        status, headers, content = self(ask)
        if status != ask.status:
            raise Failed(f"{ask.method} {ask.path}: {status} instead of {ask.status}: {content[:300]!r}")
        return headers, content


@dataclass
class Times:
    """CPU and clock of equal requests, in milliseconds each."""

    cpu: list[float]
    clock: list[float]

    @property
    def usual_cpu(self) -> float:
        """The median of the CPU times."""
        return statistics.median(self.cpu)

    @property
    def calm_clock(self) -> float:
        """The lower quartile of the clock times, so that a neighbour's work counts little."""
        return quantile(self.clock, 0.25)


def quantile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(work: Callable[[], object], *, least: int = 15, most: int = 400, seconds: float = 0.6) -> Times:
    """Repeats the work for so long, within those bounds, after two calls that do not count."""
    for _ in range(2):
        work()
    found, end = Times([], []), time.perf_counter() + seconds
    while len(found.cpu) < least or (time.perf_counter() < end and len(found.cpu) < most):
        cpu, clock = time.thread_time(), time.perf_counter()
        work()
        found.cpu.append(1000 * (time.thread_time() - cpu))
        found.clock.append(1000 * (time.perf_counter() - clock))
    return found


def in_turn(works: list[Callable[[], object]], *, times: int = 15) -> list[list[float]]:
    """The clocks of several works that are done in turn, in milliseconds; the first three of each do not count."""
    clocks: list[list[float]] = [[] for _ in works]
    for _ in range(times + 3):
        for work, column in zip(works, clocks, strict=True):
            begun = time.perf_counter()
            work()
            column.append(1000 * (time.perf_counter() - begun))
    return [column[3:] for column in clocks]


def queries(work: Callable[[], object]) -> int:
    """How many statements the work sends, BEGIN and COMMIT among them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)
