"""What an administrator may see of messages: their texts, and which could not be delivered. No customers."""

from django.http import Http404

from arraigo.messages import queries
from arraigo.messages.kinds import Kind, all_kinds
from arraigo.messages.models import Channel, Message


def kind_and_channel(code: str, channel: str) -> tuple[Kind, Channel]:
    """A kind of message and one of its channels; 404 for any other."""
    kind = all_kinds().get(code)
    if kind is None or channel not in kind.channels:
        raise Http404
    return kind, Channel(channel)


def stuck_message(pk: int) -> Message:
    """A message that a person must look at; 404 for any other."""
    found = queries.stuck().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
