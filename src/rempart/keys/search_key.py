"""Where a search provider's key comes from: a systemd credential or a private file, read again for each request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rempart.errors import KeyFileError
from rempart.keys.secret_file import find_secret

#: The credential's name: ``LoadCredentialEncrypted=rempart-brave-key:…`` in the unit.
BRAVE_CREDENTIAL: Final = "rempart-brave-key"
#: What stands in a header as it is.
_KEY: Final = re.compile(r"[\x21-\x7e]{1,500}")


def find_brave_key(environment: Mapping[str, str], key_file: Path | None) -> Callable[[], str]:
    """Return how to get the key; nothing is read before it is needed, nothing is kept after.

    Args:
        environment: The process's variables; only ``CREDENTIALS_DIRECTORY`` is looked at, and it names a folder.
        key_file: A file of ours, 0600 or 0400, of one line.
    """

    def find() -> str:
        key = find_secret(environment, credential=BRAVE_CREDENTIAL, file=key_file, name="search key")
        if key and _KEY.fullmatch(key):
            return key
        message = "brave is a search provider, and its key was not given, or is not one word of ASCII"
        advice = f"Name a file of mode 600 in search.brave_key_file, or give the systemd credential {BRAVE_CREDENTIAL}."
        raise KeyFileError(message, advice=advice)

    return find
