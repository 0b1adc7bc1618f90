"""The portal as it runs in production, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "fJ3-xk92LmQ_zRt8vBn4wYc7aHs1dGp6eUo5iKq0lXNTMbVCZr"
ENVIRONMENT = {
    "SECRET_KEY": GOOD_KEY,
    "SITE_URL": "https://learn.example.org",
    "ALLOWED_HOSTS": "learn.example.org",
    "TRUSTED_PROXY": "10.0.0.0/8",
    "SMS_URL": "https://sms.example.org/messages",
    "EMAIL_URL": "submission://user:pass@mail.example.org",
    "DATABASE_URL": "postgres://city@127.0.0.1:9/city",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "BADGE_SIGNING_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
PREPARE = """
import django; django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import Client
client = Client(REMOTE_ADDR="10.0.0.1", headers={"host": "learn.example.org", "x-forwarded-proto": "https"})
"""


def run(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with the settings of production, of which some may be changed."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = inherited | ENVIRONMENT | changed | {"DJANGO_SETTINGS_MODULE": "learningcity.settings"}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def ask(code: str, **changed: str) -> list[str]:
    """What a piece of code prints there; `client` is a browser behind the trusted proxy."""
    done = run("-c", PREPARE + code, **changed)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
