from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "arraigo.retention"
    label = "retention"
