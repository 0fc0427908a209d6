from django.urls import path

from arraigo.web.team_lead import views

urlpatterns = [
    path("", views.team, name="team"),
    path("decisions/", views.waiting, name="team_decisions"),
    path("decisions/taken/", views.taken, name="team_decisions_taken"),
    path("queue/", views.queue, name="team_queue"),
    path("<key:pk>/decide/", views.decide, name="team_decide"),
    path("<key:pk>/hand-over/", views.reassign, name="team_reassign"),
]
