"""Workgroups as staff see them: who answers for what, founding one, changing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs.models import Program
from programs.views.work.desk import posted, rejected, renewed, tried
from workgroups import rules, services
from workgroups.forms import WorkgroupForm
from workgroups.models import Decision, Workgroup
from workgroups.people import coordinators_by_workgroup
from workgroups.services import texts

if TYPE_CHECKING:
    from django.http import HttpRequest

PUBLISHED = Program.State.PUBLISHED


def governed(request: HttpRequest) -> Any:
    """The workgroups that this person governs.

    Raises:
        Http404: the person is no staff.
    """
    if rules.why_not_govern(member_of(request)) is not None:
        raise Http404
    return Workgroup.objects.governed_by(member_of(request)).prefetch_related("translations")


@login_required
@require_safe
def workgroup_list(request: HttpRequest) -> HttpResponse:
    """All workgroups with who answers for each, its programs, and what it has left undone."""
    late = Decision.objects.overdue_on(clock.today()).order_by().values("workgroup").annotate(n=Count("pk"))
    counted = Count("programs", filter=Q(programs__state=PUBLISHED), distinct=True)
    found = governed(request).annotate(program_count=counted).order_by("slug")
    lateness = dict(late.values_list("workgroup", "n"))
    names = coordinators_by_workgroup()
    rows = [{"workgroup": one, "coordinators": names.get(one.pk, []), "late": lateness.get(one.pk, 0)} for one in found]
    return render(request, "city/workgroup_list.html", {"rows": rows})


@login_required
@require_safe
def workgroup_new(request: HttpRequest) -> HttpResponse:
    """The form with which a workgroup is founded."""
    governed(request)
    return render(request, "city/workgroup_form.html", {"form": WorkgroupForm(is_new=True)})


@posted("programs:city_workgroup_new")
def workgroup_found(request: HttpRequest) -> HttpResponse:
    """Founds it; next its coordinator is appointed."""
    governed(request)
    form = WorkgroupForm(request.POST, is_new=True)
    slug = form.data.get("slug", "")
    if form.is_valid() and not tried(
        form, lambda: services.found(actor=member_of(request), slug=form.cleaned_data["slug"], **form.facts())
    ):
        messages.success(request, gettext("The workgroup is founded. Now appoint its coordinator"))
        return redirect("programs:city_appointments", slug=slug)
    return rejected(request, "city/workgroup_form.html", {"form": form}, "programs:city_workgroup_new")


@login_required
@require_safe
def workgroup_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with which a workgroup is changed."""
    workgroup = get_object_or_404(governed(request), slug=slug)
    return render(request, "city/workgroup_form.html", {"form": filled(workgroup), "workgroup": workgroup})


def filled(workgroup: Workgroup) -> WorkgroupForm:
    """The form with what the workgroup is now."""
    initial: dict[str, Any] = {"version": workgroup.version}
    for field in ("name", "purpose"):
        initial |= {f"{field}_{language}": text for language, text in texts.read(workgroup, field).items()}
    initial["areas"] = list(workgroup.areas.values_list("pk", flat=True))
    initial["organisations"] = list(workgroup.organisations.values_list("pk", flat=True))
    return WorkgroupForm(initial=initial)


@posted("programs:city_workgroup", "slug")
def workgroup_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes it."""
    workgroup = get_object_or_404(governed(request), slug=slug)
    context = {"workgroup": workgroup}
    return save(request, workgroup, "city/workgroup_form.html", context, "programs:city_workgroup")


def save(request: HttpRequest, workgroup: Workgroup, template: str, context: dict[str, Any], page: str) -> HttpResponse:
    """Changes a workgroup by the form that was sent and leads back to its page, or shows the form again."""
    form = WorkgroupForm(request.POST)

    def work() -> None:
        version = form.cleaned_data["version"] or 0
        services.edit_workgroup(actor=member_of(request), workgroup=workgroup, version=version, **form.facts())

    refusal = tried(form, work) if form.is_valid() else None
    if form.is_valid():
        messages.success(request, gettext("Saved"))
        return redirect(page, slug=workgroup.slug)
    context = context | {"form": form, "theirs": renewed(request, form, refusal)}
    return rejected(request, template, context, page, slug=workgroup.slug)
