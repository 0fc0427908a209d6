"""Staff: accounts with roles in units, and who can be chosen for what."""

import pytest

from arraigo.people import queries
from arraigo.people.models import Membership, Role, Unit, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Unit:
    return Unit.objects.create(code="centre", name="Centro", kind=Unit.Kind.OPERATIONS_CENTER)


def a_technician(name: str, unit: Unit) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, role=Role.TECHNICIAN, unit=unit)
    return user


def test_staff_is_found_by_unit_and_role(centre: Unit) -> None:
    other = Unit.objects.create(code="other", name="Otro", kind=Unit.Kind.OPERATIONS_CENTER)
    ana, bety, celia = (a_technician(n, unit) for n, unit in (("ana", centre), ("bety", centre), ("celia", other)))
    User.objects.filter(pk=bety.pk).update(is_active=False)
    assert list(queries.staff_of(centre, Role.TECHNICIAN)) == [ana]
    assert list(queries.staff_of(centre.pk)) == [ana]
    assert list(queries.staff_of(centre, Role.ADVISOR)) == []
    assert list(queries.users_with_role(Role.TECHNICIAN)) == [ana, celia]
    assert list(queries.units_with_role(Role.TECHNICIAN)) == [centre, other]
    assert ana.unit_as(Role.TECHNICIAN) == centre
