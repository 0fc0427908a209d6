from django.db import migrations, models
from django.db.models import F, Q

import arraigo.engine.models


class Migration(migrations.Migration):
    dependencies = [("engine", "0003_move_of_a_step")]

    operations = [
        migrations.RemoveIndex(model_name="workitem", name="work_item_tray"),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                "role",
                F("priority").desc(),
                arraigo.engine.models.Urgency("due_at"),
                "id",
                name="work_item_urgent",
                condition=Q(status="open"),
            ),
        ),
    ]
