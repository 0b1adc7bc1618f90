"""The first page of the city's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs.city import needs_staff, numbers
from programs.views.city.workgroups import governed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """What needs staff today, the city in numbers, the rooms of the desk."""
    governed(request)
    return render(
        request,
        "city/home.html",
        {"todos": needs_staff(member_of(request)), "numbers": numbers(), "today": clock.today()},
    )
