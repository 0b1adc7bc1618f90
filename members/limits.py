"""Small limits per client, member or token, counted in the cache; where the cache is away, people pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from base import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


def allow(key: str, limit: int, seconds: int) -> bool:
    """Counts one act under a key and tells whether it is among the first `limit` of the present window of `seconds`.

    A cache that is away counts every act as the first one: these limits fail open, and the cache logs that it is away.
    """
    window = int(clock.now().timestamp()) // seconds
    name = f"limit:{key}:{seconds}:{window}"
    if cache.add(name, 1, timeout=seconds + 1):
        return limit > 0
    try:
        return cache.incr(name) <= limit
    except ValueError:  # the count was evicted between the two
        return True


def retry_after(seconds: int) -> int:
    """In how many seconds the present window of that length ends, for `Retry-After`."""
    return seconds - int(clock.now().timestamp()) % seconds


def client_of(request: HttpRequest) -> str:
    """Who asks, for counting: the address that the entrance found (a /64 of IPv6), or "unknown"."""
    return getattr(request, "client", "") or "unknown"
