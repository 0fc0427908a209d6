"""What fails for one of many: the others have their turn, and all of it is raised together at the end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Turn = Callable[[str], AbstractContextManager[None]]
"""Takes whose turn it is."""


@contextmanager
def gathered(said: str) -> Iterator[Turn]:
    """Gives `turn(whose)`, inside of which a failure keeps nothing else from its turn.

    Raises ExceptionGroup with the sentence `said` at the end, where anything failed; each failure notes whose it was.
    """
    failures = list[Exception]()

    @contextmanager
    def turn(whose: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            error.add_note(whose)
            failures.append(error)

    yield turn
    if failures:
        raise ExceptionGroup(said, failures)
