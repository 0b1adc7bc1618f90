from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0014_joining'),
    ]

    operations = [
        migrations.AddField(
            model_name='coursetranslation',
            name='written_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='written at'),
        ),
    ]
