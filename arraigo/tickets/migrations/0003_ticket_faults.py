from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_repeat_fault_finding")]

    operations = [
        migrations.RemoveIndex(model_name="troubleticket", name="ticket_countable"),
        migrations.AddIndex(
            model_name="troubleticket",
            index=models.Index(
                fields=["product", "opened_at", "id"],
                include=["resolved_at", "outage"],
                name="ticket_faults",
                condition=Q(type="fault") & ~Q(status__in=["rejected", "cancelled"]),
            ),
        ),
    ]
