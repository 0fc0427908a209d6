from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "arraigo.messages"
    label = "staff_messages"
