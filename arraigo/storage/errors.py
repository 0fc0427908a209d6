"""Why nothing was backed up, restored or moved. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class ToolMissing(RuleBroken):
    """{tool} is missing: install PostgreSQL's client programs."""

    def __init__(self, tool: str) -> None:
        text = _("%(tool)s is missing on this machine: install PostgreSQL's client programs (postgresql-client).")
        super().__init__(text % {"tool": tool})


class ToolFailed(RuleBroken):
    """{tool} could not do it: what it said."""

    def __init__(self, tool: str, said: str) -> None:
        super().__init__(_("%(tool)s could not do it: %(said)s") % {"tool": tool, "said": said.strip()[-400:]})


class FileTaken(RuleBroken):
    """{file} is there already: choose another name."""

    def __init__(self, file: object) -> None:
        super().__init__(_("%(file)s is there already: choose another name, or take it away.") % {"file": file})


class NothingThere(RuleBroken):
    """The database {name} holds nothing of Arraigo."""

    def __init__(self, name: object) -> None:
        text = _(
            "The database %(name)s holds nothing of Arraigo, so nothing was backed up: "
            "set DATABASE_URL and ARRAIGO_DATA_DIR as they are set where Arraigo runs."
        )
        super().__init__(text % {"name": name})


class NotWritten(RuleBroken):
    """{file} could not be written."""

    def __init__(self, file: object, why: str) -> None:
        text = _("%(file)s could not be written (%(why)s): choose a place with room that you may write to.")
        super().__init__(text % {"file": file, "why": why})


class NoFile(RuleBroken):
    """There is no file {file}."""

    def __init__(self, file: object) -> None:
        super().__init__(_("There is no file %(path)s: check the name and the folder.") % {"path": file})


class NoBackup(RuleBroken):
    """{file} is no whole backup of Arraigo."""

    def __init__(self, file: object, why: str) -> None:
        text = _("%(file)s is no whole backup of Arraigo (%(why)s); nothing was restored.")
        super().__init__(text % {"file": file, "why": why})


class OtherDatabase(RuleBroken):
    """The backup is of {theirs}, this installation runs on {ours}."""

    def __init__(self, theirs: str, ours: str) -> None:
        text = _(
            "The backup is of %(theirs)s and this installation runs on %(ours)s: "
            "restore it on %(theirs)s, then use move-to."
        )
        super().__init__(text % {"theirs": theirs, "ours": ours})


class FromNewer(RuleBroken):
    """The backup was made by a newer version."""

    def __init__(self, unknown: list[str]) -> None:
        text = _("The backup was made by a newer version of Arraigo (it knows %(unknown)s): bring this one up to date.")
        super().__init__(text % {"unknown": ", ".join(unknown[:5])})


class NotEmpty(RuleBroken):
    """The database has customers or people already."""

    def __init__(self) -> None:
        super().__init__(_("The database has customers or people already: choose an empty one."))


class NotTheSame(RuleBroken):
    """What arrived is not what was sent."""

    def __init__(self, what: str) -> None:
        super().__init__(_("What arrived is not what was sent: %(what)s. Nothing was kept.") % {"what": what})


class NoTarget(RuleBroken):
    """The address of the database cannot be used."""

    def __init__(self, why: object) -> None:
        text = _("The new database cannot be used (%(why)s): write postgres://user:password@host:5432/name.")
        super().__init__(text % {"why": why})
