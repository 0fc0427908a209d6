"""What the worker runs by itself: the sweeps, every minute, once over all nodes of a cluster."""

from django_q.models import Schedule

SWEEPS = "arraigo sweeps"


def ensure() -> None:
    """Schedule the sweeps; telling it again changes nothing but what differs."""
    Schedule.objects.update_or_create(
        name=SWEEPS,
        defaults={
            "func": "arraigo.retention.sweeps.run_all",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": -1,
        },
    )
