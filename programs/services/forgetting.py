"""What goes in time of places: those that never became one. How long is said by `privacy.retention`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import PROTECT, Exists, OuterRef

from base import clock
from members.services import record
from programs.models import Course, Enrolment, Party
from programs.services.seats import lock_course

if TYPE_CHECKING:
    import datetime as dt

State = Enrolment.State
OUTLIVED = (State.WITHDRAWN, State.DECLINED, State.LAPSED, State.REFUSED, State.UNPLACED, State.CANCELLED)
MOST = 500


def forget_places(older_than: dt.timedelta) -> int:
    """Erases places that ended without a seat so long ago, with their answers. Where attendance of them or a certificate is
    kept, they go with that. One transaction and one audit line a course; answers how many places there were.
    """
    old = Enrolment.objects.filter(state__in=OUTLIVED, state_at__lt=clock.now() - older_than)
    for relation in _holding():
        rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})  # noqa: SLF001 - Django's documented name
        old = old.filter(~Exists(rows))
    course = old.order_by("pk").values_list("course", flat=True).first()
    return _forget(course, list(old.filter(course=course).values_list("pk", flat=True)[:MOST])) if course else 0


def _holding() -> list[Any]:
    """What keeps a place from being erased: rows of the rooms above that stand longer."""
    fields = Enrolment._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's documented name
    hangs: list[Any] = [one for one in fields if one.auto_created and not one.concrete]
    return [one for one in hangs if one.on_delete is PROTECT]


@transaction.atomic
def _forget(course_id: int, places: list[int]) -> int:
    course = lock_course(course_id)
    rows = Enrolment.objects.filter(pk__in=places, state__in=OUTLIVED)
    gone = rows.count()
    rows.delete()
    Party.objects.filter(course=course, heads__isnull=True).delete()
    record(actor=None, verb="forget_places", row=Course(pk=course.pk), changes={"places": gone})
    return gone
