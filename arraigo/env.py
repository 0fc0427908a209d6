"""Settings from the environment: each stops the start with a plain sentence where its value is bad."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


def env_bool(name: str, default: bool) -> bool:
    """The environment variable `name` as yes or no."""
    text = os.environ.get(name, "").strip().lower()
    if text == "":
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={text!r}: write 1 or 0.")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """The environment variable `name` as a whole number, not below `least`."""
    text = os.environ.get(name, "").strip()
    if text == "":
        return default
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(f"{name}={text!r}: write a whole number from {least}.")
    return int(text)


def env_list(name: str, default: str = "") -> list[str]:
    """The environment variable `name`, split at commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """The environment variable `name`, one of `choices` whatever its capitals."""
    text = os.environ.get(name, "").strip() or default
    found = {choice.lower(): choice for choice in choices}.get(text.lower())
    if found is None:
        raise ImproperlyConfigured(f"{name}={text!r}: write one of {', '.join(choices)}.")
    return found


def writable_folder(name: str, default: Path, folder: Path | None = None) -> Path:
    """The folder that `name` gives, made where it is missing; a file can be written into it."""
    path = folder or Path(os.environ.get(name) or default)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: nothing can be written into {str(path)!r} ({error.strerror}): name a folder that this user owns."
        ) from error


def check_dotted_paths(paths: Mapping[str, str]) -> None:
    """Stop where a setting (name → dotted path) names a class that does not exist."""
    for name, path in paths.items():
        try:
            import_string(path)
        except ImportError as error:
            raise ImproperlyConfigured(f"{name}={path!r}: there is no such class ({error}).") from error
