from django.urls import path

from arraigo.web.cases import procedure, steps, views

urlpatterns = [
    path("cases/", views.case_list, name="case_list"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/insist/", views.insist, name="case_insist"),
    path("cases/<str:number>/steps/<key:pk>/", steps.step, name="step"),
    path("ot/<str:number>/", views.work_order, name="work_order"),
    path("receipts/<str:number>/", views.receipt, name="receipt"),
    path("procedure/", procedure.procedure, name="procedure"),
    path("procedure/<key:number>/", procedure.procedure, name="procedure_version"),
    path("procedure/<key:number>/diagram.bpmn", procedure.diagram, name="procedure_diagram"),
]
