"""Read a secret that somebody else keeps for us: a systemd credential, or a private file of one line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rempart.errors import KeyFileError
from rempart.keys.folder import PRIVATE, read_checked

#: systemd gives a credential to root, mode 0400, and lets the service read it through an access control list, which
#: shows as the group's read bit (systemd.exec(5), Credentials).
_CREDENTIAL_FORBIDDEN: Final = 0o037


def find_secret(environment: Mapping[str, str], *, credential: str, file: Path | None, name: str) -> str | None:
    """Return a secret as it is now: nothing is kept, and the file's mode is looked at each time.

    Args:
        environment: The process's variables; only ``CREDENTIALS_DIRECTORY`` is looked at, and it names a folder.
        credential: The systemd credential, which comes first.
        file: A file of ours, 0600 or 0400; its last line end is not part of the secret.
        name: What it is, for messages: ``passphrase``.

    Returns:
        The secret; None if there is neither.

    Raises:
        KeyFileError: it is there and cannot be read, or others can read it too.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    if os.path.isabs(folder) and os.path.lexists(os.path.join(folder, credential)):
        owners = frozenset({0, os.geteuid()})
        return _read(Path(folder) / credential, name, owners=owners, forbidden=_CREDENTIAL_FORBIDDEN)
    if file is not None:
        return _read(file, name, owners=frozenset({os.geteuid()}), forbidden=PRIVATE)
    return None


def _read(path: Path, name: str, *, owners: frozenset[int], forbidden: int) -> str:
    """Read a secret's file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "it is a link" if os.path.islink(path) else error.strerror
        message = f"the {name} file {path} cannot be read: {reason}"
        raise KeyFileError(message, advice="Check its name, its owner and its mode (600).") from error
    content = read_checked(descriptor, path, owners=owners, forbidden=forbidden)
    text = _decoded(content)
    if text is None:
        message = f"the {name} file {path} is not UTF-8 text"
        raise KeyFileError(message, advice="Write it again as one line of text.")
    return text.removesuffix("\n").removesuffix("\r")


def _decoded(content: bytes) -> str | None:
    """Return UTF-8 text; None if it is not. The decoder's error ends here: it carries the content."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
