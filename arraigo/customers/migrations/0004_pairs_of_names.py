from itertools import islice
from typing import Any

from django.db import migrations

from arraigo.customers import tokens

CHUNK = 2000


def add_pairs(apps: Any, schema_editor: Any) -> None:
    """Let customers that are there already be found by two words of their names, and by the end of a telephone."""
    customer, search_token = apps.get_model("customers", "Customer"), apps.get_model("customers", "SearchToken")
    phone = apps.get_model("customers", "Phone")
    names = customer.objects.order_by("pk").values_list("pk", "name").iterator(chunk_size=CHUNK)
    while block := list(islice(names, CHUNK)):
        rows = [search_token(customer_id=pk, token=token) for pk, name in block for token in tokens.of_pairs(name, "")]
        search_token.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    numbers = phone.objects.order_by("pk").values_list("customer_id", "number").iterator(chunk_size=CHUNK)
    while ends := list(islice(numbers, CHUNK)):
        rows = [search_token(customer_id=pk, token=token) for pk, number in ends for token in tokens.of_phones([number])]
        search_token.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_known_words")]

    operations = [migrations.RunPython(add_pairs, migrations.RunPython.noop, elidable=True)]
