from django.apps import AppConfig


class EventlogConfig(AppConfig):
    name = "arraigo.eventlog"
    label = "eventlog"
