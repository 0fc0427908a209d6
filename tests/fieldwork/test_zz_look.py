import pytest, os
from arraigo import clock
from tests.fieldwork.test_documents import *
@pytest.mark.django_db
def test_out():
    with clock.at(NOON):
        t=a_user("tecnico")
        from arraigo.orders import progress
        os1=[an_order() for _ in range(12)]
        for o in os1[:6]: progress.assign(o,technician=t,actor=None)
        open("/tmp/o_batch.pdf","wb").write(documents.work_orders_pdf(actions.print_batch(os1,actor=a_user("supervisora"))))
        open("/tmp/o_signed.pdf","wb").write(documents.signed_paper_pdf(signed("work_order")))
        open("/tmp/o_refused.pdf","wb").write(documents.signed_paper_pdf(signed("fault_report",refusal_reason="No está el titular",photo=a_photo())))
    from tests.documents.test_sheets import *
    open("/tmp/o_receipt.pdf","wb").write(receipt())
