"""Registers the roof, so that its checks are found."""

from django.apps import AppConfig


class LearningCityConfig(AppConfig):
    """The whole portal, put together."""

    name = "learningcity"

    def ready(self) -> None:
        """Registers the checks, says how posted notices wake those who deliver them, what stands on every page, and who
        judges what a digest may still say.
        """
        from announcements import banner, listing
        from base import pages
        from learningcity import checks, waking  # noqa: F401 - registers
        from notifications.services import letters

        waking.connect()
        pages.depend_on(banner.version)
        letters.judge_by(listing.withheld)
