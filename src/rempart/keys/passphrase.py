"""Where a passphrase comes from: a systemd credential, a private file, or a person; never a variable or an argument."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from rempart.errors import KeyFileError
from rempart.keys.folder import PRIVATE, read_checked

#: The credential's name: ``LoadCredentialEncrypted=rempart-passphrase:…`` in the unit.
CREDENTIAL = "rempart-passphrase"

#: systemd gives a credential to root, mode 0400, and lets the service read it through an access control list, which
#: shows as the group's read bit (systemd.exec(5), Credentials).
_CREDENTIAL_FORBIDDEN = 0o037


class Passphrase:
    """A passphrase that is asked for when first needed, then kept, and never shown."""

    __slots__ = ("_ask", "_known")

    def __init__(self, ask: Callable[[], str] | None, *, known: str | None = None) -> None:
        """Keep how to ask, or what is known."""
        self._ask = ask
        self._known = None if known is None else _accepted(known)

    def get(self) -> str:
        """Return the passphrase, asking at most once.

        Raises:
            KeyFileError: there is none, and no way to ask.
        """
        return self._known if self._known is not None else self.ask_again()

    def ask_again(self) -> str:
        """Ask even if one is known: it may have been changed.

        Raises:
            KeyFileError: there is no way to ask.
        """
        self._known = _accepted((self._ask or refuse_to_ask)())
        return self._known

    @property
    def may_have_changed(self) -> bool:
        """Tell whether a known passphrase could be asked for again."""
        return self._known is not None and self._ask is not None

    def replace(self, known: str | None) -> None:
        """Keep another one."""
        self._known = None if known is None else _accepted(known)

    def __repr__(self) -> str:
        """Show nothing."""
        return "Passphrase(hidden)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a passphrase cannot be pickled or copied"
        raise TypeError(message)


def find_passphrase(
    environment: Mapping[str, str],
    passphrase_file: Path | None,
    ask: Callable[[], str] | None,
) -> Callable[[], str]:
    """Return how to get the passphrase; nothing is read before it is needed.

    In order: the systemd credential ``rempart-passphrase``, the file, the person.

    Args:
        environment: The process's variables; only ``CREDENTIALS_DIRECTORY`` is looked at, and it names a folder.
        passphrase_file: A file of ours, 0600 or 0400; its last line end is not part of the passphrase.
        ask: Asks on the terminal; None if nobody is there.
    """

    def find() -> str:
        folder = environment.get("CREDENTIALS_DIRECTORY", "")
        if os.path.isabs(folder) and os.path.lexists(os.path.join(folder, CREDENTIAL)):
            owners = frozenset({0, os.geteuid()})
            return _read(Path(folder) / CREDENTIAL, owners=owners, forbidden=_CREDENTIAL_FORBIDDEN)
        if passphrase_file is not None:
            return _read(passphrase_file, owners=frozenset({os.geteuid()}), forbidden=PRIVATE)
        return (ask or refuse_to_ask)()

    return find


def refuse_to_ask() -> NoReturn:
    """Say that a passphrase is needed.

    Raises:
        KeyFileError: always.
    """
    message = "the keys are protected by a passphrase, and none was given"
    advice = f"Give it on the terminal, in a file of mode 600, or as the systemd credential {CREDENTIAL}."
    raise KeyFileError(message, advice=advice)


def _read(path: Path, *, owners: frozenset[int], forbidden: int) -> str:
    """Read a passphrase's file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "it is a link" if os.path.islink(path) else error.strerror
        message = f"the passphrase file {path} cannot be read: {reason}"
        raise KeyFileError(message, advice="Check its name, its owner and its mode (600).") from error
    content = read_checked(descriptor, path, owners=owners, forbidden=forbidden)
    text = _decoded(content)
    if text is None:
        message = f"the passphrase file {path} is not UTF-8 text"
        raise KeyFileError(message, advice="Write it again as one line of text.")
    return text.removesuffix("\n").removesuffix("\r")


def _accepted(passphrase: str) -> str:
    """Refuse an empty passphrase, which protects nothing."""
    if not passphrase.strip():
        message = "the passphrase is empty"
        raise KeyFileError(message, advice="Choose one of five words or more.")
    return passphrase


def _decoded(content: bytes) -> str | None:
    """Return UTF-8 text; None if it is not. The decoder's error ends here: it carries the content."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
