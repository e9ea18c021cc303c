"""Where the mail relay's password comes from: a systemd credential or a private file, read again for each mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rempart.errors import KeyFileError
from rempart.keys.secret_file import find_secret

#: The credential's name: ``LoadCredentialEncrypted=rempart-mail-password:…`` in the unit.
MAIL_CREDENTIAL: Final = "rempart-mail-password"


def find_relay_password(environment: Mapping[str, str], password_file: Path | None) -> Callable[[], str]:
    """Return how to get the relay's password; nothing is read before it is needed, nothing is kept after.

    Args:
        environment: The process's variables; only ``CREDENTIALS_DIRECTORY`` is looked at, and it names a folder.
        password_file: A file of ours, 0600 or 0400; its last line end is not part of the password.
    """

    def find() -> str:
        password = find_secret(environment, credential=MAIL_CREDENTIAL, file=password_file, name="mail password")
        if not password:
            message = "mail.user is set, and the relay's password is empty or was not given"
            advice = f"Name a file of mode 600 in mail.password_file, or give the systemd credential {MAIL_CREDENTIAL}."
            raise KeyFileError(message, advice=advice)
        return password

    return find
