"""Where secrets come from: `env:NAME`, `file:/path`; and what a signing key is.

No message shows a secret, nor any part of one.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Standard Webhooks 1.0.0: a signing key has 24 to 64 bytes.
_LEAST, _MOST = 24, 64
_LARGEST = 65_536
_PREFIX = "whsec_"
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NEW_KEY = "make one by: echo whsec_$(openssl rand -base64 32)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What secrets may be taken from: the environment, and files, relative ones from `folder`."""

    environ: Mapping[str, str]
    folder: Path


def is_reference(text: str) -> bool:
    """Return whether a value says where it is to be found, rather than what it is."""
    return text.startswith(("env:", "file:"))


def resolved(text: str, sources: Sources) -> str:
    """Return the value itself, or what `env:NAME` or `file:/path` leads to, stripped.

    Raises:
        ValueError: the variable is not set, the file cannot be read, or there is nothing in it.
    """
    if text.startswith("env:"):
        return _from_environment(text.removeprefix("env:").strip(), sources)
    if text.startswith("file:"):
        return _from_file(text.removeprefix("file:").strip(), sources)
    return text.strip()


def signing_key(text: str) -> bytes:
    """Return the raw key of `whsec_<base64>`; the prefix may be missing.

    Raises:
        ValueError: it is no base64, or decodes to fewer than 24 or more than 64 bytes.
    """
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError(f"the secret is not base64 after '{_PREFIX}'; {_NEW_KEY}") from None
    if len(key) < _LEAST:
        raise ValueError(
            f"the secret is too short: {len(key)} bytes, at least {_LEAST} are needed; {_NEW_KEY}"
        )
    if len(key) > _MOST:
        raise ValueError(f"the secret is too long: {len(key)} bytes, at most {_MOST} are allowed; {_NEW_KEY}")
    return key


def _from_environment(name: str, sources: Sources) -> str:
    if not _ENV_NAME.fullmatch(name):
        raise ValueError(
            "'env:' is not followed by the name of a variable; write one such as env:DESK_SECRET"
        )
    found = sources.environ.get(name)
    if found is None:
        raise ValueError(f"environment variable '{name}' is not set; set it, or write file:/path instead")
    if not found.strip():
        raise ValueError(f"environment variable '{name}' is empty")
    return found.strip()


def _from_file(name: str, sources: Sources) -> str:
    path = sources.folder / name
    try:
        with path.open("rb") as file:
            held = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", None) or "not a path").lower()
        sought = f"; it is looked for in {sources.folder.resolve()}" if not Path(name).is_absolute() else ""
        raise ValueError(f"file '{name}' cannot be read: {why}{sought}") from error
    if len(held) > _LARGEST:
        raise ValueError(f"file '{name}' is too big for a secret: more than {_LARGEST:,} bytes")
    try:
        text = held.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(f"file '{name}' is not text in UTF-8") from None
    if not text:
        raise ValueError(f"file '{name}' is empty")
    return text
