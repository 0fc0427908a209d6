"""What `./run` answers to a command line that is wrong, or that asks for help."""

import pytest

from tools import testing
from tools.cli import main

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "line", ["nope", "--nope", "--port", "--port x", "--port 0", "lint x", "build x", "messages x", "bench", "bench x"]
)
def test_a_wrong_command_line_is_answered_by_one_sentence(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.endswith("./run --help lists what there is.\n")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("line", ["--help", "-h", "help", "test --help", "lint --help", "build -h", "bench --help"])
def test_who_asks_for_help_gets_it_and_nothing_is_done(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 0
    assert "./run test [ARGS]" in capfd.readouterr().out


def test_a_path_without_tests_is_said_in_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    """pytest's workers say only "no tests ran"."""
    assert testing._on_sqlite(["tests/nothing_there.py"]) == testing.NOTHING_COLLECTED
    assert "no test is found by tests/nothing_there.py" in capfd.readouterr().err
