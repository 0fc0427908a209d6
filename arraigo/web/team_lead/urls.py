from django.urls import path

from arraigo.web.team_lead import views

urlpatterns = [
    path("", views.team, name="team"),
    path("<key:pk>/hand-over/", views.reassign, name="team_reassign"),
]
