"""Whether a course with a minimum takes place: confirm, wait, or go on to cancelling it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext

from members.sessions import member_of
from programs import services
from programs.forms.rosters import WaitForm
from programs.views.work.desk import done_or_told, own_course, posted, rejected, shown_course, tried

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@posted("programs:work_roster", "slug")
def course_decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirms the course, or puts the decision off to the day that was typed."""
    course, actor = own_course(request, slug), member_of(request)
    if request.POST.get("verdict") == "confirm":
        done = gettext("It takes place; everyone with a place is told")
        done_or_told(request, lambda: services.confirm_course(actor=actor, course=course), done)
        return redirect("programs:work_roster", slug=slug)
    form = WaitForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["day"]
        if tried(form, lambda: services.wait_until(actor=actor, course=course, day=day)) is None:
            messages.success(request, gettext("The new day is set; everyone with a place is told"))
            return redirect("programs:work_roster", slug=slug)
    context = {"course": shown_course(course), "wait_form": form, "form": form, "is_due": True}
    return rejected(request, "work/decide.html", context, "programs:work_roster", slug=slug)
