"""Tables: no migration is missing, and every column says what it tells about people (V1)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command

from privacy import columns as privacy
from tests.house import code

LEVELS = {privacy.NONE, privacy.PERSONAL, privacy.SENSITIVE, privacy.SECRET}


def columns() -> set[str]:
    """Every column of our own tables, translations and links included."""
    found = set()
    for app in code.APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            facts = model._meta  # noqa: SLF001 - Django's documented name
            fields = [*facts.fields, *facts.many_to_many]
            found |= {f"{app}.{model.__name__}.{field.name}" for field in fields if not field.auto_created}
    return found


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_column_is_classified() -> None:
    """V1."""
    assert columns() - set(privacy.FIELDS) == set()


def test_no_classified_column_is_gone() -> None:
    assert set(privacy.FIELDS) - columns() == set()


def test_classes_are_known() -> None:
    assert set(privacy.FIELDS.values()) == LEVELS
