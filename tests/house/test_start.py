"""What a web process carries from its start: libraries that few requests need come with the first of these."""

from __future__ import annotations

from tests.trust.production import ask

RARE = ("openpyxl", "icalendar", "PIL", "holidays", "segno", "cryptography.hazmat", "weasyprint", "fontTools")


def test_a_web_process_starts_without_what_few_requests_need() -> None:
    """Each of them takes megabytes of every process."""
    assert ask(f"import sys, learningcity.wsgi, learningcity.urls; print([n for n in {RARE} if n in sys.modules])") == [
        "[]"
    ]
