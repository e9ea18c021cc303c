"""Where a passphrase comes from: a systemd credential, a private file, or a person; never a variable or an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from rempart.errors import KeyFileError
from rempart.keys.secret_file import find_secret

#: The credential's name: ``LoadCredentialEncrypted=rempart-passphrase:…`` in the unit.
CREDENTIAL = "rempart-passphrase"


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
        found = find_secret(environment, credential=CREDENTIAL, file=passphrase_file, name="passphrase")
        return found if found is not None else (ask or refuse_to_ask)()

    return find


def refuse_to_ask() -> NoReturn:
    """Say that a passphrase is needed.

    Raises:
        KeyFileError: always.
    """
    message = "the keys are protected by a passphrase, and none was given"
    advice = f"Give it on the terminal, in a file of mode 600, or as the systemd credential {CREDENTIAL}."
    raise KeyFileError(message, advice=advice)


def _accepted(passphrase: str) -> str:
    """Refuse an empty passphrase, which protects nothing."""
    if not passphrase.strip():
        message = "the passphrase is empty"
        raise KeyFileError(message, advice="Choose one of five words or more.")
    return passphrase
