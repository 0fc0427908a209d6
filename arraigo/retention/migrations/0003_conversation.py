"""The detail of a reason, the competitor's offer in three fields instead of one text, the firm "no"."""

import re

import arraigo.money
from django.conf import settings
from django.db import migrations, models
from django.db.models import Min

PRICE = re.compile(r"(?:\ba\s+)?Bs\.?\s*(\d{1,6}(?:[.,]\d{1,2})?)", re.IGNORECASE)


def split(text):
    """Operator, offer and price of "Otra operadora, 200 Mbps a Bs 159": the part before the first comma, what is
    left, and what follows the last Bs."""
    found = list(PRICE.finditer(text))
    price = found[-1][1].replace(",", ".") if found else None
    if found:
        text = text[: found[-1].start()] + text[found[-1].end() :]
    operator, _comma, offer = (part.strip(" ,.;·") for part in text.partition(","))
    return operator[:60], offer or operator[60:], price


def split_competitors(apps, schema_editor):
    cases = apps.get_model("retention", "RetentionCase").objects
    for case in cases.exclude(competitor="").iterator():
        case.competitor, case.competitor_offer, case.competitor_price = split(case.competitor)
        case.save(update_fields=["competitor", "competitor_offer", "competitor_price"])


def date_firm_nos(apps, schema_editor):
    """A firm "no" was said with the first offer that carries it; it is over once the case went on or ended."""
    cases = apps.get_model("retention", "RetentionCase").objects.filter(offers__firm_no=True)
    for case in cases.annotate(said=Min("offers__offered_at")).iterator():
        ends = [at for at in (case.closed_at, case.accepted_at) if at and at >= case.said]
        case.firm_no_at, case.firm_no_ended_at = case.said, min(ends, default=None)
        case.save(update_fields=["firm_no_at", "firm_no_ended_at"])


def join_competitors(apps, schema_editor):
    """Back to one text."""
    for case in apps.get_model("retention", "RetentionCase").objects.exclude(competitor="").iterator():
        price = "" if case.competitor_price is None else f"Bs {case.competitor_price}"
        case.competitor = ", ".join(filter(None, [case.competitor, case.competitor_offer, price]))[:160]
        case.save(update_fields=["competitor"])


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_initial'),
        ('engine', '0002_initial'),
        ('people', '0001_initial'),
        ('products', '0001_initial'),
        ('retention', '0002_promise_reminders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='retentioncase',
            name='competitor_offer',
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name='retentioncase',
            name='competitor_price',
            field=arraigo.money.MoneyField(null=True),
        ),
        migrations.AddField(
            model_name='retentioncase',
            name='firm_no_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='retentioncase',
            name='firm_no_ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='retentioncase',
            name='reason_detail',
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.RunPython(split_competitors, migrations.RunPython.noop),
        migrations.RunPython(date_firm_nos, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='retentioncase',
            name='competitor',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.RunPython(migrations.RunPython.noop, join_competitors),
        migrations.AddConstraint(
            model_name='retentioncase',
            constraint=models.CheckConstraint(condition=models.Q(('firm_no_ended_at', None), models.Q(('firm_no_at__isnull', False), ('firm_no_ended_at__gte', models.F('firm_no_at'))), _connector='OR'), name='case_firm_no_ends_after_it'),
        ),
        migrations.AddConstraint(
            model_name='retentioncase',
            constraint=models.CheckConstraint(condition=models.Q(('competitor_price', None), ('competitor_price__gte', 0), _connector='OR'), name='case_competitor_price'),
        ),
    ]
