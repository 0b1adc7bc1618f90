"""How posted notices wake whoever delivers them: a nudge to the workers, or this process's own thread."""

from __future__ import annotations

import logging
import threading
import time

from celery.schedules import BaseSchedule
from celery.schedules import schedule as schedule_every
from django.conf import settings
from django.db import DatabaseError, connections

from base import door
from learningcity.celery import app
from notifications.services import wake

PAUSE = 30.0
DELIVER = "deliver_due"
TICK = 1.0
_awake = threading.Event()
away_until = 0.0
logger = logging.getLogger(__name__)


def connect() -> None:
    """From now on a committed notice is looked at without waiting for the tick."""
    wake.connect(nudge_workers if settings.REDIS_URL else _awake.set)


def nudge_workers() -> None:
    """Asks the workers to look at once. The tick comes anyhow, so after a failure Redis is left alone a while."""
    global away_until  # noqa: PLW0603 - one silence a process
    if time.monotonic() < away_until:
        return
    try:
        app.send_task(DELIVER, expires=5, retry=False)
    except Exception:  # noqa: BLE001 - a broker's client raises of many families
        away_until = time.monotonic() + PAUSE
        logger.warning("the queue is away")


def start_embedded() -> None:
    """Does the whole schedule in this process, for a portal without Redis: a thread a task, so that none waits."""
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        task = entry["task"]
        kind = schedule_of(entry["schedule"])
        threading.Thread(target=_run, args=(task, kind), name=f"embedded {task}", daemon=True).start()


def _run(task: str, kind: BaseSchedule) -> None:
    last = kind.now()
    while True:
        if task == DELIVER:
            woken = _awake.wait(TICK)
            _awake.clear()
        else:
            woken = False
            time.sleep(TICK)
        if woken or kind.is_due(last).is_due:
            last = kind.now()
            _do(task)


def schedule_of(entry: float | BaseSchedule) -> BaseSchedule:
    """A number of seconds as a schedule; a schedule as it is."""
    return entry if isinstance(entry, BaseSchedule) else schedule_every(entry)


def _do(task: str) -> None:
    try:
        with door.through("worker"):
            app.tasks[task]()
    except DatabaseError:
        logger.warning("the database is away", extra={"task": task})
    except Exception:
        logger.exception("a task failed", extra={"task": task})
    finally:
        connections.close_all()
