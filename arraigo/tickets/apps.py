from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "arraigo.tickets"
    label = "tickets"
