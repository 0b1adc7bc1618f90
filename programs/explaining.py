"""Why somebody got a seat or did not: the rule of the course, and the queue as it stood, without anybody else's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from programs.models import Course, Draw, Enrolment, Reserve
from programs.rules import group_words

if TYPE_CHECKING:
    from programs.models.standing import Standing

State = Enrolment.State
EXPLAINED = (State.WAITING, State.UNPLACED, State.LAPSED, State.REFUSED)


class Explained(NamedTuple):
    """Where a place stood in its course. `before` are the people with an earlier place, and what became of them; `rank` is that
    of the ticket among `tickets` where lots were drawn; `together` is how many asked for seats as one.
    """

    before: int
    seated: int
    in_line: int
    gone: int
    rank: int | None
    ticket: int | None
    tickets: int
    together: int


def explain(enrolment: Enrolment) -> Explained:
    """Counts who came before: one query, two more where lots were drawn, one for a party."""
    earlier = Enrolment.objects.filter(course=enrolment.course_id, place__lt=enrolment.place or 0)
    states = list(earlier.values_list("state", flat=True))
    seated = sum(state in Enrolment.HOLDING for state in states)
    in_line = states.count(State.WAITING)
    ticket, order = _drawn(enrolment)
    return Explained(
        before=len(states),
        seated=seated,
        in_line=in_line,
        gone=len(states) - seated - in_line,
        rank=order.index(ticket) + 1 if ticket in order else None,
        ticket=ticket,
        tickets=len(order),
        together=enrolment.party.size if enrolment.party else 1,
    )


def _drawn(enrolment: Enrolment) -> tuple[int | None, list[int]]:
    draw = Draw.objects.filter(course=enrolment.course_id, tickets__isnull=False).first()
    if draw is None:
        return None, []
    order = [ticket for ticket, _heads in draw.tickets]
    own = {enrolment.pk, *(enrolment.party.heads.values_list("pk", flat=True) if enrolment.party else ())}
    return next((ticket for ticket in order if ticket in own), None), order


def kept_in(course: Standing) -> list[tuple[Reserve, str]]:
    """The seats that are or were kept for a group, with the words for whom."""
    return [(one, " · ".join(group_words(one))) for one in Reserve.objects.filter(course=course.pk).order_by("pk")]


def draws_lots(course: Standing) -> bool:
    """Whether the seats of a course are drawn, and here."""
    return course.selection == Course.Selection.LOTTERY and course.mode == Course.Mode.PORTAL


def draw_of(course: Standing) -> Draw | None:
    """The draw of a lottery; None for other courses, and for the minute in which its seed is not made yet."""
    return Draw.objects.filter(course=course.pk).first() if draws_lots(course) else None


def draw_out(draw: Draw) -> dict[str, object]:
    """What everybody may know of a draw: the promise before it, the seed and the order after it."""
    done = draw.tickets is not None
    return {
        "commitment": draw.commitment,
        "committed_at": draw.committed_at,
        "seed": draw.seed if done else None,
        "drawn_at": draw.course.drawn_at,
        "tickets": [{"ticket": ticket, "people": heads} for ticket, heads in draw.tickets] if done else [],
    }
