"""The cast at their desks: a case on its way, with something on every page."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from arraigo.people.models import Role, User
from arraigo.retention.models import Receipt
from tests.cast import Cast, Walk, moment


@pytest.fixture
def now() -> Iterator[None]:
    with moment():
        yield


@pytest.fixture
def cast(db: None, now: None) -> Cast:
    return Cast()


def signed_in(user: User | None) -> Client:
    """A browser in which `user` is signed in."""
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    return client


def expired(user: User) -> Client:
    """A browser in which `user` was signed in, whose session has run out."""
    client = signed_in(user)
    client.get(reverse("account"))
    client.cookies.pop("sessionid")
    return client


@dataclass
class Desk:
    """A case whose visit is due, and what its pages are about."""

    cast: Cast
    walk: Walk

    @property
    def advisor(self) -> Client:
        return signed_in(self.cast[Role.ADVISOR])


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """A repeated fault, negotiated and ordered: the technician is on the way (step 7 is open)."""
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    Receipt.objects.get_or_create(
        case=walk.case,
        defaults={
            "number": "CON-1", "kind": "promise", "text": "x",
            "at": walk.case.opened_at, "by": cast[Role.ADVISOR],
        },
    )  # fmt: skip
    return Desk(cast, walk)
