"""Bills with their lines. What is paid or credited here is never lowered by a file that knows less."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from arraigo.billing import credits
from arraigo.billing.models import Bill, BillLine, Credit
from arraigo.imports import references, store
from arraigo.imports.kinds.bill_row import BillRow
from arraigo.imports.kinds.charges import Charged, Month, lines_known, products_of, told_product
from arraigo.imports.landing import Landed, Parsed, Setting, Tally, given, known, tally_of, upsert
from arraigo.money import ZERO

NATURAL = ("customer_id", "month")
ORDER = [Bill.State.UNBILLED, Bill.State.ISSUED, Bill.State.PAID]
Held = Mapping[Month | str, Bill]
"""Bills that are there, by customer and month and by the external id of the file's source."""


def land(batch: Sequence[Parsed[BillRow]], setting: Setting) -> Tally:
    """Bring a batch of bills in, inside the caller's transaction."""
    tally = Tally()
    customers = references.customers_of([each.row.customer for each in batch], setting)
    batch = known(batch, "customer", customers, tally)
    products = products_of(batch, customers, setting)
    batch = [each for each in batch if lines_known(each, products, tally)]
    held = _held(batch, customers, setting)
    batch = _as_held(batch, held, customers, setting)
    owners = {key: (bill.source, bill.external_id) for key, bill in held.items()}
    batch = [each for each in batch if _month_free(each, held, owners, customers, setting, tally)]
    wanted = {p.row.external_id: _values(p.row, customers, held) for p in batch}
    landed = upsert(Bill, setting, wanted, natural=NATURAL, held=held)
    changed = _write_lines(batch, landed, customers, products, held, setting)
    _attach_credits(landed)
    _match_credits(landed, setting)
    tally.add(tally_of(landed, batch, also_changed=changed))
    return tally


def _held(batch: Sequence[Parsed[BillRow]], customers: Mapping[str, int], setting: Setting) -> Held:
    """The bills that the rows may mean, locked: what is paid on them is written again."""
    keys, months = {customers[p.row.customer] for p in batch}, {p.row.month for p in batch}
    named = Q(source=setting.source, external_id__in={p.row.external_id for p in batch})
    rows = Bill.objects.select_for_update().filter(named | Q(customer__in=keys, month__in=months)).order_by("pk")
    found: dict[Month | str, Bill] = {}
    for bill in rows:
        found[bill.customer_id, bill.month] = bill
        if bill.source == setting.source and bill.external_id:
            found[bill.external_id] = bill
    return found


def _meant(row: BillRow, customers: Mapping[str, int], held: Held) -> Bill | None:
    """The bill that a row tells of: the one of its id, whose customer or month it may correct, else of its month."""
    return held.get(row.external_id) or held.get((customers[row.customer], row.month))


def _as_held(
    batch: Sequence[Parsed[BillRow]], held: Held, customers: Mapping[str, int], setting: Setting
) -> list[Parsed[BillRow]]:  # fmt: skip
    """The batch, in which a row without an id of its own means the bill that its customer has for the month."""
    ids, rows = {each.row.external_id for each in batch}, []
    for each in batch:
        bill = held.get((customers[each.row.customer], each.row.month))
        here = bill.external_id if bill and bill.source == setting.source else None
        if here and here not in ids and each.row.is_named:
            ids.add(here)
            each = replace(each, row=each.row.model_copy(update={"external_id": here}))
        rows.append(each)
    return rows


def _month_free(
    each: Parsed[BillRow], held: Held, owners: dict[Month | str, tuple[str, str | None]],
    customers: Mapping[str, int], setting: Setting, tally: Tally,
) -> bool:  # fmt: skip
    """Whether no other bill has the customer's month, and what is paid on this one still fits and stays theirs."""
    row, key, bill = each.row, (customers[each.row.customer], each.row.month), _meant(each.row, customers, held)
    source, external_id = owners.setdefault(key, (setting.source, row.external_id))
    if (source, external_id or row.external_id) != (setting.source, row.external_id):
        reason = _("customer %(customer)s has another bill for %(month)s already") % {
            "customer": row.customer, "month": f"{row.month:%m/%Y}",
        }  # fmt: skip
    elif bill and bill.customer_id != customers[row.customer] and bill.credited + bill.paid:
        reason = _("the bill is another customer's, and something is paid or credited on it")
        tally.reject(each.raw.line, [("customer", row.customer, reason)])
        return False
    elif bill and row.sum < sum(row.settled_beside(bill)):
        reason = _("credits and payments are more than the bill's total")
    else:
        return True
    tally.reject(each.raw.line, [("month", f"{row.month:%Y-%m}", reason)])
    return False


def _values(row: BillRow, customers: Mapping[str, int], held: Held) -> dict[str, Any]:
    bill = _meant(row, customers, held)
    state = max(row.state, Bill.State(bill.state), key=ORDER.index) if bill else row.state
    credited, paid = row.settled_beside(bill)
    if state == Bill.State.PAID and credited + paid < row.sum:
        state = Bill.State.ISSUED  # its total has risen since it was paid
    return {
        "customer_id": customers[row.customer], "month": row.month, "state": state.value, "total": row.sum,
        "credited": credited, "paid": paid,
        **given(row, ("issued_on", "due_on")),
    }  # fmt: skip


def _write_lines(
    batch: Sequence[Parsed[BillRow]], landed: Landed, customers: Mapping[str, int], products: Mapping[Charged, int],
    held: Held, setting: Setting,
) -> set[str]:  # fmt: skip
    """Give each bill the lines that its row tells of; the external ids of the bills whose lines changed."""
    told = {p.row.external_id: _charged(p, products) for p in batch}
    old = {landed.records[key].pk: key for key in told if key not in landed.created}
    have: dict[str, list[BillLine]] = {key: [] for key in old.values()}
    for line in BillLine.objects.filter(bill__in=old).order_by("pk") if old else ():
        have[old[line.bill_id]].append(line)
    whole = {p.row.external_id: p.row.sum for p in batch if not p.row.lines and _stays(p.row, customers, held)}
    stale = {
        key for key, lines in have.items()
        if _as_told(lines) != sorted(told[key]) and whole.get(key) != sum(line.amount for line in lines)
    }  # fmt: skip
    gone = [line for key in sorted(stale) for line in have[key]]
    if gone:
        setting.ledger.removed(gone)
        BillLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    new = [
        {"bill_id": landed.records[key].pk, "product_id": product or None, "description": text, "amount": amount}
        for key in told
        if key in landed.created or key in stale
        for product, text, amount in told[key]
    ]
    setting.ledger.made(store.insert(BillLine, store.unsaved(BillLine, new)))
    return stale


def _stays(row: BillRow, customers: Mapping[str, int], held: Held) -> bool:
    bill = _meant(row, customers, held)
    return bill is not None and bill.customer_id == customers[row.customer]


def _as_told(lines: Sequence[BillLine]) -> list[tuple[int, str, Decimal]]:
    return sorted((line.product_id or 0, line.description, line.amount) for line in lines)


def _charged(each: Parsed[BillRow], products: Mapping[Charged, int]) -> list[tuple[int, str, Decimal]]:
    """Key of the product (0: none), description and Bs of each line."""
    told = ((products[each.raw.line, line.product] if line.product else 0, line) for line in each.row.charges)
    return [(product, line.description or line.product, line.amount) for product, line in told]


def _attach_credits(landed: Landed) -> None:
    """Credits that wait for a bill go on the new ones with something to pay or already credited, the earliest first."""
    new = [landed.records[key] for key in landed.created]
    for bill in _taking([bill for bill in new if bill.state != Bill.State.PAID or bill.credited]):
        credits.attach_waiting(bill)


def _match_credits(landed: Landed, setting: Setting) -> None:
    """What a file says was credited since on known bills are the credits that wait: its system was told of them."""
    changes = setting.ledger.changes.get(Bill._meta.label, {})
    told = {int(key): fields["credited"] for key, fields in changes.items() if "credited" in fields}
    risen = {key: Decimal(after) - Decimal(before) for key, (before, after) in told.items()}
    bills = [bill for key in landed.updated if risen.get((bill := landed.records[key]).pk, ZERO) > ZERO]
    for bill in _taking(bills):
        for credit in credits.match_told(bill, risen[bill.pk]):
            setting.ledger.change(credit, {"bill_id": bill.pk})  # so that its undoing knows of it


def _taking(bills: Sequence[Bill]) -> list[Bill]:
    """The bills of customers of whom a credit waits, the earliest first."""
    if not bills:
        return []
    owners = {bill.customer_id for bill in bills}
    waiting = set(Credit.objects.filter(customer__in=owners, bill=None).values_list("customer_id", flat=True))
    return sorted((b for b in bills if b.customer_id in waiting), key=lambda each: (each.customer_id, each.month))


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` bills behind the key `after`, as rows."""
    lines = Prefetch("lines", BillLine.objects.select_related("product__customer").order_by("pk"))
    rows = Bill.objects.filter(pk__gt=after).select_related("customer").prefetch_related(lines).order_by("pk")
    for bill in rows[:many]:
        told = [
            {
                **(told_product(bill, line.product) if line.product else {}),
                "description": line.description, "amount": line.amount,
            }
            for line in bill.lines.all()
        ]  # fmt: skip
        yield bill.pk, {
            "source": bill.source, "external_id": bill.external_id or f"{bill.customer.number}/{bill.month:%Y-%m}",
            "customer": references.word_for(bill, bill.customer), "month": f"{bill.month:%Y-%m}",
            **{name: getattr(bill, name) for name in ("state", "issued_on", "due_on", "total", "credited", "paid")},
            "lines": told,
        }  # fmt: skip
