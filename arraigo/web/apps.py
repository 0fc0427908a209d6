from django.apps import AppConfig
from django.conf import settings

from arraigo.env import check_dotted_paths


class WebConfig(AppConfig):
    name = "arraigo.web"
    label = "web"

    def ready(self) -> None:
        """The last of the applications: every class that a setting names can be read now."""
        check_dotted_paths(settings.DOTTED_PATHS)
