"""The two desks at which announcements are written, as a part of an address."""

from django.urls import register_converter


class Desk:
    """`city` for staff, `work` for coordinators."""

    regex = "city|work"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Desk, "desk")
