from django.urls import path

from arraigo.web.morning import views

urlpatterns = [
    path("", views.morning_list, name="morning_list"),
    path("customers/<str:number>/call/", views.morning_call, name="morning_call"),
    path("calls/<key:pk>/", views.proactive_call, name="proactive_call"),
]
