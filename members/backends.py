"""Whom a session belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import BaseBackend

from base.prepared import prepared
from members.models import Member

if TYPE_CHECKING:
    from django.db.models import QuerySet


class CodeBackend(BaseBackend):
    """Knows members by their id alone; the one-time code has been checked before a session begins."""

    def get_user(self, user_id: int) -> Member | None:
        """The member of a session; an erased one is nobody."""
        return next(iter(_here(user_id)), None)


@prepared
def _here(pk: int) -> QuerySet[Member]:
    return Member.objects.filter(pk=pk, erased_at__isnull=True)
