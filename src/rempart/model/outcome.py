"""Partial failures as values: an item that cannot be read, and an item that must not be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnreadableReason(StrEnum):
    """Why a media item gave nothing to compare."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    NOT_A_FILE = "not_a_file"
    LINK_LOOP = "link_loop"
    LINKED_FOLDER = "linked_folder"
    CHANGED = "changed"
    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    UNSUPPORTED = "unsupported"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    MEMORY = "memory"
    TIME = "time"
    CRASHED = "crashed"
    IO = "io"
    ENCRYPTED = "encrypted"
    LINKED_MEMBER = "linked_member"
    NAME_TOO_LONG = "name_too_long"
    BOMB = "bomb"
    TOO_MANY_MEMBERS = "too_many_members"
    TOO_DEEP = "too_deep"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _UNREADABLE_WORDS[self]


_UNREADABLE_WORDS = {
    UnreadableReason.MISSING: "no such file",
    UnreadableReason.FORBIDDEN: "permission denied",
    UnreadableReason.NOT_A_FILE: "not a regular file (a pipe, a socket or a device)",
    UnreadableReason.LINK_LOOP: "a symbolic link that cannot be followed",
    UnreadableReason.LINKED_FOLDER: "a link to a folder, not followed (name that folder to have it scanned)",
    UnreadableReason.CHANGED: "changed while it was read",
    UnreadableReason.EMPTY: "an empty file",
    UnreadableReason.TOO_MANY_BYTES: "too many bytes",
    UnreadableReason.TOO_MANY_PIXELS: "too many pixels",
    UnreadableReason.TOO_MANY_FRAMES: "too many frames",
    UnreadableReason.UNSUPPORTED: "not in a format that Rempart reads",
    UnreadableReason.TRUNCATED: "cut short",
    UnreadableReason.DAMAGED: "damaged",
    UnreadableReason.MEMORY: "needs more memory than allowed",
    UnreadableReason.TIME: "takes more time than allowed",
    UnreadableReason.CRASHED: "made the decoder crash",
    UnreadableReason.IO: "could not be read from the disk",
    UnreadableReason.ENCRYPTED: "encrypted",
    UnreadableReason.LINKED_MEMBER: "a link inside an archive, not followed (what it leads to is read where it is)",
    UnreadableReason.NAME_TOO_LONG: "a name too long to be judged",
    UnreadableReason.BOMB: "expands too much",
    UnreadableReason.TOO_MANY_MEMBERS: "too many entries in the archive",
    UnreadableReason.TOO_DEEP: "an archive inside too many others",
}


class StopReason(StrEnum):
    """What made the gate stop an item."""

    MINOR_WORD = "minor_word"
    MINOR_AGE = "minor_age"
    BIRTH_YEAR = "birth_year"
    HOTLINE_VOCABULARY = "hotline_vocabulary"
    KNOWN_ADDRESS = "known_address"
    """On a list that a hotline lent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An item that gave nothing to compare; the scan goes on."""

    reason: UnreadableReason
    """The class of reason, for counting."""
    detail: str = ""
    """The figure that was wrong, in signs rather than words (``60000 x 60000 > 64000000``); never content."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        words = self.reason.in_words()
        return f"{words}: {self.detail}" if self.detail else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An item that may involve a minor: it is not opened, and there is no override (README, What it refuses)."""

    reason: StopReason
    """The class of reason, for counting."""
    rule: str
    """Which rule, so that a person can judge it: its name in ``rempart.model.gate_rules``."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return f"its name or address may concern a minor (rule {self.rule})"
