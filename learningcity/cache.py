"""The shared cache; without it everything still works, only slower."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE = 30.0
Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)


class OneClient(RedisCacheClient):
    """Makes its client of a server once, not anew for each command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """As Django's; a client may be shared, its connections come from the pool."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


class PatientRedis(RedisCache):
    """Redis, left alone for half a minute after a failure: its outage costs each process one wait and no page.

    Meanwhile nothing is found and nothing is kept; a counter starts at what it was asked to add.
    """

    away_until = 0.0  # of the process: each thread has its own object of this class

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._class = OneClient

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        """As Django's; true while Redis is away, as if the key had been free."""
        return self._or(True, lambda: super(PatientRedis, self).add(key, value, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """As Django's."""
        return self._or(default, lambda: super(PatientRedis, self).get(key, default, version))

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        """As Django's."""
        self._or(None, lambda: super(PatientRedis, self).set(key, value, *args, **kwargs))

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        """As Django's."""
        return self._or(False, lambda: super(PatientRedis, self).touch(key, *args, **kwargs))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """As Django's."""
        return self._or(False, lambda: super(PatientRedis, self).delete(key, version))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """As Django's."""
        return self._or({}, lambda: super(PatientRedis, self).get_many(keys, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """As Django's."""
        return self._or(False, lambda: super(PatientRedis, self).has_key(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """As Django's."""
        return self._or(delta, lambda: super(PatientRedis, self).incr(key, delta, version))

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """As Django's."""
        return self._or(list(data), lambda: super(PatientRedis, self).set_many(data, *args, **kwargs))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """As Django's."""
        self._or(None, lambda: super(PatientRedis, self).delete_many(keys, version))

    def clear(self) -> None:
        """As Django's."""
        self._or(None, lambda: super(PatientRedis, self).clear())

    def _or(self, otherwise: Answer, call: Callable[[], Answer]) -> Answer:
        if time.monotonic() < PatientRedis.away_until:
            return otherwise
        try:
            return call()
        except RedisError:
            PatientRedis.away_until = time.monotonic() + PAUSE
            logger.warning("the cache is away")
            return otherwise
