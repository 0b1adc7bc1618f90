"""Production refuses what would make it unsafe (T24), and its cookies and headers are strict (H1, T9)."""

from __future__ import annotations

import pytest

from tests.trust.production import GOOD_KEY, ask, run


def test_check_deploy_has_nothing_to_say() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "key",
    ["", "short", "a" * 60, "demo-" * 12, "django-insecure-" + GOOD_KEY],
    ids=["no", "short", "same", "demo", "django"],
)
def test_a_weak_key_stops_the_start_with_one_line(key: str) -> None:
    """T24."""
    done = run("manage.py", "check", SECRET_KEY=key)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["Configuration: SECRET_KEY: give at least 50 random characters"]


def test_a_weak_former_key_stops_the_start() -> None:
    """T24."""
    assert run("manage.py", "check", SECRET_KEY_FALLBACKS="short").returncode == 2


def test_a_former_key_still_opens_what_it_signed() -> None:
    """T24."""
    signed = ask('from django.core import signing; print(signing.dumps("place"))')[0]
    read = f'from django.core import signing; print(signing.loads("{signed}"))'
    assert ask(read, SECRET_KEY=GOOD_KEY[::-1], SECRET_KEY_FALLBACKS=GOOD_KEY) == ["place"]
    assert run("-c", "import django; django.setup();" + read, SECRET_KEY=GOOD_KEY[::-1]).returncode == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://city@db/city"),
        ("EMAIL_URL", "pigeon://roof"),
        ("EMAIL_URL", "smtp://mail.example.org"),
        ("SITE_URL", "learn.example.org"),
        ("SMS_URL", "sms"),
        ("REDIS_URL", "http://cache"),
        ("TIME_ZONE", "Asia/Kermanshah"),
        ("PHONE_REGION", "ZZ"),
        ("TRUSTED_PROXY", "proxy"),
        ("SMS_DAILY_BUDGET", "many"),
        ("BADGE_SIGNING_KEY", "c2hvcnQ="),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line_that_names_it(name: str, value: str) -> None:
    done = run("manage.py", "check", **{name: value})
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("Configuration: ")
    assert name in line


def test_cookies_are_bound_to_this_site() -> None:
    """T9."""
    code = """
for name in ("SESSION", "CSRF"):
    parts = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")
    print(*[getattr(settings, f"{name}_COOKIE_{part}") for part in parts])
"""
    assert ask(code) == ["__Host-session True True Lax / None", "__Host-csrf True True Lax / None"]


def test_every_answer_of_production_carries_the_headers() -> None:
    """H1."""
    code = """
response = client.get("/healthz")
for name in sorted(response.headers): print(f"{name}: {response.headers[name]}")
"""
    told = dict(line.split(": ", 1) for line in ask(code))
    assert told["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["X-Frame-Options"] == "DENY"
    assert told["Referrer-Policy"] == "same-origin"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "upgrade-insecure-requests" in told["Content-Security-Policy"]


def test_plain_http_is_led_to_https_but_for_machines() -> None:
    code = """
plain = Client(REMOTE_ADDR="10.0.0.1", headers={"host": "learn.example.org"})
print(plain.get("/fa/help/")["Location"], plain.get("/healthz").status_code)
"""
    assert ask(code) == ["https://learn.example.org/fa/help/ 200"]


def test_a_stranger_cannot_pretend_to_be_the_proxy() -> None:
    code = """
forged = Client(REMOTE_ADDR="203.0.113.9", headers={"host": "learn.example.org", "x-forwarded-proto": "https"})
print(forged.get("/fa/help/").status_code)
"""
    assert ask(code) == ["301"]


def test_another_host_is_refused() -> None:
    """T12."""
    assert ask('print(client.get("/fa/help/", headers={"host": "evil.example"}).status_code)') == ["400"]


def test_without_the_database_machines_and_people_are_told_to_come_again() -> None:
    code = """
for path in ("/healthz", "/readyz", "/fa/accounts/signin/", "/api/v1/me/"):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    response = client.get(path)
    print(path, response.status_code, response.headers.get("Retry-After"))
"""
    assert ask(code) == [
        "/healthz 200 None",
        "/readyz 503 None",
        "/fa/accounts/signin/ 503 5",
        "/api/v1/me/ 503 5",
    ]
