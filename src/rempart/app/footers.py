"""Copies of texts with a visible footer each: for those who were told, whole or not at all, nothing overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.app.copy_files import CopyFolder
from rempart.app.gating import make_gate
from rempart.app.intake import Role, Skipped
from rempart.app.recipients import require_informed
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.mark.footer import BYTES_MOST, with_footer
from rempart.model import AssetId, Cleared, MediaFile
from rempart.model.recipient import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class FooterWritten:
    """A copy of a text, or something that has its place."""

    path: Path
    """Where."""
    recipient: Recipient
    """For whom."""
    is_written: bool
    """False if another file is there: it was left as it is."""


def write_footers(
    texts: Sequence[Path], recipients: Sequence[Recipient], out: Path, settings: Settings, *, language: str
) -> Iterator[FooterWritten | Skipped]:
    """Write a copy of each text for each recipient, ``OUT/RECIPIENT/NAME``.

    Args:
        texts: Plain texts in UTF-8.
        recipients: For whom.
        out: Where the copies go.
        settings: The settings.
        language: Of the footer, ``en`` or ``fr``.

    Yields:
        What became of each copy; or that the gate stopped a text.

    Raises:
        MisuseError: somebody was not told, a file cannot be read, or two have the same name.
        MarkError: a file is no text.
        UnavailableError: a copy cannot be written.
    """
    require_informed(recipients)
    if len({path.name.casefold() for path in texts}) != len(texts):
        message = "two texts have the same name"
        raise MisuseError(message, advice="Do it in two commands, into two folders.")
    gate = make_gate(settings)
    with CopyFolder(out) as folder:
        for path in texts:
            item = MediaFile.named(path)
            verdict = gate.check(item)
            if not isinstance(verdict, Cleared):
                yield Skipped(label=item.label, role=Role.ASSET, outcome=verdict)
                continue
            content = _read(path)
            for each in recipients:
                copy = with_footer(content, each.name, language=language)
                is_written = folder.write(each.id, path.name, copy)
                if is_written:
                    folder.note(AssetId(f"text_{hashlib.sha256(content).hexdigest()}"), each.id, path.name, copy)
                yield FooterWritten(path=folder.path_of(each.id, path.name), recipient=each, is_written=is_written)
        folder.settle()


def _read(path: Path) -> bytes:
    """Return a file's bytes, one more than may be at most."""
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MOST + 1)
    except OSError as error:
        message = f"{str(path)!r} cannot be read: {error.strerror}"
        raise MisuseError(message) from error
