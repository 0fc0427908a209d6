from django.apps import AppConfig
from django.core.signals import request_started


class WorkdaysConfig(AppConfig):
    name = "arraigo.workdays"
    label = "workdays"

    def ready(self) -> None:
        from arraigo import clock
        from arraigo.workdays import offset

        clock.set_offset_source(offset.offset)
        request_started.connect(offset.look_again, dispatch_uid="workdays.offset")
