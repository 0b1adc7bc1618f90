"""Reads the environment: every value the portal takes from outside, checked, with one clear line when one is wrong."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
EMAIL_SCHEMES = ("submission", "smtps", "smtp", "console", "file")
PUSH_HOSTS = (  # Chrome and its kin, Firefox, Safari, Edge; a leading point stands for every machine below
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
PUSH_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
SHORTEST_SECRET = 50
FEWEST_LETTERS = 5
BADGE_KEY_BYTES = 32
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
# Who queues behind another waiter waits for the lock twice: 1.9 s lets everybody know within four.
WAITS = "-c lock_timeout=1900 -c statement_timeout=10000 -c idle_in_transaction_session_timeout=30000"

for _name in [name for name, value in os.environ.items() if value == ""]:
    del os.environ[_name]  # compose passes an unset variable as an empty one

env = Env()


def secret_key(*, debug: bool) -> str:
    """The key of sessions and codes: 50 characters at least in production; a fixed one for the demo on one's own.

    Raises:
        ImproperlyConfigured: when it is missing, short or plainly not random while DEBUG is off.
    """
    if debug:
        return str(env.str("SECRET_KEY", default="demo-" * 12))
    return _strong("SECRET_KEY", env.str("SECRET_KEY", default=""))


def secret_key_fallbacks(*, debug: bool) -> list[str]:
    """Former keys that still open sessions and links for a while after a rotation, newest first."""
    keys = listed("SECRET_KEY_FALLBACKS")
    return keys if debug else [_strong("SECRET_KEY_FALLBACKS", key) for key in keys]


def badge_key(secret: str, *, derive: bool) -> bytes | None:
    """The 32 bytes with which badges are signed; derived from the secret on one's own machine and in a demo, else None unless
    it is given, and no badges are.

    Raises:
        ImproperlyConfigured: what is given is no such key.
    """
    text = env.str("BADGE_SIGNING_KEY", default=None)
    if text is None:
        return hashlib.sha256(f"badges:{secret}".encode()).digest() if derive else None
    try:
        found = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        found = b""
    if len(found) != BADGE_KEY_BYTES:
        raise ImproperlyConfigured("BADGE_SIGNING_KEY: give what `manage.py badge_key` printed")
    return found


def listed(name: str) -> list[str]:
    """The values of a variable, separated by commas; none when it is not set."""
    found: list[str] = env.list(name, default=[])
    return found


def _strong(name: str, key: str) -> str:
    if len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_LETTERS or key.startswith(("demo-", "django-insecure-")):
        raise ImproperlyConfigured(f"{name}: give at least {SHORTEST_SECRET} random characters")
    return key


def database() -> dict[str, Any]:
    """The settings of the one database: PostgreSQL with short waits, or SQLite with one writer and many readers."""
    (BASE_DIR / "var").mkdir(exist_ok=True)
    found: dict[str, Any] = dict(env.dj_db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/city.sqlite3"))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": PRAGMAS}
        found["TEST"] = {"NAME": f"{found['NAME']}.test"}  # threads of the race tests need a real file
    elif found["ENGINE"].endswith("postgresql"):
        found |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
        found["OPTIONS"] = {"connect_timeout": 3, **found.get("OPTIONS", {}), "options": WAITS}
    else:
        raise ImproperlyConfigured("DATABASE_URL: use postgres:// or sqlite:///")
    return found


def files() -> Path:
    """Where uploaded files are kept; the folder is made with the first of them."""
    return Path(env.str("FILES_DIR", default=str(BASE_DIR / "var" / "files"))).absolute()


def email() -> dict[str, Any]:
    """Django's e-mail settings.

    Raises:
        ImproperlyConfigured: for a scheme that would not send, or would send in clear.
    """
    scheme = urlsplit(env.str("EMAIL_URL", default="console:")).scheme
    found: dict[str, Any] = dict(env.dj_email_url("EMAIL_URL", default="console:"))
    if scheme not in EMAIL_SCHEMES or "EMAIL_BACKEND" not in found:
        raise ImproperlyConfigured("EMAIL_URL: use submission://, smtps://, smtp:// (this machine), console: or file:")
    if scheme == "smtp" and urlsplit(env.str("EMAIL_URL")).hostname not in {"localhost", "127.0.0.1"}:
        raise ImproperlyConfigured("EMAIL_URL: smtp:// sends in clear; use submission:// or smtps:// to other machines")
    return {name: value for name, value in found.items() if name.startswith("EMAIL_")}


def time_zone() -> str:
    """The city's time zone by its tz database name."""
    name = env.str("TIME_ZONE", default="Asia/Tehran")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"TIME_ZONE: {name!r} is not a time zone such as Asia/Tehran") from error
    return str(name)


def site_url() -> str:
    """Where the portal is reached from outside; every absolute link begins with it."""
    return web_address("SITE_URL", env.str("SITE_URL", default="http://127.0.0.1:8000"))


def sms_url(name: str = "SMS_URL") -> str | None:
    """Where text messages are handed over; None writes them into a folder while DEBUG is on and sends none else."""
    value = env.str(name, default=None)
    return web_address(name, value) if value else None


def vapid_private_key() -> str | None:
    """The key that signs what goes to browsers, as `manage.py vapid_keys` prints it; None: none is told."""
    value = env.str("VAPID_PRIVATE_KEY", default=None)
    if value is not None and not PUSH_KEY.fullmatch(value):
        raise ImproperlyConfigured("VAPID_PRIVATE_KEY: give the key that `manage.py vapid_keys` prints")
    return value


def push_hosts() -> list[str]:
    """The push services that messages to browsers may be handed to; the browser makers' where none is named."""
    return listed("PUSH_HOSTS") or list(PUSH_HOSTS)


def rate(name: str) -> float:
    """How many messages a second a provider takes from all workers together; 0: as many as they can hand over."""
    try:
        found = float(env.str(name, default="0"))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: give messages a second, such as 50") from error
    if not 0 <= found < float("inf"):
        raise ImproperlyConfigured(f"{name}: give messages a second, such as 50")
    return found


def web_address(name: str, value: str) -> str:
    """An absolute http(s) address without a closing slash.

    Raises:
        ImproperlyConfigured: for anything else.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(f"{name}: {value!r} is not an address such as https://learn.example.org")
    return value.rstrip("/")


def log_level() -> str:
    """From which weight on the logs keep a line."""
    name = str(env.str("LOG_LEVEL", default="INFO"))
    if name not in LOG_LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL: {name!r} is none of {', '.join(LOG_LEVELS)}")
    return name


def phone_region() -> str:
    """The two letters of the country whose national number notations people type."""
    name = env.str("PHONE_REGION", default="IR")
    if name not in phonenumbers.SUPPORTED_REGIONS:
        raise ImproperlyConfigured(f"PHONE_REGION: {name!r} is not a country such as IR")
    return str(name)


def redis() -> str | None:
    """Where Redis is; None means that this process caches and delivers by itself."""
    value = env.str("REDIS_URL", default=None)
    if value is not None and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL: use redis://host:port/0")
    return value


def trusted_proxies() -> list[IPv4Network | IPv6Network]:
    """The machines whose word about the client's address, the scheme and the request's id is taken."""
    try:
        return [ip_network(one.strip()) for one in listed("TRUSTED_PROXY")]
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXY: {error}; use 10.0.0.5 or 172.18.0.0/16") from error


def database_for_migrations(usual: dict[str, Any]) -> dict[str, Any]:
    """The usual database reached as the role that owns the tables, where MIGRATE_DATABASE_URL names one.

    Migrations may take longer than a page, but wait for a lock no longer, so that pages never queue behind them.
    """
    if usual["ENGINE"].endswith("sqlite3"):
        return usual
    found = dict(env.dj_db_url("MIGRATE_DATABASE_URL")) if "MIGRATE_DATABASE_URL" in os.environ else dict(usual)
    found["OPTIONS"] = {"connect_timeout": 3, **found.get("OPTIONS", {}), "options": "-c lock_timeout=3000"}
    return usual | found
