"""Registers the roof, so that its checks are found."""

from django.apps import AppConfig


class LearningCityConfig(AppConfig):
    """The whole portal, put together."""

    name = "learningcity"

    def ready(self) -> None:
        """Registers the checks, says how posted notices wake those who deliver them, and what stands on every page."""
        from announcements import banner
        from base import pages
        from learningcity import checks, waking  # noqa: F401 - registers

        waking.connect()
        pages.depend_on(banner.version)
