"""Make the gate that every door shares, with the words of a hotline if the settings name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rempart.app.known_list import read_known_list
from rempart.config import Settings
from rempart.errors import ConfigError
from rempart.model.gate import MinorGate

#: A word list is a few thousand lines.
_VOCABULARY_LIMIT_BYTES: Final = 8 * 1024 * 1024

#: Said wherever an item was stopped: the path ends in a hand-off, never in a way around (README, What it refuses).
HAND_OFF: Final = (
    "Nothing was opened. Do not open, copy or forward. In France, give the address to PHAROS "
    "(internet-signalement.gouv.fr) or Point de Contact (pointdecontact.net), elsewhere to your INHOPE hotline or "
    "NCMEC (report.cybertip.org). If it is a picture of you taken before you were 18: Take It Down "
    "(takeitdown.ncmec.org), or 3018 in France."
)


def make_gate(settings: Settings, also_known: Callable[[str], str] | None = None) -> MinorGate:
    """Make the gate, with the hotline's words and its list of addresses if the settings name them.

    Args:
        settings: Where these are.
        also_known: Returns by which other rule a name is known; empty if by none.

    Raises:
        ConfigError: one of them cannot be read: nothing is scanned with a gate that is not whole.
    """
    known = read_known_list(settings)
    rules = [each for each in (known.rule if len(known) else None, also_known) if each is not None]

    def rule(name: str) -> str:
        return next((found for each in rules if (found := each(name))), "")

    path = settings.gate.vocabulary_file
    if path is None:
        return MinorGate(known=rule if rules else None)
    advice = "Check gate.vocabulary_file: nothing is opened while the list cannot be read."
    try:
        if path.stat().st_size > _VOCABULARY_LIMIT_BYTES:
            message = f"the vocabulary {path} is larger than {_VOCABULARY_LIMIT_BYTES} bytes"
            raise ConfigError(message, advice=advice)
        return MinorGate(path.read_text(encoding="utf-8").splitlines(), rule if rules else None)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        message = f"the vocabulary {path} cannot be read: {reason}"
        raise ConfigError(message, advice=advice) from error
