from django.urls import path

from arraigo.web.controls import views

urlpatterns = [
    path("", views.calls, name="control_calls"),
    path("overdue/", views.overdue, name="control_overdue"),
    path("<key:pk>/attempt/", views.attempt, name="control_attempt"),
]
