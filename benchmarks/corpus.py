"""Make a corpus of photographs without private people: wallpapers from Debian packages, cut into JPEGs of about 2 MP.

``python benchmarks/corpus.py --out FOLDER [--count 500]`` downloads the packages with apt-get, unpacks them without
installing anything, and writes ``0000.jpg`` and so on. Nothing of it is ever committed. Where apt-get cannot be used,
``--made`` makes scenes in code instead, and the file ``ORIGIN`` says which it was.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from pictures import scene

SEED = 20_261_121
PACKAGES = (
    "gnome-backgrounds",
    "plasma-workspace-wallpapers",
    "mate-backgrounds",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "ukui-wallpapers",
)
WIDTH, HEIGHT = 1920, 1080


def unpack(folder: Path) -> list[Path]:
    """Download and unpack the packages, and return their pictures of a megapixel and more, one of each scene."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        if not list(folder.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "download", "-qq", name], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder / "files"], check=True)
    return sorted(p for p in (folder / "files").rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})


def parts(pictures: list[Path]) -> Iterator[Image.Image]:
    """Yield parts of 1920 x 1080 that do not overlap; a picture of 4K gives four."""
    Image.MAX_IMAGE_PIXELS = None
    for path in pictures:
        picture = Image.open(path).convert("RGB")
        for y in range(0, picture.height - HEIGHT + 1, HEIGHT):
            for x in range(0, picture.width - WIDTH + 1, WIDTH):
                yield picture.crop((x, y, x + WIDTH, y + HEIGHT))


def write(out: Path, scenes: Iterator[Image.Image], count: int) -> int:
    """Write JPEGs of various qualities until there are enough; scenes that run out come again at other qualities."""
    shuffle = random.Random(SEED)
    written, seen = 0, []
    for picture in scenes:
        path = out / f"{written:04d}.jpg"
        picture.save(path, quality=shuffle.randint(75, 95))
        seen.append(path)
        written += 1
        if written == count:
            return len(seen)
    for number in range(written, count):
        again = Image.open(shuffle.choice(seen))
        again.save(out / f"{number:04d}.jpg", quality=shuffle.randint(60, 95))
    return len(seen)


def main() -> None:
    """Make the corpus."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--made", action="store_true", help="scenes made in code instead of photographs")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.made:
        scenes: Iterator[Image.Image] = (scene(SEED + k, WIDTH, HEIGHT) for k in range(min(options.count, 100)))
    else:
        scenes = parts(unpack(options.out.with_name(options.out.name + "-packages")))
    distinct = write(options.out, scenes, options.count)
    origin = "scenes made in code" if options.made else f"Debian packages {', '.join(PACKAGES)}"
    (options.out / "ORIGIN").write_text(f"{options.count} files, {distinct} distinct scenes, {origin}\n")
    print((options.out / "ORIGIN").read_text(), end="")


if __name__ == "__main__":
    main()
