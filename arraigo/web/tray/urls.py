from django.urls import path

from arraigo.web.tray import views

urlpatterns = [path("<str:role>/", views.tray, name="tray")]
