from django.urls import path

from arraigo.web.technician import views

urlpatterns = [path("", views.visits, name="visits")]
