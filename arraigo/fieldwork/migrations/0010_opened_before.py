from django.db import migrations, models


def take_as_opened(apps, schema_editor):
    """Who opened what was printed before nobody knows: it counts as opened once, by who printed it."""
    for model in (apps.get_model('fieldwork', 'PrintBatch'), apps.get_model('fieldwork', 'Reprint')):
        model.objects.update(opened_at=models.F('printed_at'), opened_by=models.F('printed_by'), openings=1)
    for reprint in apps.get_model('fieldwork', 'Reprint').objects.select_related('printed_by'):
        by = reprint.printed_by
        reprint.by_name = f'{by.first_name} {by.last_name}'.strip() or by.username
        reprint.save(update_fields=['by_name'])


class Migration(migrations.Migration):

    dependencies = [
        ('fieldwork', '0009_openings'),
    ]

    operations = [
        migrations.RunPython(take_as_opened, migrations.RunPython.noop),
    ]
