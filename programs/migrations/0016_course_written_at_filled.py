"""Texts that are there already were written when their course last changed: by the thousand, and again if it was cut off."""

from django.db import migrations, models

A_TIME = 5_000


def fill(apps, schema_editor):
    Course = apps.get_model("programs", "Course")
    Text = apps.get_model("programs", "CourseTranslation")
    changed = Course.objects.filter(pk=models.OuterRef("master_id")).values("updated_at")
    last = Text.objects.aggregate(last=models.Max("pk"))["last"] or 0
    for first in range(1, last + 1, A_TIME):
        some = Text.objects.filter(pk__gte=first, pk__lt=first + A_TIME, written_at__isnull=True)
        some.update(written_at=models.Subquery(changed))


class Migration(migrations.Migration):

    atomic = False  # each thousand rows are locked for as long as they take, not all of them for as long as all take

    dependencies = [
        ('programs', '0015_course_written_at'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
