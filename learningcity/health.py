"""Whether this machine lives, and whether it can serve."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from django.http import HttpRequest

PATIENCE = 1.0
_asker = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")
logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """This process answers; it asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """Whether the database answers within a second (503 if not); without Redis all goes on, `degraded`."""
    if not database_answers():
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    if settings.REDIS_URL and not redis_answers(settings.REDIS_URL):
        return JsonResponse({"status": "degraded", "database": "ok", "redis": "down"})
    return JsonResponse({"status": "ok", "database": "ok"} | ({"redis": "ok"} if settings.REDIS_URL else {}))


def database_answers() -> bool:
    """Asks from another thread, because a lost network answers nothing at all."""
    try:
        return _asker.submit(_ask).result(timeout=PATIENCE)
    except (TimeoutError, DatabaseError):
        logger.warning("the database does not answer")
        return False


def _ask() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    finally:
        connections.close_all()


def redis_answers(url: str) -> bool:
    """Whether Redis says pong within a second."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as client:
            return bool(client.ping())
    except RedisError:
        return False
