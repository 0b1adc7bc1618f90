"""Names inside of words: messages about somebody that others got, and who teaches in the organiser's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base.persian import fold
from members.models import Care, Invitation, Learner
from notifications.models import Delivery, Notice
from privacy.owners import NOBODY
from programs.models import Course, Enrolment, Revision, Support, Teaching, Wish
from programs.services import index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from members.models import Member
    from privacy.owners import Subject

BATCH = 500
NAMED = "learner"  # where a notice names whose place, care or invitation it is about


def forget_words(who: Subject) -> None:
    """Ends what was still to be said to the member, and takes the learners' names out of what was said to others about them. A
    notice that nobody has any more goes.
    """
    mine = Delivery.objects.filter(member=who.member)
    said = set(mine.values_list("notice", flat=True))
    mine.delete()
    about = set()
    for start in _keys(who):
        about |= set(Notice.objects.filter(key__startswith=start).values_list("pk", flat=True))
    for some in _some(said | about):
        Notice.objects.filter(pk__in=some, deliveries__isnull=True).delete()
    for some in _some(about):
        notices = list(Notice.objects.filter(pk__in=some))
        for one in notices:
            one.values |= {NAMED: NOBODY} if NAMED in one.values else {}
        Notice.objects.bulk_update(notices, ["values"])


def forget_wishes(member: Member) -> None:
    """Shares no wish any more; one that nobody else shares goes with its words, unless a course has answered it."""
    mine = Support.objects.filter(member=member)
    shared = list(mine.values_list("wish", flat=True))
    mine.delete()
    alone = Wish.objects.filter(pk__in=shared, supports__isnull=True).exclude(state=Wish.State.ANSWERED)
    Wish.objects.filter(pk__in=list(alone.values_list("pk", flat=True))).delete()


def _some(keys: set[int]) -> Iterator[list[int]]:
    whole = sorted(keys)
    for start in range(0, len(whole), BATCH):
        yield whole[start : start + BATCH]


def _keys(who: Subject) -> Iterable[str]:
    """How the keys of notices about these learners begin: those of their places, alone and as part of a party, of the care for
    them, of invitations.
    """
    places = Enrolment.objects.filter(learner__in=who.learners)
    parties = set(places.exclude(party=None).values_list("party", flat=True))
    together = Enrolment.objects.filter(party__in=parties)
    for pk in {*places.values_list("pk", flat=True), *together.values_list("pk", flat=True)}:
        yield f"enrolment:{pk}:"
    for pk in Care.objects.filter(learner__in=who.learners).values_list("pk", flat=True):
        yield f"care:{pk}:"
    for pk in Invitation.objects.filter(learner__in=who.learners).values_list("pk", flat=True):
        yield f"invitation:{pk}:"


def take_out_of_texts(member: Member, who: Subject) -> None:
    """Takes the name of who taught a course out of what its page says, out of its earlier versions and out of the search. The
    caller holds the locks of these courses.
    """
    own = Learner.objects.filter(
        cares__guardian=member, cares__relation=Care.Relation.SELF, pk__in=who.learners
    ).first()
    courses = set(Teaching.objects.filter(member=member).values_list("course", flat=True))
    if own is None or not own.name or not courses:
        return
    course: Any = Course
    for row in course._parler_meta.root_model.objects.filter(master__in=courses).exclude(instructors=""):  # noqa: SLF001
        row.instructors = without(row.instructors, own.name)
        row.save(update_fields=["instructors"])
    for revision in Revision.objects.filter(course__in=courses):
        revision.content = _cleaned(revision.content, own.name)
        revision.save(update_fields=["content"])
    index(courses)


def without(text: str, name: str) -> str:
    """The text without the name in any spelling: where it stands in another one than ours, nothing of the text stays."""
    left = text.replace(name, NOBODY)
    return NOBODY if fold(name) in fold(left) else left


def _cleaned(content: Any, name: str) -> Any:
    if isinstance(content, dict):
        return {key: _cleaned(value, name) for key, value in content.items()}
    if isinstance(content, list):
        return [_cleaned(value, name) for value in content]
    return without(content, name) if isinstance(content, str) and name in content else content
