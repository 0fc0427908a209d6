"""`python -m bench._tickets COUNT`: so many tickets in an empty PostgreSQL, drawn by the server itself."""

import sys

import django

django.setup()

from django.core.management.color import no_style  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from arraigo.customers.models import Customer  # noqa: E402
from arraigo.products.models import Offering, Product  # noqa: E402
from arraigo.storage.bare import bare  # noqa: E402
from arraigo.tickets.models import Outage, TroubleTicket  # noqa: E402
from bench.repeat_faults import FILL, PER_PRODUCT  # noqa: E402

tickets = int(sys.argv[1])
models = [Customer, Offering, Product, Outage, TroubleTicket]
counts = {"tickets": tickets, "products": int(tickets / PER_PRODUCT), "customers": max(1, tickets // 40)}
with transaction.atomic(), bare(models), connection.cursor() as cursor:
    for statement in FILL.format(**counts).split(";"):
        if statement.strip():
            cursor.execute(statement)
with connection.cursor() as cursor:
    for sql in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(sql)
    cursor.execute("VACUUM ANALYZE tickets_troubleticket")
    cursor.execute("ANALYZE")
