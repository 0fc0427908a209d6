from django.urls import path

from arraigo.web.messages import views

urlpatterns = [
    path("", views.templates, name="message_templates"),
    path("<key:pk>/resend/", views.resend, name="message_resend"),
    path("<key:pk>/settle/", views.settle, name="message_settle"),
    path("<str:kind>/<str:channel>/", views.template, name="message_template"),
    path("<str:kind>/<str:channel>/restore/", views.restore, name="message_template_restore"),
]
