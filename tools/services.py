"""The two programs that the tests need beside the packages: Chromium and PostgreSQL."""

import os
import shutil

from tests.postgres import binaries
from tools.console import Failure, run_quietly, say

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def provide(*, browser: bool) -> None:
    """Install what is missing where this user may; else say what will be left out."""
    missing = [] if binaries() else ["postgresql"]
    if browser and not chromium():
        missing.append("chromium")
    if missing and _may_install():
        _install(missing)
    if not binaries():
        say("PostgreSQL is missing and you may not install it here: the tests on PostgreSQL are left out.")
    if browser and not chromium():
        say("Chromium is missing and you may not install it here: the tests in the browser are left out.")


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: list[str]) -> None:
    """Raises Failure where the packages cannot be had."""
    say(f"Installing {' and '.join(packages)} …")
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_quietly(command, "", env=quiet)
    except Failure:
        # The lists of a machine that has stood for a while name packages that are no longer there.
        run_quietly(["apt-get", "update", "-q"], "The package lists could not be fetched.", env=quiet)
        run_quietly(command, f"{' and '.join(packages)} could not be installed.", env=quiet)
