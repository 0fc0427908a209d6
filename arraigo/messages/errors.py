"""What can go wrong with messages. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class UnknownKind(ValueError):
    """No message of kind {kind}: add it to messages.kinds."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"No message of kind {kind!r}: add it to messages.kinds.")


class BadTemplate(RuleBroken):
    """{sentence}: the text of a template cannot be used."""


class UnknownPlace(BadTemplate):
    """“{place}” is no place of this message: use only {allowed}."""

    def __init__(self, place: str, allowed: str) -> None:
        super().__init__(
            _("“{%(place)s}” is no place of this message. Write only these: %(allowed)s.")
            % {"place": place, "allowed": allowed}
        )


class LooseBrace(BadTemplate):
    """There is a brace without its pair near “{near}”."""

    def __init__(self, near: str) -> None:
        super().__init__(
            _("A brace has no pair near “%(near)s”: a place is written between both, as in {cliente}.") % {"near": near}
        )


class TextMissing(BadTemplate):
    """Write the text of the message."""

    def __init__(self) -> None:
        super().__init__(_("Write the text of the message, or switch this channel off."))


class SubjectMissing(BadTemplate):
    """Write the subject of the e-mail."""

    def __init__(self) -> None:
        super().__init__(_("Write the subject of the e-mail."))


class TextTooLong(BadTemplate):
    """The text has {length} characters; by this channel at most {most} go out."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            _("The text has %(length)d characters with its places filled; by this channel at most %(most)d go out.")
            % {"length": length, "most": most}
        )


class MessageNotStuck(RuleBroken):
    """This message is neither failed nor uncertain: there is nothing to decide."""

    def __init__(self) -> None:
        super().__init__(_("This message is neither failed nor uncertain: there is nothing to decide."))


class MessageOver(RuleBroken):
    """What this message says was of use until {until}: it goes out no more. Note what became of it."""

    def __init__(self, until: str) -> None:
        super().__init__(
            _("What this message says was of use until %(until)s: it goes out no more. Note what became of it.")
            % {"until": until}
        )
