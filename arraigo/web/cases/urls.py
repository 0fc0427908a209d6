from django.urls import path

from arraigo.web.cases import correcting, procedure, receipts, staying, steps, undoing, views
from arraigo.web.technician import papers

urlpatterns = [
    path("cases/", views.case_list, name="case_list"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/record/", views.record, name="case_record"),
    path("cases/<str:number>/meter/", views.meter, name="case_meter"),
    path("cases/<str:number>/firm-no/", views.say_no, name="case_firm_no"),
    path("cases/<str:number>/undo/", undoing.take_back, name="case_undo"),
    path("cases/<str:number>/insist/", views.insist, name="case_insist"),
    path("cases/<str:number>/transferred/", views.transferred, name="case_transferred"),
    path("cases/<str:number>/stay/", staying.stay, name="case_stay"),
    path("cases/<str:number>/claims/<str:claim>/take-back/", undoing.take_claim_back, name="claim_undo"),
    path("cases/<str:number>/claims/<str:claim>/correct/", correcting.correct, name="claim_correct"),
    path("cases/<str:number>/steps/<key:pk>/", steps.step, name="step"),
    path("ot/<str:number>/", views.work_order, name="work_order"),
    path("ot/<str:number>/papers/<str:paper>.pdf", papers.signed_paper, name="signed_paper"),
    path("papers/<str:token>/", papers.paper_copy, name="paper_copy"),
    path("papers/<str:token>/<str:paper>.pdf", papers.paper_copy_pdf, name="paper_copy_pdf"),
    path("cases/<str:number>/receipts/", receipts.issue, name="receipt_issue"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/pdf/", receipts.pdf, name="receipt_pdf"),
    path("receipts/<str:number>/send/", receipts.send, name="receipt_send"),
    path("procedure/", procedure.procedure, name="procedure"),
    path("procedure/<key:number>/", procedure.procedure, name="procedure_version"),
    path("procedure/<key:number>/diagram.bpmn", procedure.diagram, name="procedure_diagram"),
]
