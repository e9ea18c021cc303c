"""Where the secret is from that signs what a webhook is told: a systemd credential or a private file, read each time.

Its form is that of Standard Webhooks 1.0.0: ``whsec_`` and 24 to 64 random bytes in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rempart.errors import KeyFileError
from rempart.keys.secret_file import find_secret

#: The credential's name: ``LoadCredentialEncrypted=rempart-webhook-secret:…`` in the unit.
WEBHOOK_CREDENTIAL: Final = "rempart-webhook-secret"
_PREFIX: Final = "whsec_"
#: "At least 24 bytes (192 bits, 512 maximum)".
_BYTES: Final = range(24, 65)
#: The newest one, and the one that it takes the place of.
_SECRETS_MOST: Final = 2


def find_webhook_secrets(environment: Mapping[str, str], secret_file: Path | None) -> Callable[[], tuple[bytes, ...]]:
    """Return how to get what signs; nothing is read before it is needed, nothing is kept after.

    Args:
        environment: The process's variables; only ``CREDENTIALS_DIRECTORY`` is looked at, and it names a folder.
        secret_file: A file of ours, 0600 or 0400: one secret, or two on a line each while the first replaces the
            second.
    """

    def find() -> tuple[bytes, ...]:
        name = "webhook secret"
        text = find_secret(environment, credential=WEBHOOK_CREDENTIAL, file=secret_file, name=name) or ""
        found = tuple(map(_decoded, text.split()))
        if not 1 <= len(found) <= _SECRETS_MOST or None in found:
            message = "alerts.webhook_url is set, and the secret that signs is none or was not given"
            advice = (
                f"Name a file of mode 600 in alerts.webhook_secret_file, or give the systemd credential "
                f'{WEBHOOK_CREDENTIAL}. To make one: printf "{_PREFIX}%s\\n" "$(openssl rand -base64 32)"'
            )
            raise KeyFileError(message, advice=advice)
        return tuple(secret for secret in found if secret is not None)

    return find


def _decoded(word: str) -> bytes | None:
    """Return the bytes of a secret; None if it is none. The decoder's error ends here: it may carry the content."""
    try:
        secret = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return None
    return secret if word.startswith(_PREFIX) and len(secret) in _BYTES else None
