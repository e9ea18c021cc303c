"""Whoever stole a workspace without its keys: every file of it, read in every way that needs no secret.

The thief of benchmarks/inversion.py is given more than a real one has. He knows the pictures' own codes beforehand, of
every layout of parts that is tried, and asks of each which of its bytes stand anywhere in what he took, eight in a row
or more, in either order, raw, in hexadecimal or in base 64. He also takes what lies in an asset's own rows for codes of
parts, in the order in which they would be written, and opens whatever begins like a picture. What he does not try:
decoding local descriptors, a learned decoder, codes cut into pieces of under eight bytes.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import math
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from redraw import F64, SIDE, WHOLE, Part, Stolen, correlation, redraw

#: Bytes in a row that are no accident: among a billion windows, a given one is met with a probability of 5e-11.
_WINDOW: Final = 8
_CODE: Final = 32
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"GIF8", b"II*\x00", b"MM\x00*")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_RUN_MAX: Final = 1 << 16
_DEVIATIONS: Final = 6  # two chances in a billion


@dataclass(frozen=True, slots=True, kw_only=True)
class Loot:
    """What was taken."""

    files: dict[str, bytes]
    """Every file but the keys', by its path in the workspace."""
    windows: npt.NDArray[np.uint64]
    """Every eight bytes in a row of what is readable, sorted."""

    @property
    def size(self) -> int:
        """Return how many bytes the files have."""
        return sum(map(len, self.files.values()))


def steal(workspace: Path, keys: str = "keys") -> Loot:
    """Read every file of a workspace's folder, whatever it is, but those of its keys."""
    files = {}
    for path in sorted(workspace.rglob("*")):
        name = path.relative_to(workspace)
        if path.is_file() and name.parts[0] != keys:
            files[str(name)] = path.read_bytes()
    readable = [found for data in files.values() for found in (data, *_decoded(data))]
    rows = [
        np.lib.stride_tricks.sliding_window_view(np.frombuffer(d, np.uint8), _WINDOW)
        for d in readable
        if len(d) >= _WINDOW
    ]
    words = [np.ascontiguousarray(r).view(np.uint64).ravel() for r in rows]
    return Loot(files=files, windows=np.unique(np.concatenate(words or [np.empty(0, np.uint64)])))


def _decoded(data: bytes) -> Iterator[bytes]:
    """Yield what runs of hexadecimal and of base 64 say, from each place where they may begin."""
    for run in _HEX.findall(data):
        yield bytes.fromhex(run.decode("ascii"))
    for run in _BASE64.findall(data):
        text = run[:_RUN_MAX].translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            whole = text[start : start + (len(text) - start) // 4 * 4]
            try:
                yield base64.b64decode(whole)
            except binascii.Error:
                continue


def readable_part(loot: Loot, code: bytes) -> bytes:
    """Return which bits of a code stand in the loot: 32 bytes, each 0 or 255."""
    known = bytearray(_CODE)
    for start in range(_CODE - _WINDOW + 1):
        there = code[start : start + _WINDOW]
        for word in (there, there[::-1]):
            value = np.frombuffer(word, np.uint64)[0]
            at = int(np.searchsorted(loot.windows, value))
            if at < loot.windows.size and loot.windows[at] == value:
                known[start : start + _WINDOW] = b"\xff" * _WINDOW
    return bytes(known)


def codes_in_clear(loot: Loot, codes: Sequence[Stolen]) -> list[Stolen]:
    """Return the codes of which something stands in the loot, each with what does."""
    found = [Stolen(part=c.part, bits=c.bits, known=readable_part(loot, c.bits)) for c in codes]
    return [c for c in found if any(c.known)]


def _rows_of(database: Path, asset: str) -> Iterator[bytes]:
    """Yield the binary values of every row, of any table, that names an asset."""
    base = sqlite3.connect(database)
    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in base.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the names are the database's own
            if asset in row:
                yield from (value for value in row if isinstance(value, bytes))
    base.close()


def guesses(loot: Loot, asset: str, whole: Stolen, parts: Sequence[Part]) -> Iterator[list[Stolen]]:
    """Take each long value of an asset's rows for its codes of parts, one after the other, beside the whole frame."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in loot.files.items():  # its log beside it: what is not in the file yet is there
            (Path(folder) / Path(name).name).write_bytes(data)
        for database in sorted(Path(folder).glob("*.db")):
            for value in _rows_of(database, asset):
                pieces = [value[k : k + _CODE] for k in range(0, len(value) - _CODE + 1, _CODE)]
                if len(pieces) > 1:
                    yield [whole, *(Stolen(part=p, bits=b) for p, b in zip(parts, pieces, strict=False))]


def pictures_in_clear(loot: Loot) -> Iterator[F64]:
    """Yield the luma, ``(64, 64)``, of whatever in the loot opens as a picture."""
    for data in loot.files.values():
        for magic in _PICTURES:
            at = data.find(magic)
            while at >= 0:
                with contextlib.suppress(Exception):  # random bytes make a decoder raise anything
                    yield small_luma(Image.open(io.BytesIO(data[at:])))
                at = data.find(magic, at + 1)


def small_luma(picture: Image.Image) -> F64:
    """Return the luma of a picture at ``(64, 64)``, 0..255, each sample the mean of what it covers."""
    return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)


def _tells(guess: Sequence[Stolen], codes: Sequence[Stolen]) -> bool:
    """Tell whether guessed codes agree with the true ones more, or less, than chance allows: six deviations.

    What is sealed agrees in half of its bits; drawing it would now and then beat one code of a plain picture by luck.
    """
    true = {code.part: code.bits for code in codes}
    ours, theirs = (b"".join(rows) for rows in zip(*((g.bits, true[g.part]) for g in guess), strict=True))
    bits = 8 * len(ours)
    differing = (int.from_bytes(ours, "big") ^ int.from_bytes(theirs, "big")).bit_count()
    return abs(differing - bits / 2) > _DEVIATIONS * math.sqrt(bits) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the thief reaches for one asset."""

    correlation: float
    """Of his best attempt."""
    attempts: int
    """How many he made."""
    codes_of_parts: int
    """Codes of parts of which he could read something, or which shine through what lies in their place."""


def best_score(loot: Loot, asset: str, codes: Sequence[Stolen], parts: Sequence[Part], luma: F64) -> Score:
    """Let the thief try everything on one asset.

    Args:
        loot: What was taken.
        asset: Its identifier.
        codes: The true codes, the whole frame's first.
        parts: In which order its codes of parts would be written.
        luma: The true picture, to score him: he does not know which of his attempts is best, and is given it.
    """
    clear = codes_in_clear(loot, codes)
    guessed, opened = list(guesses(loot, asset, codes[0], parts)), list(pictures_in_clear(loot))
    telling = [guess for guess in guessed if _tells(guess[1:], codes)]
    told = [redraw(clear), *map(redraw, telling), *opened]
    return Score(
        correlation=max(correlation(drawn, luma) for drawn in told),
        attempts=1 + len(guessed) + len(opened),
        codes_of_parts=len([c for c in clear if c.part != WHOLE]) + sum(len(guess) - 1 for guess in telling),
    )
