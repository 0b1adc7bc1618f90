"""Registers the roof, so that its checks are found."""

from django.apps import AppConfig


class LearningCityConfig(AppConfig):
    """The whole portal, put together."""

    name = "learningcity"

    def ready(self) -> None:
        """Registers the checks, says how posted notices wake those who deliver them, what stands on every page, who
        judges what a digest may still say, and what else waits for staff.
        """
        from announcements import banner, listing, waiting
        from base import pages
        from learningcity import checks, waking  # noqa: F401 - registers
        from notifications.services import letters
        from programs import city

        waking.connect()
        pages.depend_on(banner.version)
        letters.judge_by(listing.withheld)
        city.also(waiting.for_second_readers)
