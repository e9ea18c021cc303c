"""Gather independent scenes from Debian's packages, one picture of each, split once into those that tune and judge.

``python benchmarks/scenes.py --out FOLDER`` downloads the packages that ``scenes.csv`` names with apt-get, unpacks them
without installing anything, checks each file against its SHA-256 and writes JPEGs of 2000 px at most. No picture of it
is ever committed. The list holds one picture of each scene: sizes, colours, cuts and copies of one picture were found
by PDQ over turns and mirrors and by geometric agreement of SIFT features, and looked at. A thing that is shown in two
photographs (a monument, an animal) is two scenes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from PIL import Image

LIST = Path(__file__).with_suffix(".csv")
GROUPS = ("photo", "drawing", "texture")
LONG_SIDE = 2000
QUALITY = 95
TUNE_OF_TEN = 4

Split = Literal["tune", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the list."""

    package: str
    """The Debian package that holds the picture."""
    path: str
    """The file in it; ``file.rcc#N`` is the N-th resource of a compiled Qt collection."""
    sha256: str
    """Of the picture's bytes; the split and the name follow from it."""
    group: str
    """``photo`` (photographs and paintings), ``drawing`` (clip art, abstract wallpapers) or ``texture``."""

    @property
    def split(self) -> Split:
        """``tune``, where thresholds are set and nothing is reported, or ``judge``, for ever."""
        return "tune" if int(self.sha256[:8], 16) % 10 < TUNE_OF_TEN else "judge"

    @property
    def name(self) -> str:
        """The picture's file name once it is written."""
        return f"{self.group}-{self.sha256[:12]}.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One scene that is written."""

    name: str
    """Its file name without the ending."""
    path: Path
    """Its JPEG."""


def entries() -> list[Entry]:
    """Return the list."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        return [Entry(**row) for row in csv.DictReader(lines)]


def load_scenes(folder: Path, split: Split, group: str = "photo") -> list[Scene]:
    """Return the scenes of one split and group that are in a folder that this script wrote, by name."""
    chosen = sorted(entry.name for entry in entries() if entry.split == split and entry.group == group)
    paths = [folder / name for name in chosen]
    return [Scene(name=path.stem, path=path) for path in paths if path.exists()]


def unpack(packages: list[str], folder: Path) -> None:
    """Download and unpack each package into a folder of its own name, where that is not done yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in packages:
        if (folder / "files" / name).is_dir():
            continue
        if not list(folder.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "download", "-qq", name], cwd=folder, check=True)
        archive = next(folder.glob(f"{name}_*.deb"))
        target = folder / "files" / name
        target.mkdir(parents=True)
        subprocess.run(["dpkg", "-x", archive, target], check=True)


def resources(collection: bytes) -> Iterator[bytes]:
    """Yield the resources of a compiled Qt collection, each stored after its size (qresource.cpp: ``qres`` format).

    Raises:
        ValueError: The bytes are no such collection.
    """
    if collection[:4] != b"qres":
        message = "The file is not a compiled Qt collection."
        raise ValueError(message)
    _, tree, at, names = struct.unpack(">4I", collection[4:20])
    end = min(place for place in (tree, names, len(collection)) if place > at)
    while at + 4 < end:
        (size,) = struct.unpack(">I", collection[at : at + 4])
        yield collection[at + 4 : at + 4 + size]
        at += 4 + size


def read(entry: Entry, files: Path) -> bytes:
    """Return the bytes of one picture.

    Raises:
        ValueError: It is not the picture that the list means.
        OSError: It is not there.
    """
    path, _, number = entry.path.partition("#")
    content = (files / entry.package / path).read_bytes()
    if number:
        content = next(islice(resources(content), int(number), None), b"")
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        message = f"{entry.package} now has another {entry.path}."
        raise ValueError(message)
    return content


def upright(content: bytes) -> Image.Image:
    """Decode a picture, put what is transparent on white, and bring it to 2000 px at most."""
    picture: Image.Image = Image.open(io.BytesIO(content))
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        ground.alpha_composite(layered)
        picture = ground
    picture = picture.convert("RGB")
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return picture


def write(out: Path, files: Path) -> Counter[tuple[str, str]]:
    """Write every scene that can be read; those that cannot are named on the error output."""
    written: Counter[tuple[str, str]] = Counter()
    out.mkdir(parents=True, exist_ok=True)
    for entry in entries():
        if not (out / entry.name).exists():
            try:
                upright(read(entry, files)).save(out / entry.name, quality=QUALITY)
            except (OSError, ValueError) as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
        written[entry.group, entry.split] += 1
    return written


def main() -> None:
    """Write the scenes and say how many there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--packages", type=Path, help="where to keep the packages; FOLDER-packages by default")
    options = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    packages = options.packages or options.out.with_name(options.out.name + "-packages")
    unpack(sorted({entry.package for entry in entries()}), packages)
    written = write(options.out, packages / "files")
    print("group     split   scenes   independent pairs")
    for group in GROUPS:
        for split in ("tune", "judge"):
            count = written[group, split]
            print(f"{group:9} {split:6} {count:7} {count * (count - 1) // 2:19,}")


if __name__ == "__main__":
    main()
