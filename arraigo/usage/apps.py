from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "arraigo.usage"
    label = "usage"
