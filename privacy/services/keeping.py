"""Going through the table of how long what is kept."""

from __future__ import annotations

import time

from privacy.retention import TABLE


def keep_to_retention(seconds: float) -> int:
    """Lets everything go whose time is over, part by part, until nothing is left of it or so many seconds are over; the next run
    goes on. Answers how many parts there were.
    """
    until, parts = time.monotonic() + seconds, 0
    for kept in TABLE:
        while time.monotonic() < until and kept.forget(kept.span):
            parts += 1
    return parts
