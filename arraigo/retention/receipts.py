"""Numbered receipts (constancias) for the customer."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.numbering import numbered
from arraigo.people.models import User
from arraigo.retention.models import Receipt, RetentionCase
from arraigo.terminations.models import Termination


def for_termination(case: RetentionCase, rows: Sequence[Termination], *, actor: User) -> Receipt:
    """The receipt of a registered termination: products, moment, what to return and by when."""
    now, first = clock.now(), rows[0]
    text = _("On %(moment)s the termination of %(products)s was registered under the number %(number)s.") % {
        "moment": date_format(clock.local(now), "d/m/Y H:i"),
        "products": ", ".join(str(row.product) for row in rows),
        "number": first.receipt,
    }
    data = {
        "terminations": [row.number for row in rows],
        "return_items": first.return_items,
        "return_by": first.return_by.isoformat() if first.return_by else "",
    }
    return _create(case, Receipt.Kind.TERMINATION, text, data, actor)


def for_promises(case: RetentionCase, *, actor: User) -> Receipt:
    """The receipt of everything promised in the case so far, as read back to the customer."""
    lines = list(case.promises.order_by("id").values_list("text", flat=True))
    return _create(case, Receipt.Kind.PROMISE, " ".join(lines), {"promises": lines}, actor)


def lines(text: str) -> list[str]:
    """The lines of `text` that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _create(case: RetentionCase, kind: str, text: str, data: dict[str, object], actor: User) -> Receipt:
    now = clock.now()
    return Receipt.objects.create(
        **numbered(Receipt, "CON", now), case=case, kind=kind, text=text, data=data, at=now, by=actor
    )
