"""Registers the roof, so that its checks are found."""

from django.apps import AppConfig


class LearningCityConfig(AppConfig):
    """The whole portal, put together."""

    name = "learningcity"

    def ready(self) -> None:
        """Registers the checks, and says how posted notices wake those who deliver them."""
        from learningcity import checks, waking  # noqa: F401 - registers

        waking.connect()
