from django.urls import path, register_converter

from arraigo.web.converters import MonthConverter
from arraigo.web.management import views

register_converter(MonthConverter, "month")

urlpatterns = [
    path("", views.evaluations, name="evaluations"),
    path("<month:month>/", views.evaluation, name="evaluation"),
    path("<month:month>/sign/", views.sign, name="evaluation_sign"),
    path("<month:month>/review/", views.review, name="indicator_review"),
]
