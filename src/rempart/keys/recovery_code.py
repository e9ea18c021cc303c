"""The code on the recovery sheet: an age identity, cut in lines that a person can type and that say where a slip is."""

from __future__ import annotations

import hashlib
import re
import textwrap
from typing import NoReturn

from rempart.errors import KeyFileError
from rempart.keys import age

_PREFIX = "AGE-SECRET-KEY-1"
#: The letters of Bech32 (BIP 173), the last six of a code being its own checksum.
_LETTERS = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
#: What people read for a letter that a code never has.
_MISREAD = str.maketrans({"O": "0", "I": "L", "1": "L"})
_CODE_LETTERS = 58
_LINE_LETTERS = 15
_GROUP_LETTERS = 5
_TYPED_MAX = 1000
_LINES = -(-_CODE_LETTERS // _LINE_LETTERS)

#: What may stand between letters: spaces, line ends, dashes of any kind.
_GAP = r"[\s\-\u2010-\u2015\u00ad_]"
_AGE_PREFIX = re.compile(_GAP + f"*AGE{_GAP}*SECRET{_GAP}*KEY{_GAP}*[1IL]", re.IGNORECASE)
#: ``1: QPZRY 9X8GF 2TVDW = 0S``, wherever its end is.
_SHEET_LINE = re.compile(r"(?<!\w)(\d)\s*[:.)]([^=:.)]*?)(?:=\s*(\w)\s*(\w))?\s*(?=(?<!\w)\d\s*[:.)]|$)", re.ASCII)


class RecoveryCode:
    """What opens every workspace key. It is shown once, on paper."""

    __slots__ = ("_identity", "recipient")

    def __init__(self, identity: str) -> None:
        """Check an identity.

        Args:
            identity: ``AGE-SECRET-KEY-1…``.

        Raises:
            KeyFileError: it has a wrong character.
        """
        self._identity = identity
        #: Its public half.
        self.recipient = age.recipient_of(identity)

    @classmethod
    def generate(cls) -> RecoveryCode:
        """Make a random code."""
        return cls(age.new_identity())

    @classmethod
    def parse(cls, text: str) -> RecoveryCode:
        """Read a code as people type it: whole, in groups, or as the lines of the sheet.

        Case, spaces, dashes and line ends do not count. ``O`` is read as ``0``, ``I`` and ``1`` as ``L``.

        Raises:
            KeyFileError: says what is wrong and on which line, without repeating the code.
        """
        if len(text) > _TYPED_MAX:
            message = f"the recovery code is {len(text)} characters long"
            raise KeyFileError(message, advice="Type the lines of the code only, not the whole sheet.")
        lines = _SHEET_LINE.findall(text.strip())
        letters = _join_lines(lines) if lines else _letters(_without_prefix(text))
        if len(letters) != _CODE_LETTERS:
            message = f"the recovery code has {len(letters)} characters instead of {_CODE_LETTERS}"
            raise KeyFileError(message, advice="Type it again, line by line, with the line's number and its check.")
        return cls(_PREFIX + letters)

    def reveal(self) -> str:
        """Return the code itself: to print it, or to give it to the ``age`` tool. Never log it."""
        return self._identity

    def groups(self) -> tuple[str, ...]:
        """Return the lines to print: number, groups of five, and two characters that check the line."""
        lines = textwrap.wrap(self._identity.removeprefix(_PREFIX), _LINE_LETTERS)
        return tuple(
            f"{number}: {' '.join(textwrap.wrap(line, _GROUP_LETTERS)):<17} = {_check(number, line)}"
            for number, line in enumerate(lines, 1)
        )

    def __eq__(self, other: object) -> bool:
        """Compare what they open."""
        return isinstance(other, RecoveryCode) and self.recipient == other.recipient

    def __hash__(self) -> int:
        """Follow equality."""
        return hash(self.recipient)

    def __repr__(self) -> str:
        """Hide the code."""
        return f"RecoveryCode(hidden, for {self.recipient})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a recovery code cannot be pickled or copied"
        raise TypeError(message)


def _join_lines(lines: list[tuple[str, str, str, str]]) -> str:
    """Check each line of the sheet, and return the letters in order."""
    found: dict[int, str] = {}
    for number_text, typed, *check in lines:
        number, letters = int(number_text), _letters(typed, where=f" on line {number_text}")
        if number in found or not 1 <= number <= _LINES:
            message = f"the recovery code has a line {number} too many"
            raise KeyFileError(message, advice=f"The sheet has the lines 1 to {_LINES}, once each.")
        expected = min(_LINE_LETTERS, _CODE_LETTERS - (number - 1) * _LINE_LETTERS)
        if len(letters) != expected:
            message = f"line {number} of the recovery code has {len(letters)} characters instead of {expected}"
            raise KeyFileError(message, advice="Compare that line with the sheet.")
        typed_check = "".join(check).upper().translate(_MISREAD)
        if typed_check and typed_check != _check(number, letters):
            message = f"line {number} of the recovery code has a mistake: its last two characters do not agree"
            raise KeyFileError(message, advice="Compare that line with the sheet.")
        found[number] = letters
    missing = [str(n) for n in range(1, _LINES + 1) if n not in found]
    if missing:
        message = f"the recovery code lacks line {', '.join(missing)}"
        raise KeyFileError(message, advice=f"The sheet has the lines 1 to {_LINES}.")
    return "".join(letters for _, letters in sorted(found.items()))


def _without_prefix(text: str) -> str:
    """Drop the words that begin an age identity, if they were typed."""
    return _AGE_PREFIX.sub("", text, count=1)


def _letters(text: str, *, where: str = "") -> str:
    """Return a code's letters, and refuse what is none.

    Raises:
        KeyFileError: a character can be in no code.
    """
    typed = re.sub(rf"{_GAP}+", "", text).upper().translate(_MISREAD)
    for place, letter in enumerate(typed, 1):
        if letter not in _LETTERS:
            message = f"character {place}{where} of the recovery code is one that no code has"
            raise KeyFileError(message, advice="Compare it with the sheet; 8 is often read as B.")
    return typed


def _check(number: int, letters: str) -> str:
    """Return the two characters that check a line and its number."""
    digest = hashlib.sha256(f"rempart recovery line v1 {number} {letters}".encode("ascii")).digest()
    return _LETTERS[digest[0] % 32] + _LETTERS[digest[1] % 32]
