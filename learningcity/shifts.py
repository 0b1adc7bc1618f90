"""Shorter sessions for those who see other people's data: eight hours for coordinators, two for staff and superusers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY

from members import sessions
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from members.models import Member

    Next = Callable[[HttpRequest], HttpResponseBase]

STAFF_SECONDS, COORDINATOR_SECONDS, USUAL = 2 * 3600, 8 * 3600, 0
KNOWN = "shift"


class Shifts:
    """Asks once a session, when it begins, how long it may idle; a right itself is asked at every request elsewhere."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers, and shortens the session of who has just signed in."""
        response = self.get_response(request)
        is_new = request.method == "POST" and SESSION_KEY in request.session and KNOWN not in request.session
        if is_new and request.user.is_authenticated:
            seconds = shift_of(request.user)
            request.session[KNOWN] = seconds
            if seconds:
                sessions.shorten(request, seconds)
        return response


def shift_of(member: Member) -> int:
    """For how many seconds the member's session may idle; 0 for the usual time."""
    if member.is_superuser or Appointment.objects.staff(member).exists():
        return STAFF_SECONDS
    return COORDINATOR_SECONDS if Appointment.objects.coordinating(member).exists() else USUAL
