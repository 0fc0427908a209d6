from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "arraigo.people"
    label = "people"
