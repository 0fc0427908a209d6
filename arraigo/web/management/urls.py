from django.urls import path

from arraigo.web.management import views

urlpatterns = [
    path("", views.evaluations, name="evaluations"),
    path("<month:month>/", views.evaluation, name="evaluation"),
    path("<month:month>/cases/<slug:figure>/", views.cases, name="evaluation_cases"),
    path("<month:month>/terminations/<slug:figure>/", views.terminations, name="evaluation_terminations"),
    path("<month:month>/pdf/", views.pdf, name="evaluation_pdf"),
    path("<month:month>/tables/", views.tables, name="evaluation_tables"),
    path("<month:month>/sign/", views.sign, name="evaluation_sign"),
    path("<month:month>/review/", views.review, name="indicator_review"),
]
