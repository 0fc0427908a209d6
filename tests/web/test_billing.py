"""Billing's lists: what waits and what was decided, narrowed, sorted, exported; a decision leads back to them."""

import datetime as dt
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions
from arraigo.billing.models import BillingClaim
from arraigo.people.models import Role
from tests.cast import Cast
from tests.web.conftest import signed_in
from tests.web.test_query_counts import grows

WAITING, DECIDED = reverse("billing_claims"), reverse("billing_claims_decided")
MOST = 12
"""Statements of one list, session and user included."""


def a_claim(cast: Cast, number: str, *, waits: bool = True, kind: str = "bill_waiver") -> BillingClaim:
    """A claim on the internet of household `number`, whose month is billed."""
    home = cast.household(number)
    home.priced(home.internet, "350")
    return actions.enter_claim(
        product=home.internet, month=clock.month_of(clock.now()), amount=Decimal(350), kind=kind,
        claim_type="Retiro por Retención", actor=cast[Role.ADVISOR], needs_confirmation=waits,
    )  # fmt: skip


def numbers(client: Client, path: str) -> list[str]:
    return [row.number for row in client.get(path).context["list"].rows]


def test_the_list_of_waiting_ones_grows_without_more_queries(cast: Cast) -> None:
    grows(cast[Role.BILLING], WAITING, lambda number: _void(a_claim(cast, number)), MOST)


def test_the_list_of_decided_ones_grows_without_more_queries(cast: Cast) -> None:
    grows(cast[Role.BILLING], DECIDED, lambda number: _void(a_claim(cast, number, waits=False)), MOST)


def _void(_: object) -> None:
    """Drop a value that is of no use."""


def test_claims_are_narrowed_by_kind_and_customer_and_taken_as_a_file(cast: Cast) -> None:
    waiver, part = a_claim(cast, "100001"), a_claim(cast, "100002", kind="compensation")
    client = signed_in(cast[Role.BILLING])
    assert numbers(client, WAITING) == [waiver.number, part.number]
    assert numbers(client, f"{WAITING}?kind=compensation") == [part.number]
    assert numbers(client, WAITING) == [part.number], "what was chosen is remembered"
    assert numbers(client, f"{WAITING}?words={waiver.number[-4:]}") == [waiver.number]
    csv = client.get(f"{WAITING}?words=&export=csv&kind=bill_waiver").content.decode("utf-8-sig")
    assert f"{waiver.number}," in csv
    assert part.number not in csv


def test_a_decision_leads_back_to_the_list_as_it_was_narrowed(cast: Cast) -> None:
    waiver, part = a_claim(cast, "100001"), a_claim(cast, "100002", kind="compensation")
    client = signed_in(cast[Role.BILLING])
    client.get(f"{WAITING}?kind=bill_waiver")
    back = client.post(reverse("billing_claim_confirm", args=[waiver.number]), follow=True)
    assert (back.context["list"].rows, back.context["list"].chosen) == ([], {"kind": "bill_waiver"})
    client.post(reverse("billing_claim_refuse", args=[part.number]), {"reason": "Sin respaldo"})
    assert numbers(client, DECIDED) == [part.number, waiver.number]
    assert numbers(client, f"{DECIDED}?state=refused") == [part.number]
    assert "Sin respaldo" in client.get(f"{DECIDED}?export=csv&state=refused").content.decode("utf-8-sig")


def test_a_day_narrows_what_was_decided(cast: Cast) -> None:
    claim = a_claim(cast, "100001", waits=False)
    client, today = signed_in(cast[Role.BILLING]), clock.today()
    assert numbers(client, f"{DECIDED}?decided_from={today}") == [claim.number]
    assert numbers(client, f"{DECIDED}?decided_until={today - dt.timedelta(days=1)}") == []
