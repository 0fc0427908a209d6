from itertools import islice
from typing import Any

from django.db import migrations

from arraigo.customers import tokens

CHUNK = 2000
NO_LONGER = tokens.of_words("n o no nro calle avenida avda pasaje pje", passed=())
"""Words of addresses that are passed over from now on."""


def _wanted(name: str, address: str) -> set[str]:
    """What is new, and what has to stay of what is deleted: other words sound or end like these."""
    words = tokens.of_words(name) | tokens.of_words(address, tokens.IN_ADDRESSES)
    return tokens.of_pairs(name, address) | {token for token in words if token in NO_LONGER or token[0] == tokens.CODE}


def add_pairs(apps: Any, schema_editor: Any) -> None:
    """Let customers that are there already be found by the words and numbers of their addresses together, and no
    longer by those with which every other address begins."""
    customer, search_token = apps.get_model("customers", "Customer"), apps.get_model("customers", "SearchToken")
    known = customer.objects.order_by("pk").values_list("pk", "name", "address").iterator(chunk_size=CHUNK)
    while block := list(islice(known, CHUNK)):
        keys = [pk for pk, _, _ in block]
        search_token.objects.filter(customer_id__in=keys, token__in=NO_LONGER).delete()
        rows = [
            search_token(customer_id=pk, token=token)
            for pk, name, address in block
            for token in sorted(_wanted(name, address))
        ]
        search_token.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_pairs_of_names")]

    operations = [migrations.RunPython(add_pairs, migrations.RunPython.noop, elidable=True)]
