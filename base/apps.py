"""The ground that every app stands on."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Clock, calendar, Persian text, refusals, pages."""

    name = "base"

    def ready(self) -> None:
        """The clock listens for new database connections."""
        from base import clock  # noqa: F401
