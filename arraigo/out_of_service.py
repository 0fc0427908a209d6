"""What is nobody's mistake and passes: the database does not answer, or there is no room on the disk."""

import errno

from django.db import InterfaceError, OperationalError

FULL = (errno.ENOSPC, errno.EDQUOT)


def is_out_of_service(error: BaseException | None) -> bool:
    """Whether the same may be done later, as it is, once the database answers and there is room."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(error, OperationalError | InterfaceError)
