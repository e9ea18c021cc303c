"""What other tools' marks survive on the same files, as they are and after our registration, beside ours.

``python benchmarks/mark_peers.py --photos FOLDER --venv FOLDER --rows FILE [--count 12] [--slow 3]`` with photographs
of ``benchmarks/scenes.py``, brought to 1,024 px. The tools (``invisible-watermark``, ``blind-watermark``) are installed
in an environment of their own in ``--venv``. The two slow ones meet fewer photographs. ``--table`` prints the rows.

A tool names one recipient of 100,000, with a total false accusation of 1e-6, if so many of its bits are right that fair
bits would be with a probability of at most 1e-11: of 64 bits 58 or more, of 32 bits no number.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
import venv
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from mark_survival import AREA_LEAST_PX, GUILTY, KEY, SEED, Counted, photographs, pixels, rng, seconds
from mark_usual_leaks import USUAL, long_side
from measure import header, table
from rempart.attribute import trace
from rempart.kernels.luma import luma_plane
from rempart.kernels.registration import Registered, register
from rempart.kernels.variants import INVERTED
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import prepare

U8 = npt.NDArray[np.uint8]
WORKER: Final = Path(__file__).with_name("mark_peers_worker.py")
TOOLS: Final = ("invisible-watermark==0.2.0", "blind-watermark==0.4.4")
NEEDS: Final = ("numpy", "opencv-python-headless", "PyWavelets", "onnxruntime", "pillow")
PEERS: Final = {"dwtDct": 64, "dwtDctSvd": 64, "blind-watermark": 64, "rivaGan": 32}
SLOW: Final = ("blind-watermark", "rivaGan")
LONGEST_PX: Final = 1024
RECIPIENTS: Final = 100_000
ATTACKS: Final = (
    "JPEG 70",
    "JPEG 50",
    "JPEG 30",
    "half size",
    "crop to 70 %",
    "crop to 50 %",
    "turned by 5 degrees",
    "mirrored",
    "median of 5",
    "six stickers of 22 %",
    "photographed screen, 1280 px",
    "photographed print",
    "photographed screen, half of it, JPEG 30",
)


def needed(bits: int) -> int | None:
    """Return how many bits must be right to name one of 100,000 with a total of 1e-6; None if no number does."""
    for right in range(bits + 1):
        tail = sum(math.comb(bits, n) for n in range(right, bits + 1)) / 2**bits
        if tail * RECIPIENTS <= 1e-6:
            return right
    return None


def python_of(folder: Path) -> Path:
    """Make the tools' environment if it is not there, and return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        for what in (("--no-deps", *TOOLS), NEEDS):
            subprocess.run([python, "-m", "pip", "install", "-q", *what], check=True)
    return python


class Tools:
    """The worker, and the folder in which pictures are passed."""

    def __init__(self, python: Path, folder: Path) -> None:
        """Start it."""
        self._folder = folder
        process = subprocess.Popen([python, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError
        self._process, self._asked, self._said = process, process.stdin, process.stdout

    def ask(self, do: str, peer: str, picture: U8) -> dict[str, Any]:
        """Ask for one thing."""
        source, target = self._folder / "in.npy", self._folder / "out.npy"
        np.save(source, picture)
        self._asked.write(json.dumps({"do": do, "peer": peer, "from": str(source), "to": str(target)}) + "\n")
        self._asked.flush()
        return dict(json.loads(self._said.readline()))

    def embedded(self, peer: str, picture: U8) -> tuple[U8, float]:
        """Return a marked picture and the processor time."""
        answer = self.ask("embed", peer, picture)
        return np.load(self._folder / "out.npy"), answer["seconds"]

    def right(self, peer: str, picture: U8) -> int:
        """Return how many bits are read right; half of them if the tool fails."""
        answer = self.ask("read", peer, picture)
        bits = answer.get("bits")
        if bits is None:
            return PEERS[peer] // 2
        return sum(one == two for one, two in zip(bits, answer["wanted"], strict=True))

    def close(self) -> None:
        """End it."""
        self._asked.close()
        self._process.wait()


def registered(original: U8, leak: U8, found: Registered) -> U8:
    """Bring a leak onto its original, all colours, at its size; what it does not show is the original's."""
    size, flags = (original.shape[1], original.shape[0]), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    brought = cv2.warpPerspective(255 - leak if found.variant & INVERTED else leak, found.homography, size, flags=flags)
    shown = cv2.warpPerspective(np.full(leak.shape[:2], 255, np.uint8), found.homography, size, flags=flags)
    return np.where(shown[..., None] > 250, brought, original)


def run(photos: Path, tools: Tools, rows: Path, count: int, slow: int) -> None:
    """Mark, leak and read, and write a row for each photograph and tool."""
    done = {(row["picture"], row["peer"]) for row in _rows(rows)}
    chosen = [(p, long_side(pixels(p), LONGEST_PX)) for p in photographs(photos, 4 * count)]
    chosen = [one for one in chosen if one[1].shape[0] * one[1].shape[1] >= AREA_LEAST_PX]
    places = np.linspace(0, len(chosen) - 1, min(count, len(chosen))).round().astype(int)
    for number, (path, original) in enumerate(chosen[i] for i in places):
        places_of: dict[str, Registered | None] = {}
        for peer in ("rempart", *PEERS):
            if (path.stem, peer) in done or (peer in SLOW and number % (-(-count // slow)) != 0):
                continue
            row = ours(path, original) if peer == "rempart" else theirs(tools, peer, path, original, places_of)
            with rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"picture": path.stem, "peer": peer, **row}) + "\n")


def theirs(
    tools: Tools, peer: str, path: Path, original: U8, places_of: dict[str, Registered | None]
) -> dict[str, Any]:
    """Return what a tool reads right, as it is and after registration: once for all tools, who meet the same draws."""
    marked, spent = tools.embedded(peer, original)
    found = {"nothing": [tools.right(peer, marked)] * 2}
    for name in ATTACKS:
        leak = np.ascontiguousarray(USUAL[name](marked, rng(path.name, name)))
        if name not in places_of:
            places_of[name] = register(luma_plane(original), luma_plane(leak))
        place, as_is = places_of[name], tools.right(peer, leak)
        brought = tools.right(peer, registered(original, leak, place)) if place is not None else PEERS[peer] // 2
        found[name] = [as_is, brought]
    return {**_seen(original, marked, spent), "found": found}


def ours(path: Path, original: U8) -> dict[str, Any]:
    """Return the scores of our trace: the recipient's if it alone is accused, else 0."""
    book = Counted(RECIPIENTS, {GUILTY}, path.stem, "peers")
    before = seconds()
    marked = prepare(original, asset_key=KEY).copy_for(book.code(GUILTY))
    spent, found = seconds() - before, {}
    for name in ("nothing", *ATTACKS):
        leak = np.ascontiguousarray(USUAL[name](marked, rng(path.name, name)))
        accused = trace(original, leak, book, asset_key=KEY).accused
        found[name] = accused[0].score if [one.recipient for one in accused] == [GUILTY] else 0.0
    return {**_seen(original, marked, spent), "found": found}


def _seen(original: U8, marked: U8, spent: float) -> dict[str, float]:
    area = original.shape[0] * original.shape[1] / 1e6
    likeness = ssim(luma_plane(original), luma_plane(np.ascontiguousarray(marked)))
    return {"ssim": likeness, "psnr_db": psnr_db(original, marked), "s_per_mp": spent / area}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def print_table(path: Path) -> None:
    """Print what is seen of each mark, and what is read after each attack."""
    header("Marks of other tools on the same files", SEED)
    rows = _rows(path)
    of = {peer: [row for row in rows if row["peer"] == peer] for peer in ("rempart", *PEERS)}
    of = {peer: found for peer, found in of.items() if found}
    lines = []
    for peer, found in of.items():
        bits = PEERS.get(peer)
        figures = [median(row[name] for row in found) for name in ("psnr_db", "ssim", "s_per_mp")]
        asked = (
            "z of 7.12"
            if bits is None
            else f"{needed(bits)} of {bits} bits"
            if needed(bits)
            else f"more than {bits} bits"
        )
        lines.append((peer, len(found), f"{figures[0]:.1f}", f"{figures[1]:.4f}", f"{figures[2]:.2f}", asked))
    table(("tool", "photographs", "PSNR, dB", "SSIM", "embed, CPU s/MP", "one of 100,000 needs"), lines)
    print(
        "\nBits read right, as it is -> registered (how often that would name one of 100,000); ours: named, least z.\n"
    )
    names = ("nothing", *ATTACKS)
    table(("attack", *of), [(name, *(_cell(peer, name, found) for peer, found in of.items())) for name in names])


def _cell(peer: str, name: str, found: list[dict[str, Any]]) -> str:
    values = [row["found"][name] for row in found]
    if peer == "rempart":
        return f"{sum(v > 0 for v in values)} of {len(values)}, {min(values):.0f}"
    bits = PEERS[peer]
    level = needed(bits)
    parts = []
    for side in range(2):
        right = [v[side] for v in values]
        parts.append(f"{mean(right) / bits:.2f} ({sum(level is not None and r >= level for r in right)}/{len(right)})")
    return " -> ".join(parts)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--venv", type=Path)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--slow", type=int, default=3)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if not options.table:
        with tempfile.TemporaryDirectory() as folder:
            tools = Tools(python_of(options.venv), Path(folder))
            run(options.photos, tools, options.rows, options.count, options.slow)
            tools.close()
    print_table(options.rows)


if __name__ == "__main__":
    main()
