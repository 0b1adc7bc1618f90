"""The rows that the addresses of what came of learning name in the table of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base import clock
from records import checkin, codes, passports, services
from records.freezing import facts_of, named
from records.models import Certificate
from tests.programs.town import DAY, enrol, own

if TYPE_CHECKING:
    from members.models import Member
    from tests.programs.town import Town


def fill(made: Any, town: Town, member: Member) -> None:
    """A class that began an hour ago with the member in it, and what came of it."""
    place = enrol(town.course(first=clock.now() + 60 * DAY, meetings=1), member)
    meeting, now = place.course.meetings.get(), clock.now()
    place.course.meetings.update(starts_at=now - DAY / 24, ends_at=now + DAY / 24)
    frozen = named(facts_of(place.course), own(member))
    row = Certificate.objects.create(enrolment=place, code=codes.new_code(), frozen=frozen, issued_on=now.date())
    course, code, place_of = {"slug": place.course.slug}, {"code": codes.spelt(row.code)}, {"pk": place.pk}
    kinds: dict[str, dict[str, Any]] = {
        "attendance_course outcomes outcomes_confirm feedback_results": course,
        "attendance attendance_save checkin_door": course | {"pk": meeting.pk},
        "outcome outcome_decide outcome_revoke outcome_issue": course | place_of,
        "feedback feedback_say": place_of,
        "certificate certificate_pdf certificate_badge": code,
        "passport_pdf passport_share passport_end": {"pk": own(member).pk},
    }
    made.values |= {(f"records:{name}", ""): values for names, values in kinds.items() for name in names.split()}
    for name in ("records:verified", "api_verify"):
        made.values |= {(name, "right code"): code, (name, "wrong code"): {"code": "KSH-1"}}
    secret = passports.address(services.share(actor=member, learner=own(member))).rstrip("/").rpartition("/")[2]
    other = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    made.values["records:passport_shared", "right secret"] = {"secret": secret}
    made.values["records:passport_shared", "wrong secret"] = {"secret": other}
    token = checkin.address(meeting).rstrip("/").rpartition("/")[2]
    made.values["records:checkin_opened", "right code"] = {"token": token}
    made.values["records:checkin_opened", "wrong code"] = {"token": f"{meeting.pk}-0"}
    made.values["api_work_outcomes", ""] = {"pk": place.course_id}
    made.values["api_work_outcome", ""] = place_of
    made.values["api_work_certificate_revoke", ""] = {"code": row.code}
    made.values["api_work_attendance", ""] = {"pk": place.course_id, "meeting": meeting.pk}
