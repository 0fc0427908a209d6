"""Settings from the environment: each stops the start with a plain sentence where its value is bad."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

DEVELOPMENT_URL = "http://127.0.0.1:8000"
"""Where `./run` answers unless it is given another port."""
ADDRESS_FILE = "address"
"""Where `./run` (tools/serve.py) leaves the address at which it answers."""


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


def env_int(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """The environment variable `name` as a whole number from `least` to `most`."""
    text = os.environ.get(name, "").strip()
    if text == "":
        return default
    # A length first: Python refuses to read a number of thousands of digits.
    if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name}={text!r}: write a whole number from {least} to {most}.")
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


def env_folder(name: str, default: Path, folder: Path | None = None) -> Path:
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


def env_file(name: str, default: Path) -> Path:
    """The file that `name` gives, which can be written: its folder is made where it is missing."""
    path = Path(os.environ.get(name) or default)
    if path.is_dir():
        raise ImproperlyConfigured(f"{name}={str(path)!r} is a folder: name a file.")
    env_folder(name, path.parent, path.parent)
    if path.exists() and not os.access(path, os.W_OK):
        raise ImproperlyConfigured(f"{name}: {str(path)!r} cannot be written: name a file that this user owns.")
    return path


def check_dotted_paths(paths: Mapping[str, str]) -> None:
    """Stop where a setting (name → dotted path) names a class that does not exist."""
    for name, path in paths.items():
        try:
            import_string(path)
        except ImportError as error:
            raise ImproperlyConfigured(f"{name}={path!r}: there is no such class ({error}).") from error


def secret_key(folder: Path, *, production: bool) -> str:
    """The signing secret: from the environment in production, else made once and kept in `folder`."""
    secret = os.environ.get("ARRAIGO_SECRET_KEY", "")
    if secret:
        if len(secret) < 32:
            raise ImproperlyConfigured("ARRAIGO_SECRET_KEY is too short: use 32 characters or more.")
        return secret
    if production:
        raise ImproperlyConfigured("ARRAIGO_SECRET_KEY is missing: production takes its secret from there.")
    path = folder / "secret_key"
    if not path.exists():
        candidate = path.with_suffix(f".{os.getpid()}")
        candidate.write_text(os.urandom(32).hex())
        candidate.chmod(0o600)
        # A link fails where another process was first: both then read the same secret.
        with contextlib.suppress(FileExistsError):
            os.link(candidate, path)
        candidate.unlink()
    return path.read_text()


def base_url(folder: Path, *, production: bool) -> str:
    """`ARRAIGO_BASE_URL` without the slash at its end: required in production, else where `./run` answered last.

    `./run` leaves its address in `folder`, so that a message written by a command leads there, too.
    """
    given = os.environ.get("ARRAIGO_BASE_URL", "").strip()
    if not given and production:
        raise ImproperlyConfigured(
            "ARRAIGO_BASE_URL is missing: write the address under which people reach Arraigo, as https://host."
        )
    left = folder / ADDRESS_FILE
    text = (given or (left.read_text() if left.exists() else DEVELOPMENT_URL)).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"ARRAIGO_BASE_URL={given!r}: write an address as https://host.")
    return text


def oidc_apps(*, production: bool) -> list[dict[str, Any]]:
    """The OpenID Connect provider of `ARRAIGO_OIDC_…`, as allauth takes it; none where nothing is set."""
    names = {name: f"ARRAIGO_OIDC_{name}" for name in ("URL", "CLIENT", "SECRET")}
    given = {name: os.environ.get(variable, "").strip() for name, variable in names.items()}
    if not any(given.values()):
        return []
    missing = [names[name] for name, text in given.items() if not text]
    if missing:
        raise ImproperlyConfigured(f"{', '.join(names.values())} belong together: {' and '.join(missing)} missing.")
    schemes = ("https://",) if production else ("https://", "http://")
    if not given["URL"].startswith(schemes):
        raise ImproperlyConfigured(
            f"ARRAIGO_OIDC_URL={given['URL']!r}: write an address that begins with {schemes[0]}."
        )
    trusts = env_bool("ARRAIGO_OIDC_TRUSTS_EMAIL", False)
    return [
        {
            "provider_id": "sso",
            "name": os.environ.get("ARRAIGO_OIDC_NAME", "").strip() or "OpenID Connect",
            "client_id": given["CLIENT"],
            "secret": given["SECRET"],
            "settings": {"server_url": given["URL"].rstrip("/"), "verified_email": trusts},
        }
    ]
