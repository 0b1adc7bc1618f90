"""What waits for its translation: what lacks a language, what went stale, the most met first."""

from __future__ import annotations

import pytest

from base import clock
from programs import services
from programs.models import Program
from programs.translating import waiting
from tests.programs.feed import table
from tests.programs.test_handing_in import saved, worked
from tests.programs.test_planning import coordinator_of, draft
from tests.programs.town import DAY, Town, crowd

pytestmark = pytest.mark.django_db


def found() -> list[tuple[int, str, bool]]:
    return [(one.program.pk, one.language, one.is_stale) for one in waiting(Program.objects.all(), slice(10))]


def test_a_language_that_lacks_is_waited_for_and_the_most_met_stands_first() -> None:
    town = Town()
    quiet = town.new_program("سفالگری", None)
    busy = town.new_program("تنبور", None)
    crowd(town.course(program=busy), 2)
    assert found() == [(busy.pk, "en", False), (quiet.pk, "en", False)]
    assert waiting(Program.objects.all(), slice(10))[0].reach == 2


def test_a_translation_goes_stale_when_the_original_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    program = draft(town, planner)
    assert found() == []
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    services.edit_program(actor=planner, program=program, version=1, facts={}, texts={"fa": {"title": "تنبور"}})
    assert found() == [(program.pk, "en", True)]
    services.edit_program(actor=planner, program=program, version=2, facts={}, texts={"en": {"title": "Tanbur"}})
    assert found() == []


def test_a_partner_who_renames_a_program_makes_its_translation_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    saved(planner, town.workgroup, table({"title": "عکاسی"}))
    program = Program.objects.get(feed__isnull=False)
    program.create_translation("en", title="Photography", summary="From light to frame", written_at=clock.now())
    assert (program.pk, "en", True) not in found()
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    before = list(program.translations.order_by("pk").values())
    run = saved(planner, town.workgroup, table({"title": "عکاسی پیشرفته"}))
    assert (program.pk, "en", True) in found()
    worked(services.undo(actor=planner, run=run))
    assert (program.pk, "en", True) not in found()
    assert list(program.translations.order_by("pk").values()) == before


def test_a_program_in_a_foreign_language_waits_for_both() -> None:
    town = Town()
    program = town.new_program("x", None, source_language="ko")
    program.translations.update(language_code="ko")
    assert found() == [(program.pk, "fa", False), (program.pk, "en", False)]
