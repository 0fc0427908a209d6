from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "arraigo.workdays"
    label = "workdays"
