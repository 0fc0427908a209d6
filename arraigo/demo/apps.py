from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "arraigo.demo"
    label = "demo"
