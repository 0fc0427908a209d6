from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "arraigo.web"
    label = "web"
