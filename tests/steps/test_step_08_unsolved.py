"""Step 8 of a visit that could not solve it: what was found is signed, then the order ends and goes to plant."""

import pytest

from arraigo.fieldwork import queries
from arraigo.fieldwork.models import SignedPaper
from arraigo.messages.models import Notice
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from tests.cast import NOW, Cast, Household, Walk
from tests.steps.test_step_08_signatures import photo


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    after = {f"after_{home.internet.pk}": ""}
    walk("step_07", solved="no", tasks=[], cause="plant", findings="Caja sin potencia", **after)
    return walk


def test_cause_findings_and_readings_are_signed_as_pdf(walk: Walk, cast: Cast) -> None:
    """All three documents, though no task was done; then the order fails and who must know is told."""
    walk("step_08_unsolved")
    papers = {paper.paper: paper for paper in queries.papers_of_case(walk.case.number)}
    assert set(papers) == {"work_order", "service_report", "fault_report"}
    assert set(walk.told("step_08_unsolved")["papers"]) == {paper.number for paper in papers.values()}
    kept = papers["fault_report"].contents
    assert kept is not None
    assert ["No resuelto porque", "Daño en planta externa"] in kept["fields"]
    assert (kept["findings"], len(kept["faults"])) == ("Caja sin potencia", 2)
    assert kept["measurements"][0][2:] == ["-28", "—", "—"]
    assert queries.paper_pdf(papers["fault_report"]).startswith(b"%PDF")
    order = WorkOrder.objects.get()
    assert (order.state, order.cause, order.closed_at) == ("failed", "plant", NOW)
    assert Notice.objects.get(user=cast[Role.ADVISOR]).kind == "work_order.failed"
    assert walk.open == ["route_to_plant"]
    assert walk.item("route_to_plant").role == Role.OPERATIONS_SUPERVISOR


def test_without_signature_or_reason_nothing_ends(walk: Walk) -> None:
    unsigned = {"signature": "", "signer_name": "", "signer_document": ""}
    assert set(walk.errors("step_08_unsolved", **unsigned)) == set(unsigned)
    assert (WorkOrder.objects.get().closed_at, walk.open) == (None, ["step_08_unsolved"])
    walk("step_08_unsolved", **unsigned, absent="on", refusal_reason="Salió a las 15:00", photo=photo())
    assert {paper.signer_absent for paper in SignedPaper.objects.all()} == {True}
    assert walk.open == ["route_to_plant"]
