"""Whom a session belongs to."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend

from members.models import Member


class CodeBackend(BaseBackend):
    """Knows members by their id alone; the one-time code has been checked before a session begins."""

    def get_user(self, user_id: int) -> Member | None:
        """The member of a session; an erased one is nobody."""
        return Member.objects.filter(pk=user_id, erased_at__isnull=True).first()
