"""What coordinators send: texts in one spelling, and days and instants that a calendar can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as Invalid
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from members.asking import In
from programs.forms.fields import TextField

if TYPE_CHECKING:
    import datetime as dt

EARLIEST, LATEST = 1900, 2300
FAR = _("This day is too far away")


class Text(serializers.CharField):
    """A text as the pages take it: one spelling, no hidden signs."""

    def to_internal_value(self, data: Any) -> str:
        """The text as it is stored.

        Raises:
            ValidationError: hidden signs.
        """
        try:
            return TextField().clean(super().to_internal_value(data))
        except Invalid as error:
            raise serializers.ValidationError(error.messages) from error


class Day(serializers.DateField):
    """A Gregorian day within a few lifetimes."""

    def to_internal_value(self, value: Any) -> dt.date:
        """The day.

        Raises:
            ValidationError: none, or one that no calendar here shows.
        """
        day: dt.date = super().to_internal_value(value)
        if not EARLIEST <= day.year <= LATEST:
            raise serializers.ValidationError(FAR)
        return day


class Instant(serializers.DateTimeField):
    """An instant within a few lifetimes."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        """The instant.

        Raises:
            ValidationError: none, or one that no calendar here shows.
        """
        instant: dt.datetime = super().to_internal_value(value)
        if not EARLIEST <= instant.year <= LATEST:
            raise serializers.ValidationError(FAR)
        return instant


class VersionIn(In):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1)
