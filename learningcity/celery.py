"""The workers' queue and the one schedule of the portal. Rows are the queue; this only says when to look at them."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")

app = Celery("learningcity", broker=os.environ.get("REDIS_URL") or None, set_as_current=True)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 300, "socket_timeout": 5, "socket_connect_timeout": 2},
    task_soft_time_limit=90,
    task_time_limit=120,
    timezone=os.environ.get("TIME_ZONE") or "Asia/Tehran",
    beat_schedule={
        "deliver": {"task": "deliver_due", "schedule": 1.0, "options": {"expires": 1}},  # no pile after an outage
        "codes": {"task": "hand_over_codes", "schedule": 1.0, "options": {"expires": 1}},
        "receipts": {"task": "ask_receipts", "schedule": 60.0, "options": {"expires": 60}},
        "imports": {"task": "work_imports", "schedule": 1.0, "options": {"expires": 1}},
        "announcements": {"task": "spread_announcements", "schedule": 1.0, "options": {"expires": 1}},
        "places": {"task": "sweep_places", "schedule": 60.0, "options": {"expires": 60}},
        "workgroups": {"task": "watch_workgroups", "schedule": 900.0, "options": {"expires": 900}},
        "feedback": {"task": "ask_for_feedback", "schedule": 900.0, "options": {"expires": 900}},
        "downloads": {"task": "make_downloads", "schedule": 3.0, "options": {"expires": 3}},
        "erasures": {"task": "erase_accounts", "schedule": 60.0, "options": {"expires": 60}},
        "retention": {"task": "keep_to_retention", "schedule": crontab(minute="*/10", hour="2-5")},
        "watch": {"task": "watch_courses", "schedule": 900.0, "options": {"expires": 900}},
    },
)
app.autodiscover_tasks()
