"""The administrator brings a file in: upload, mapping, preview, dry run, import, rejects, undo."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django_q.models import OrmQ

from arraigo.customers.models import Customer
from arraigo.imports import jobs
from arraigo.imports.models import ImportRun
from arraigo.people.models import Role
from tests.e2e.conftest import SMALL_DESK
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]
FILE = "Código;Nombre completo;Celular;Categoría\nC-1;Rosa Ñuño;70011223;ORO\nC-2;;70011224;ORO\n"


@pytest.fixture
def elsa(sign_in: SignIn) -> Iterator[Person]:
    yield sign_in(Role.ADMINISTRATOR)
    OrmQ.objects.all().delete()


def worked_off(elsa: Person, *, dry_run: bool) -> ImportRun:
    """What the worker does with the file, and the page as it stands afterwards."""
    run = ImportRun.objects.get()
    jobs.carry_out(run.pk, dry_run)
    elsa.go(f"/administration/imports/{run.pk}/")
    run.refresh_from_db()
    return run


def test_the_way_of_a_file(elsa: Person, tmp_path: Path) -> None:
    file = tmp_path / "clientes.csv"
    file.write_text(FILE, encoding="latin-1")
    elsa.go("/administration/imports/")
    elsa.page.locator("[name=file]").set_input_files(file)
    elsa.click(elsa.button)
    assert "Rosa Ñuño" in elsa.text
    assert elsa.page.locator("tr.table-danger").count() == 2
    elsa.page.set_viewport_size(SMALL_DESK)
    assert elsa.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    elsa.fill(values="category: ORO = vip")
    elsa.click("main button[value=look]")
    assert elsa.page.locator("tr.table-danger").count() == 1
    elsa.click("main button[value=try]")
    assert worked_off(elsa, dry_run=True).trial["rejected"] == 1
    assert not Customer.objects.exists()
    with elsa.page.expect_download() as rejects:
        elsa.page.locator("main a[href$='/rejects/']").first.click()
    assert "3,name," in rejects.value.path().read_text()
    elsa.click("main button[value=bring]")
    run = worked_off(elsa, dry_run=False)
    assert (run.state, run.accepted, run.rejected) == ("done", 1, 1)
    assert Customer.objects.get().name == "Rosa Ñuño"
    elsa.click("main form[action$='/undo/'] button")
    assert not Customer.objects.exists()
    assert ImportRun.objects.get().state == "undone"
    elsa.go("/administration/imports/")
    assert elsa.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
