"""The database goes, or the disk is full, while somebody works: what they read, and that nothing is left by half."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arraigo.customers.models import Customer
from arraigo.imports import jobs
from arraigo.imports.models import ImportRun
from arraigo.people.models import Role
from tests.at_once import database_gone
from tests.cast import Cast
from tests.web.conftest import signed_in

SENTENCE = "La base de datos no responde, o el disco está lleno."
CUSTOMER = {"name": "Rosa Quiroga Vda. de Paz", "kind": "customer", "category": "Residencial"}


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_while_the_database_is_gone_gives_back_what_was_typed(cast: Cast) -> None:
    client = signed_in(cast[Role.ADVISOR])
    client.raise_request_exception = False
    page = reverse("customer_new")
    client.get(page)
    with database_gone():
        answer = client.post(page, CUSTOMER)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert SENTENCE in answer.content.decode()
    assert CUSTOMER["name"] in answer.content.decode()
    assert not Customer.objects.filter(name=CUSTOMER["name"]).exists()
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_a_file_for_which_the_disk_has_no_room_leaves_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()
    (folder / "clientes.csv").symlink_to("/dev/full")
    monkeypatch.setattr(jobs.tempfile, "mkdtemp", lambda **place: str(folder))
    client = signed_in(cast[Role.ADMINISTRATOR])
    client.raise_request_exception = False
    file = SimpleUploadedFile("clientes.csv", b"external_id,name\n1,Ana\n")
    answer = client.post(reverse("administration_imports"), {"kind": "customers", "file": file})
    assert answer.status_code == 503
    assert SENTENCE in answer.content.decode()
    assert not folder.exists()
    assert not ImportRun.objects.exists()
