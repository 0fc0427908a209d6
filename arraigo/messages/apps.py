from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "arraigo.messages"
    label = "staff_messages"

    def ready(self) -> None:
        from arraigo.messages import receivers  # noqa: F401
