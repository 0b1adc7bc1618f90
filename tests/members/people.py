"""Builders for the tests of accounts."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections

from base.refusal import Refused
from members import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import SignInCode

PHONE = "+989181234542"


@dataclass
class Hands:
    """What the replaced clock shows."""

    at: dt.datetime

    def on(self, **step: float) -> None:
        self.at += dt.timedelta(**step)


def asked(contact: str = PHONE, client: str = "192.0.2.1", language: str = "fa") -> tuple[SignInCode, str]:
    """An asking whose code has been drawn, and the code."""
    row = services.ask_code(contact=contact, client=client, language=language)
    return row, services.draw_code(row)


def another(code: str) -> str:
    """A code that is certainly wrong."""
    return f"{(int(code) + 1) % 10**6:06d}"


def refused(work: Callable[[], Any]) -> str:
    """The code of the refusal, or "" when there is none."""
    try:
        work()
    except Refused as refusal:
        return refusal.refusal.code
    return ""


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """The answers, or the codes of the refusals, of as many threads that begin together."""
    ready = threading.Barrier(number)

    def one(index: int) -> Any:
        ready.wait(timeout=20)
        try:
            return work(index)
        except Refused as refusal:
            return refusal.refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))
