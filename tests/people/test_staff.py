"""Staff: accounts with roles in units, and who can be chosen for what."""

import pytest

from arraigo.eventlog.models import Event
from arraigo.network import actions as network
from arraigo.network import queries as places
from arraigo.people import actions, queries
from arraigo.people.errors import RoleUnknown, UsernameTaken
from arraigo.people.models import Role, Unit, User
from tests.records import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre() -> Unit:
    return Unit.objects.create(code="centre", name="Centro", kind=Unit.Kind.OPERATIONS_CENTER)


def a_technician(name: str, unit: Unit) -> User:
    return actions.add_staff(name, memberships=[(Role.TECHNICIAN, unit)], last_name=name, actor=None)


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
    assert not ana.has_usable_password()


def test_a_user_name_is_given_once_and_roles_are_those_of_the_procedure(centre: Unit) -> None:
    a_technician("ana", centre)
    with refused(UsernameTaken):
        a_technician("ana", centre)
    with refused(RoleUnknown):
        actions.add_staff("bety", memberships=[("wizard", centre)], actor=None)
    assert not User.objects.filter(username="bety").exists()


def test_a_unit_has_a_head(centre: Unit) -> None:
    ana = a_technician("ana", centre)
    assert actions.set_head(centre, ana, actor=None).head == ana
    assert Event.objects.get(kind="unit.head_set").data["after"] == "ana"


def test_zones_belong_to_the_centre_that_serves_them(centre: Unit) -> None:
    zone = network.set_zone("quinta", name="Quinta", municipality="Sacaba", operations_center=centre, actor=None)
    network.set_zone("otra", name="Otra", municipality="Vinto", operations_center=None, actor=None)
    assert list(places.zones_of(centre.pk)) == [zone]
    network.set_zone("quinta", name="La Quinta", municipality="Sacaba", operations_center=centre, actor=None)
    assert places.zones_of(centre.pk).get().name == "La Quinta"
    assert Event.objects.filter(kind="zone.changed").count() == 1
