"""What must be true of every enrolment in the database; each check finds the rows that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce

from base import clock
from members.models import Audit
from programs.deadlines import ANSWERS_FROM, NIGHT_FROM
from programs.models import ClassMeeting, Course, Enrolment, Offer, Party, Reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet

State = Enrolment.State


class Broken(NamedTuple):
    """One row that breaks an invariant."""

    invariant: str
    row: str
    what: str


def _tally(which: Q) -> Coalesce:
    rows = Enrolment.objects.filter(which, course=OuterRef("pk")).order_by().values("course")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _counters() -> QuerySet[Course]:
    """I2: the counters equal a recount."""
    reserves = Reserve.objects.filter(course=OuterRef("pk"), ended_at__isnull=True).order_by().values("course")
    left = Subquery(reserves.annotate(n=Sum(F("seats") - F("taken"))).values("n"))
    counted = Course.objects.annotate(
        holding=_tally(Q(state__in=Enrolment.HOLDING)), in_line=_tally(Q(state=State.WAITING)), kept=Coalesce(left, 0)
    )
    return counted.exclude(seats_taken=F("holding"), waiting=F("in_line"), seats_reserved=F("kept"))


def _reserves() -> QuerySet[Reserve]:
    """I2: as many seats of a reserve are taken as people of its group have."""
    having = Count("heads", filter=Q(heads__from_reserve=True, heads__state__in=Enrolment.HOLDING))
    return Reserve.objects.open().annotate(having=having).exclude(taken=F("having"))


def _capacity() -> QuerySet[Course]:
    """I1: never more seats taken than there are."""
    return Course.objects.filter(capacity__lt=F("seats_taken") + F("seats_reserved"))


def _one_live() -> QuerySet[Enrolment]:
    """I3: one live place per learner and course."""
    twin = Enrolment.objects.live().filter(
        course=OuterRef("course"), learner=OuterRef("learner"), pk__lt=OuterRef("pk")
    )
    return Enrolment.objects.live().filter(Exists(twin))


def _places() -> QuerySet[Enrolment]:
    """I4: places of a course are unique and were given by its counter."""
    twin = Enrolment.objects.filter(course=OuterRef("course"), place=OuterRef("place"), pk__lt=OuterRef("pk"))
    return Enrolment.objects.filter(Q(Exists(twin)) | Q(place__gt=F("course__next_place")))


def _stuck() -> QuerySet[Enrolment]:
    """I5, I6: nobody waits, alone or as a party, who fits into the free seats, or those kept for them, of a queue that moves."""
    party = Enrolment.objects.filter(party=OuterRef("party"), state=State.WAITING).order_by().values("party")
    heads = Coalesce(Subquery(party.annotate(n=Count("pk")).values("n")), 1)
    waiting = Enrolment.objects.filter(state=State.WAITING, course__state=Course.State.PUBLISHED).annotate(heads=heads)
    fits = Q(course__capacity__gte=F("course__seats_taken") + F("course__seats_reserved") + F("heads"))
    moves = Q(course__moves_until__isnull=True) | Q(course__moves_until__gt=clock.now())
    is_kept = Q(reserve__ended_at__isnull=True, reserve__until_on__gte=clock.today())
    theirs = is_kept & Q(reserve__seats__gte=F("reserve__taken") + F("heads"))
    return waiting.filter(Q(course__capacity__isnull=True) | fits | theirs, moves)


def _parties() -> QuerySet[Party]:
    """I5: whoever of a party waits, is offered a seat or has applied does so with all who have not left it."""
    moving = Q(heads__state__in=[State.APPLIED, State.WAITING, State.OFFERED, State.SEATED])
    together = Party.objects.annotate(states=Count("heads__state", filter=moving, distinct=True))
    return together.filter(states__gt=1)


def _untrailed() -> QuerySet[Enrolment]:
    """I7: the last audit line of a place names the state it is in."""
    lines = Audit.objects.filter(object_type="programs.enrolment", object_id=OuterRef("pk")).order_by("-pk")
    last = lines.annotate(to=KeyTextTransform(1, KeyTransform("state", "changes"))).values("to")[:1]
    told = Coalesce(Subquery(last, output_field=CharField()), Value(""))
    return Enrolment.objects.annotate(told=told).exclude(told=F("state"))


def _offers() -> QuerySet[Offer]:
    """I9: an open offer holds as many seats as people point to it."""
    heads = Count("heads", filter=Q(heads__state=State.OFFERED))
    return Offer.objects.filter(answer__isnull=True).annotate(n=heads).exclude(n=F("seats"))


def _orphans() -> QuerySet[Enrolment]:
    """I9: whoever is offered a seat has an open offer."""
    return Enrolment.objects.filter(state=State.OFFERED, offer__answer__isnull=False)


def _at_night() -> QuerySet[Offer]:
    """I9: no deadline in the night, but for one cut short by the end of the queue."""
    night = Q(expires_at__time__gte=NIGHT_FROM) | Q(expires_at__time__lt=ANSWERS_FROM)
    return Offer.objects.filter(night, answer__isnull=True).exclude(expires_at=F("course__moves_until"))


def _after_the_end() -> QuerySet[Enrolment]:
    """I10, I11: nobody waits or is offered in a course that was called off or is over."""
    over = Q(course__state=Course.State.CANCELLED) | Q(course__ends_on__lt=clock.today())
    return Enrolment.objects.filter(over, state__in=[State.APPLIED, State.WAITING, State.OFFERED])


def clashes() -> QuerySet[Enrolment]:
    """I12: nobody sits in two class meetings at once."""
    held = ClassMeeting.objects.exclude(state=ClassMeeting.State.CANCELLED)
    mine = OuterRef(OuterRef(OuterRef("course")))
    same = held.filter(course=mine, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    theirs = held.filter(Exists(same), course=OuterRef("course"))
    seated = Enrolment.objects.filter(state=State.SEATED)
    return seated.filter(Exists(seated.filter(Exists(theirs), learner=OuterRef("learner"), pk__lt=OuterRef("pk"))))


CHECKS: dict[str, Callable[[], QuerySet[Any]]] = {
    "I1 capacity": _capacity,
    "I2 counters": _counters,
    "I2 reserves": _reserves,
    "I3 one live place": _one_live,
    "I4 places": _places,
    "I5 stuck queue": _stuck,
    "I5 split party": _parties,
    "I7 audit line": _untrailed,
    "I9 offer": _offers,
    "I9 offered without offer": _orphans,
    "I9 deadline at night": _at_night,
    "I10 waiting after the end": _after_the_end,
    "I12 clash": clashes,
}


def broken() -> Iterator[Broken]:
    """Every row of the database that breaks an invariant, check by check."""
    for name, check in CHECKS.items():
        for row in check().iterator():
            yield Broken(name, f"{row._meta.label} #{row.pk}", (check.__doc__ or "").partition(": ")[2])  # noqa: SLF001


def checked() -> int:
    """How many rows the checks look at."""
    return Course.objects.count() + Enrolment.objects.count() + Offer.objects.count()
