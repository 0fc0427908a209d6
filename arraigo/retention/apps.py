from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "arraigo.retention"
    label = "retention"

    def ready(self) -> None:
        from arraigo.retention import receivers  # noqa: F401
