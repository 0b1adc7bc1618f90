"""What partners' files bring beside each other: several partners of one workgroup, hours in one cell, other seats."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from base.refusal import Refused
from notifications.models import Notice
from notifications.texts import render
from programs import services
from programs.models import Course
from tests.programs import world
from tests.programs.feed import table
from tests.programs.test_handing_in import LATER, _that_day, coordinator, hand_in, saved, worked, workgroup

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Import
    from workgroups.models import Workgroup

__all__ = ["_that_day", "coordinator", "workgroup"]
pytestmark = pytest.mark.django_db


# Several partners


def test_two_partners_of_one_workgroup_are_two_catalogues(coordinator: Member, workgroup: Workgroup) -> None:
    for partner, title in (("کتابخانه", "خوشنویسی"), ("فرهنگسرا", "سفال")):
        made = hand_in(coordinator, workgroup, f"نام,ساعت\n{title},۱۶ تا ۱۸\n", "generic", partner=partner)
        made = worked(services.map_columns(actor=coordinator, run=made, columns={"title": "نام"}, language="fa"))
        assert made.counts["missing"] == 0
        worked(services.confirm(actor=coordinator, run=made))
    assert set(Course.objects.values_list("feed__partner", "missing_since")) == {("کتابخانه", None), ("فرهنگسرا", None)}
    again = hand_in(coordinator, workgroup, "نام,ساعت\nخوشنویسی,۱۶ تا ۱۸\n", "generic", partner="  كتابخانه ")
    assert (again.state, again.counts["unchanged"]) == ("read", 1)


@pytest.mark.parametrize(
    "cell", ["۱۶ تا ۱۸", "16:00-18:00", "16 – 18:00", "از ۱۶ تا ۱۸", "ساعت ۱۶:۰۰ الی ۱۸:۰۰", "16 to 18"]
)
@pytest.mark.parametrize("ends", ["", "ساعت"])
def test_one_cell_may_say_both_hours(coordinator: Member, workgroup: Workgroup, cell: str, ends: str) -> None:
    made = hand_in(coordinator, workgroup, f"نام,روز,ساعت\nخط,شنبه,{cell}\n", "generic")
    columns = {"title": "نام", "weekdays": "روز", "starts": "ساعت"} | ({"ends": ends} if ends else {})
    made = worked(services.map_columns(actor=coordinator, run=made, columns=columns, language="fa"))
    worked(services.confirm(actor=coordinator, run=made))
    slot = Course.objects.get().slots.get()
    assert (slot.weekday, slot.starts, slot.ends) == (0, dt.time(16), dt.time(18))


@pytest.mark.parametrize("cell", ["۱۸ تا ۱۶", "۲۵ تا ۲۶", "عصر", "16--18"])
def test_hours_that_make_no_sense_are_rejected(coordinator: Member, workgroup: Workgroup, cell: str) -> None:
    made = hand_in(coordinator, workgroup, f"نام,روز,ساعت\nخط,شنبه,{cell}\nسفال,جمعه,9\n", "generic")
    columns = {"title": "نام", "weekdays": "روز", "starts": "ساعت"}
    made = worked(services.map_columns(actor=coordinator, run=made, columns=columns, language="fa"))
    assert (made.counts["created"], made.counts["rejected"]) == (1, 1)


# The organiser's number of seats


def other_seats(coordinator: Member, workgroup: Workgroup, *seats: int) -> Import:
    """Courses of nine seats each, of which a later file says another number."""
    saved(
        coordinator,
        workgroup,
        table(*({"id": f"k{n}", "capacity": "9"} | LATER for n in range(len(seats)))),
        mode="portal",
    )
    later = [{"id": f"k{n}", "capacity": str(count)} | LATER for n, count in enumerate(seats)]
    return saved(coordinator, workgroup, table(*later))


def test_another_number_of_seats_is_taken_over_on_a_word(coordinator: Member, workgroup: Workgroup) -> None:
    made = other_seats(coordinator, workgroup, 12, 5, 9)
    first, second, same = Course.objects.order_by("feed_key")
    assert list(made.feed.courses.with_other_seats().order_by("feed_key")) == [first, second]
    assert services.accept_seats(actor=coordinator, run=made, courses=[first.pk, same.pk]) == (1, [])
    assert services.accept_seats(actor=coordinator, run=made) == (1, [])
    assert list(Course.objects.order_by("feed_key").values_list("capacity", flat=True)) == [12, 5, 9]
    assert services.accept_seats(actor=coordinator, run=made) == (0, [])


def test_seats_that_people_hold_stay(coordinator: Member, workgroup: Workgroup) -> None:
    made = other_seats(coordinator, workgroup, 1)
    course = Course.objects.get()
    for _ in range(2):
        member, learner = world.person()
        services.enrol(actor=member, course=course, learner=learner)
    assert services.accept_seats(actor=coordinator, run=made) == (0, [course])
    assert Course.objects.get().capacity == 9


def test_whoever_waits_gets_the_new_seat(coordinator: Member, workgroup: Workgroup) -> None:
    made = other_seats(coordinator, workgroup, 10)
    Course.objects.update(capacity=1)
    for _ in range(2):
        member, learner = world.person()
        services.enrol(actor=member, course=Course.objects.get(), learner=learner)
    services.accept_seats(actor=coordinator, run=made)
    assert Course.objects.get().waiting == 0


def test_strangers_take_no_seats_over(coordinator: Member, workgroup: Workgroup) -> None:
    made = other_seats(coordinator, workgroup, 12)
    with pytest.raises(Refused):
        services.accept_seats(actor=world.person()[0], run=made)


# Hours


def test_other_weekly_hours_of_a_file_are_told_to_those_enrolled(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, table(LATER), mode="portal")
    member, learner = world.person()
    services.enrol(actor=member, course=Course.objects.get(), learner=learner)
    made = hand_in(coordinator, workgroup, table(LATER | {"days": "جمعه ساعت ۱۰:۰۰ تا ۱۲:۰۰"}))
    assert made.rows.get().told == 1
    worked(services.confirm(actor=coordinator, run=made))
    notice = Notice.objects.get(kind="programs/moved")
    said = render(notice.kind, notice.values, "fa").inbox
    assert ["شنبه ۹:۰۰ تا ۱۱:۳۰" in said, "جمعه ۱۰:۰۰ تا ۱۲:۰۰" in said] == [True, True]
