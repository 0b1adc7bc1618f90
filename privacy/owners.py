"""Whose a row is, table by table: what a download holds and what an erasure takes away are read from here.

A house test refuses a table that says something about people and is not named here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db.models import Model, Q

from base import clock
from members.models import Care, Learner, Member
from programs.rules.joining import digests_of, named_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


class Subject(NamedTuple):
    """A member, and the learners who count as theirs: whom they care for in a download, who goes with them in an erasure."""

    member: Member
    learners: frozenset[int]

    @property
    def contacts(self) -> list[str]:
        """By what the member signs in."""
        return [one for one in (self.member.phone, self.member.email) if one]

    def marks(self) -> set[str]:
        """Every digest by which a list of an organisation's people may know one of them."""
        learners = Learner.objects.filter(pk__in=self.learners)
        named = [mark for one in learners for mark in named_marks(one)]
        return set(digests_of([*self.contacts, *named]))


class Fate(StrEnum):
    """What an erasure does with the rows of its subject."""

    GONE = "gone"
    BLANKED = "blanked"
    KEPT = "kept"


class Own(NamedTuple):
    """Rows that are about a member or their learners.

    `blanks` are what columns hold after an erasure that keeps the row. `others` are columns that may name somebody else: a
    download shows of them what is the member's own alone. `because` says why a row stays.
    """

    whose: Callable[[Subject], Q]
    fate: Fate = Fate.GONE
    blanks: dict[str, Any] = {}
    others: str = ""
    because: str = ""


def _member(column: str = "member") -> Callable[[Subject], Q]:
    return lambda who: Q(**{column: who.member.pk})


def _learner(column: str = "learner") -> Callable[[Subject], Q]:
    return lambda who: Q(**{f"{column}__in": who.learners})


TOTALS = "figures of courses stay, without the person"
NOBODY = "—"  # the name of whoever was erased, in every language
OFFICE = "what was done in an office stays, under a number that leads nowhere"

OWNED: dict[str, Own] = {
    "members.Member": Own(
        _member("pk"),
        Fate.BLANKED,
        {
            "phone": None,
            "email": None,
            "language": "fa",
            "theme": "",
            "is_superuser": False,
            "calendar_version": 1,
            "seen_on": None,
            "parted_at": None,
            "leaving_at": None,
            "leaving_by": "",
        },
        because="the number that leads nowhere; `created_at` counts in the city's figures",
    ),
    "members.Learner": Own(
        _learner("pk"),
        Fate.BLANKED,
        {"name": NOBODY, "born_from": None, "born_until": None, "gender": None, "district": None},
        because=TOTALS,
    ),
    "members.Care": Own(_member("guardian")),
    "members.Invitation": Own(
        lambda who: Q(made_by=who.member) | Q(learner__in=who.learners) | Q(contact__in=who.contacts), others="contact"
    ),
    "members.SignInCode": Own(lambda who: Q(contact__in=who.contacts)),
    "members.ApiToken": Own(_member()),
    "members.IdempotencyKey": Own(_member()),
    "members.Session": Own(_member()),
    "notifications.Notice": Own(
        lambda who: Q(deliveries__member=who.member), because="goes with the last of its deliveries"
    ),
    "notifications.Delivery": Own(_member()),
    "notifications.Rhythm": Own(_member()),
    "notifications.PushAddress": Own(_member()),
    "notifications.Preference": Own(_member()),
    "workgroups.Attendance": Own(_member(), Fate.KEPT, because=OFFICE),
    "workgroups.Appointment": Own(_member(), Fate.KEPT, because=OFFICE),
    "programs.Follow": Own(_member()),
    "programs.Reminder": Own(_member()),
    "programs.RollLine": Own(lambda who: Q(digest__in=who.marks())),
    "programs.RollProof": Own(_learner()),
    "programs.Teaching": Own(_member(), Fate.KEPT, because=OFFICE),
    "programs.Support": Own(_member()),
    "programs.Question": Own(_member()),
    "programs.AnswerSheet": Own(_learner("enrolment__learner")),
    "programs.AnswerFile": Own(
        lambda who: Q(sheet__isnull=True, by=who.member) | Q(sheet__enrolment__learner__in=who.learners)
    ),
    "programs.Enrolment": Own(
        _learner(),
        Fate.BLANKED,
        {"reason": "", "exception_by": None, "exception_reason": "", "exception_rule": ""},
        because=TOTALS,
    ),
    "records.Attendance": Own(_learner("enrolment__learner"), Fate.KEPT, because=TOTALS),
    "records.Certificate": Own(_learner("enrolment__learner"), Fate.BLANKED, because=TOTALS),
    "records.Feedback": Own(_learner("enrolment__learner"), Fate.BLANKED, {"comment": ""}, because=TOTALS),
    "records.PassportLink": Own(lambda who: Q(learner__in=who.learners) | Q(made_by=who.member)),
    "privacy.Download": Own(_member()),
}

# What a member did for others: the columns of it that are about the member alone. After an erasure the number stays.
DEEDS: dict[str, tuple[str, ...]] = {
    "workgroups.Meeting.approved_by": ("approved_at",),
    "workgroups.Decision.owner": ("number", "due_on", "state"),
    "programs.Import.member": ("made_at", "state"),
    "programs.Revision.by": ("version", "at"),
    "programs.Remark.by": ("at", "text"),
    "programs.Enrolment.asked_by": ("asked_at",),
    "programs.Enrolment.exception_by": ("asked_at",),
    "programs.Questionnaire.made_by": ("version", "made_at"),
    "programs.AnswerFile.by": ("made_at",),
    "programs.Question.answered_by": ("answered_at",),
    "records.Attendance.by": ("at",),
    "announcements.Announcement.author": ("slug", "published_at"),
    "announcements.Announcement.approver": ("slug", "approved_at"),
}

# Tables with personal columns of which no row leads to a member.
NOBODYS: dict[str, str] = {
    "members.CodeTry": "counts tries by client; a day later it is gone",
    "members.Audit": "has numbers and no persons; a download reads it apart, an erasure leaves it as it is",
    "workgroups.AgendaItem": "minutes are the workgroup's words",
    "programs.CourseTranslation": "who teaches is public; an erasure takes the name of who taught out of it",
}


def rows_of(label: str, who: Subject) -> QuerySet[Model]:
    """The rows of one table that are the subject's."""
    model: Any = apps.get_model(label)
    return model._base_manager.filter(OWNED[label].whose(who)).distinct().order_by("pk")  # type: ignore[no-any-return] # noqa: SLF001 - Django's documented name


def in_care_of(member: Member) -> Subject:
    """The member and the learners for whom they act today."""
    learners = Learner.objects.visible_to(member)
    return Subject(member, frozenset(learners.values_list("pk", flat=True)))


def leaving_with(member: Member) -> Subject:
    """The member and the learners for whom nobody would act any more: themself, and whoever of those they ever cared for has no
    other guardian today and no account of their own.
    """
    here = Learner.objects.filter(cares__guardian=member, erased_at__isnull=True)
    others = Care.objects.filter(guardian__erased_at__isnull=True).exclude(guardian=member)
    kept = others.open_on(clock.today()) | others.filter(relation=Care.Relation.SELF)
    oneself = Q(cares__guardian=member, cares__relation=Care.Relation.SELF)
    own = set(Learner.objects.filter(oneself).values_list("pk", flat=True))
    rest = here.exclude(pk__in=kept.values("learner")).values_list("pk", flat=True)
    return Subject(member, frozenset(own | set(rest)))
