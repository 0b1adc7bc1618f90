"""The rows that the addresses of what came of learning name in the table of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base import clock
from records import codes, passports, services
from records.freezing import facts_of, named
from records.models import Certificate
from tests.programs.town import DAY, enrol, own

if TYPE_CHECKING:
    from members.models import Member
    from tests.programs.town import Town


def fill(made: Any, town: Town, member: Member, coordinator: Member) -> None:
    """A class that began an hour ago, with the member in it."""
    place = enrol(town.course(first=clock.now() + 60 * DAY, meetings=1), member)
    meeting = place.course.meetings.get()
    now = clock.now()
    place.course.meetings.update(starts_at=now - DAY / 24, ends_at=now + DAY / 24)
    course = {"slug": place.course.slug}
    made.values["records:attendance_course", ""] = course
    for name in ("attendance", "attendance_save"):
        made.values[f"records:{name}", ""] = course | {"pk": meeting.pk}
    row = Certificate.objects.create(
        enrolment=place, code=codes.new_code(), frozen=named(facts_of(place.course), own(member)), issued_on=now.date()
    )
    for name in ("outcomes", "outcomes_confirm"):
        made.values[f"records:{name}", ""] = course
    for name in ("outcome", "outcome_decide", "outcome_revoke", "outcome_issue"):
        made.values[f"records:{name}", ""] = course | {"pk": place.pk}
    for name in ("certificate", "certificate_pdf", "certificate_badge"):
        made.values[f"records:{name}", ""] = {"code": codes.spelt(row.code)}
    for name in ("records:verified", "api_verify"):
        made.values |= {(name, "right code"): {"code": codes.spelt(row.code)}, (name, "wrong code"): {"code": "KSH-1"}}
    learner = own(member)
    secret = passports.address(services.share(actor=member, learner=learner)).rstrip("/").rpartition("/")[2]
    for name in ("pdf", "share", "end"):
        made.values[f"records:passport_{name}", ""] = {"pk": learner.pk}
    made.values["records:passport_shared", "right secret"] = {"secret": secret}
    made.values["records:passport_shared", "wrong secret"] = {
        "secret": secret[:-1] + ("0" if secret[-1] != "0" else "1")
    }
    made.values["api_work_outcomes", ""] = {"pk": place.course_id}
    made.values["api_work_outcome", ""] = {"pk": place.pk}
    made.values["api_work_certificate_revoke", ""] = {"code": row.code}
    made.values["api_work_attendance", ""] = {"pk": place.course_id, "meeting": meeting.pk}
