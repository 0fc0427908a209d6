from django.urls import path

from arraigo.web.management import views

urlpatterns = [
    path("", views.evaluations, name="evaluations"),
    path("<month:month>/", views.evaluation, name="evaluation"),
    path("<month:month>/sign/", views.sign, name="evaluation_sign"),
    path("<month:month>/review/", views.review, name="indicator_review"),
]
