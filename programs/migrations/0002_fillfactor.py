"""Leaves room in each page of courses, so that counting a seat rewrites the row in place (HOT) and touches no index."""

from django.db import migrations


def loosen(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE programs_course SET (fillfactor = 70)")


def tighten(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE programs_course RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]
    operations = [migrations.RunPython(loosen, tighten)]
