"""How many leaks are traced to the copy they were made from, and how much of the mark is to be seen.

``python benchmarks/mark_survival.py WHAT --photos FOLDER --rows FOLDER`` with photographs of ``benchmarks/scenes.py``
and WHAT one of ``usual`` (25 usual attacks), ``own`` (leaks of our own), ``innocent`` (nothing to find), ``together``
(8 and 12 copies put together) and ``sets`` (20 thumbnails); ``table`` prints what the rows say. Each row is written
when it is known, and a run that was cut goes on. ``--symbols FOLDER`` keeps what was read, for ``mark_innocents.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mark_leaks import COLLUSIONS, LEAKS, jpeg, within
from mark_survival_table import print_tables
from mark_usual_leaks import USUAL, USUAL_COLLUSIONS
from rempart.attribute import Codebook, Leak, LeakReading, conclude, read_leak, trace_set
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import Prepared, prepare
from rempart.model import Attribution
from scenes import load_scenes

U8 = npt.NDArray[np.uint8]
SEED: Final = 20_261_122
KEY, OTHER_KEY, GUILTY = bytes(range(32)), bytes(range(2, 34)), 4127
#: A photograph meets every third leak, then every photograph the next third: a run that is cut has seen some of all.
_PASSES: Final = 3
#: Scores of innocents that are counted.
TAIL: Final = (3.0, 4.0, 5.0)
AREA_LEAST_PX: Final = 600_000
TWO_MEGAPIXELS: Final = (1_900_000, 2_700_000)
#: Grey levels: a block of 8 x 8 pixels that spreads by less is flat.
_FLAT: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trace."""

    picture: str
    """Its name."""
    leak: str
    """What was done to the copy."""
    guilty: int
    """How many copies it was made from."""
    right: int
    """How many of them were accused."""
    wrong: int
    """How many others were."""
    z: float
    """The least score of an accused copy; 0 without one."""
    verdict: str
    """Of the trace."""
    seconds: float
    """Processor time of the trace."""
    tests: int = 0
    """Innocent recipients that were scored."""
    tail: tuple[int, ...] = ()
    """How many of them scored 3, 4, 5 and more."""
    highest: float = 0.0
    """The highest score of any of them."""
    figures: dict[str, float] = field(default_factory=dict)
    """Of the copy itself."""


class Counted(Codebook):
    """Codes of one trace alone, which keeps count of what innocent recipients score."""

    __slots__ = ("guilty", "highest", "tail", "tests")

    def __init__(self, recipients: int, guilty: set[int], *names: str) -> None:
        """Take a seed that is the trace's own: no innocent is tested twice."""
        super().__init__(hashlib.sha256(repr((SEED, names)).encode()).digest(), recipients)
        self.guilty, self.tests, self.tail, self.highest = guilty, 0, (0,) * len(TAIL), 0.0

    def correlations(self, soft: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """Score everybody, and count."""
        found = super().correlations(soft)
        scores = np.delete(found, sorted(self.guilty)) / np.sqrt(soft @ soft)
        self.tests += scores.size
        self.tail = tuple(n + int((scores >= z).sum()) for n, z in zip(self.tail, TAIL, strict=True))
        self.highest = max(self.highest, float(scores.max()))
        return found


def flat_share(luma: U8) -> float:
    """Return the share of blocks of 8 x 8 that are flat."""
    height, width = (n // 8 * 8 for n in luma.shape)
    blocks = luma[:height, :width].astype(np.float32).reshape(height // 8, 8, width // 8, 8)
    return float((blocks.std(axis=(1, 3)) < _FLAT).mean())


def photographs(folder: Path, count: int, least_px: int = AREA_LEAST_PX, most_px: int = 1 << 24) -> list[Path]:
    """Choose so many photographs of the judging half, spread from the smoothest to the most textured."""
    found = []
    for one in load_scenes(folder, "judge"):
        with Image.open(one.path) as image:
            if least_px <= image.width * image.height <= most_px:
                found.append((flat_share(np.asarray(image.convert("L"))), one.path))
    found.sort()
    places = np.linspace(0, len(found) - 1, min(count, len(found))).round().astype(int)
    return [found[i][1] for i in places]


def seconds() -> float:
    """Return the processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rng(*names: object) -> np.random.Generator:
    """Return the generator of a picture and what is done to it."""
    return np.random.default_rng([SEED, zlib.crc32(repr(names).encode())])


def pixels(path: Path) -> U8:
    """Read a photograph."""
    return np.array(Image.open(path).convert("RGB"))


class Rows:
    """A file of rows that grows, and the symbols that were read for them."""

    def __init__(self, folder: Path, what: str, symbols: Path | None) -> None:
        """Open the rows of one part."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path, self._symbols = folder / f"{what}.jsonl", symbols
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        self._done = {(row["picture"], row["leak"]) for row in map(json.loads, lines)}

    def has(self, picture: str, leak: str) -> bool:
        """Tell whether a row is there."""
        return (picture, leak) in self._done

    def add(self, row: Row) -> None:
        """Write one row."""
        self._done.add((row.picture, row.leak))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")

    def keep(self, name: str, reading: LeakReading) -> None:
        """Keep what was read, in 8 bits a symbol: any symbols are as good as any others to count innocents by."""
        most = float(np.abs(reading.soft).max())
        if self._symbols is not None and most > 0:
            self._symbols.mkdir(parents=True, exist_ok=True)
            stem = f"{zlib.crc32(name.encode()):08x}"
            np.save(self._symbols / f"{stem}.npy", np.round(reading.soft / most * 127).astype(np.int8))


def traced(rows: Rows, original: U8, leak: U8, names: tuple[str, str], book: Counted) -> None:
    """Trace one leak, exactly as ``trace`` does, and write its row."""
    before = seconds()
    reading = read_leak(original, np.ascontiguousarray(leak), asset_key=KEY)
    answer = conclude([(reading, book)])
    spent = seconds() - before
    rows.keep("/".join(names), reading)
    rows.add(row_of(answer, names, book, spent))


def row_of(answer: Attribution, names: tuple[str, str], book: Counted, spent: float) -> Row:
    """Return the row of an answer."""
    accused = {one.recipient for one in answer.accused}
    return Row(
        picture=names[0],
        leak=names[1],
        guilty=len(book.guilty),
        right=len(accused & book.guilty),
        wrong=len(accused - book.guilty),
        z=min((one.score for one in answer.accused), default=0.0),
        verdict=answer.verdict.value,
        seconds=spent,
        tests=book.tests,
        tail=book.tail,
        highest=book.highest,
    )


def survival(rows: Rows, paths: list[Path], what: str, recipients: int) -> None:
    """Trace copies of each photograph through every leak of one kind."""
    leaks = list((USUAL if what == "usual" else LEAKS).items())
    for turn in range(_PASSES):
        for number, path in enumerate(paths):
            todo = [leaks[i] for i in range(len(leaks)) if (i + number) % _PASSES == turn]
            todo = [one for one in todo if not rows.has(path.stem, one[0])]
            if not todo:
                continue
            prepared = embedded(rows, path, recipients)
            for name, done in todo:
                names = (path.stem, name)
                book = Counted(recipients, {GUILTY}, *names)
                copy = prepared.copy_for(book.code(GUILTY))
                traced(rows, prepared.image, done(copy, rng(path.name, name)), names, book)


def embedded(rows: Rows, path: Path, recipients: int) -> Prepared:
    """Prepare a photograph, and write what a copy costs it."""
    original = pixels(path)
    before = seconds()
    prepared = prepare(original, asset_key=KEY)
    copy = prepared.copy_for(Counted(recipients, set(), path.stem).code(GUILTY))
    spent = seconds() - before
    if not rows.has(path.stem, ""):
        luma, area = luma_plane(original), original.shape[0] * original.shape[1] / 1e6
        figures = {"ssim": ssim(luma, luma_plane(copy)), "psnr_db": psnr_db(original, copy)}
        figures |= {"s_per_mp": spent / area, "flat": flat_share(luma), "mp": area}
        rows.add(
            Row(picture=path.stem, leak="", guilty=0, right=0, wrong=0, z=0, verdict="", seconds=spent, figures=figures)
        )
    return prepared


def innocents(rows: Rows, paths: list[Path], recipients: int) -> None:
    """Trace what was not made from a copy of this picture under this key."""
    others = paths[1:] + paths[:1]
    for path, other in zip(paths, others, strict=True):
        original = pixels(path)
        for name in ("JPEG 70", "photographed screen, 1280 px"):
            for kind in ("unmarked", "another key", "another photograph"):
                names = (path.stem, f"{kind}; {name}")
                if rows.has(*names):
                    continue
                book = Counted(recipients, set(), *names)
                given = innocent(kind, original, other, book)
                traced(rows, original, USUAL[name](given, rng(*names)), names, book)


def innocent(kind: str, original: U8, other: Path, book: Codebook) -> U8:
    """Return a picture that nobody was given as a copy of this original."""
    if kind == "unmarked":
        return original
    picture, key = (original, OTHER_KEY) if kind == "another key" else (pixels(other), KEY)
    return prepare(picture, asset_key=key).copy_for(book.code(GUILTY))


def together(rows: Rows, paths: list[Path], recipients: int) -> None:
    """Put 8 and 12 copies of each photograph of 2 megapixels together, and compress."""
    ways = {**USUAL_COLLUSIONS, "minority extreme (own)": COLLUSIONS["minority extreme"]}
    for path in paths:
        prepared = prepare(pixels(path), asset_key=KEY)
        for size in (8, 12):
            for name, done in ways.items():
                names = (path.stem, f"{size} copies, {name}")
                if rows.has(*names):
                    continue
                book = Counted(recipients, set(range(100, 100 + size)), *names)
                copies = [prepared.copy_for(book.code(i)) for i in sorted(book.guilty)]
                traced(rows, prepared.image, jpeg(done(copies, rng(*names)), 60), names, book)


def sets(rows: Rows, paths: list[Path], recipients: int) -> None:
    """Trace thumbnails of twenty photographs of one set, together."""
    for number, start in enumerate(range(0, len(paths) - 19, 10)):
        for longest, quality in ((320, 70), (160, 40)):
            names = (f"set {number}", f"20 thumbnails of {longest} px, JPEG {quality}")
            if rows.has(*names):
                continue
            leaks, book = [], Counted(recipients, {GUILTY}, *names)
            for place, path in enumerate(paths[start : start + 20]):
                original, key = pixels(path), bytes([place]) * 32
                copy = prepare(original, asset_key=key).copy_for(book.code(GUILTY))
                thumb = np.ascontiguousarray(jpeg(within(copy, longest), quality))
                leaks.append(Leak(original=original, leak=thumb, codebook=book, asset_key=key))
            before = seconds()
            answer = trace_set(leaks)
            rows.add(row_of(answer, names, book, seconds() - before))


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("usual", "own", "innocent", "together", "sets", "table"))
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--symbols", type=Path)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--recipients", type=int, default=100_000)
    options = parser.parse_args()
    if options.what == "table":
        print_tables(options.rows, SEED)
        return
    cv2.setNumThreads(1)
    rows = Rows(options.rows, options.what, options.symbols)
    if options.what == "together":
        together(rows, photographs(options.photos, min(options.count, 10), *TWO_MEGAPIXELS), options.recipients)
        return
    paths = photographs(options.photos, options.count)
    # In an order that is no longer that of texture: a run that is cut has seen some of each.
    paths = [paths[i] for i in np.random.default_rng(SEED).permutation(len(paths))]
    if options.what == "innocent":
        innocents(rows, paths, options.recipients)
    elif options.what == "sets":
        sets(rows, paths, options.recipients)
    else:
        survival(rows, paths, options.what, options.recipients)


if __name__ == "__main__":
    main()
