"""What a thief of the database and of every index file could redraw, against what one whole-frame code gives away.

``python benchmarks/inversion.py --corpus FOLDER [--pictures 24] [--assets 4]``: landscapes from Debian's packages (any
folder of pictures without people). First the price of codes of parts in the clear, which are not kept so: the same
decoder is given one code, 5, 15 (what ``detailed`` seals), 21 and 59. Then a real workspace with assets of each
protection is filled, scanned and robbed of all but its keys. It ends with 1 if any asset is redrawn better than from
its one whole-frame code, or if anything of a code of a part can be read.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
from PIL import Image

from measure import header, table
from recall import distinct
from redraw import F64, WHOLE, Part, Stolen, correlation, grid, redraw, similarity
from rempart.app.registering import Registered, Registering, Wish
from rempart.app.rights import accept_ground, add_owner, grant_consent, subject_of
from rempart.app.workspace import make_workspace, open_workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings, load_settings
from rempart.detect.tiles import asset_tiles
from rempart.kernels.pdq import pdq_dihedral
from rempart.model.asset import AssetProtection, ConsentScope, Depicts, GroundKind, Right, Sensitivity
from thief import Loot, Score, best_score, small_luma, steal

#: How far a correlation may be above the one code's: rounding of the same attempt, nothing more.
TOLERANCE: Final = 0.005
_RIGHT: Final = Right(depicts=Depicts.NOBODY, ground=GroundKind.OWN_WORK, adults_when_taken=True)
_WIDTH: Final = 1280
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Robbed:
    """One asset after the theft."""

    protection: AssetProtection
    """What was kept of it."""
    one_code: float
    """Correlation of what its whole-frame code gives."""
    thief: Score
    """The best that the thief drew."""

    @property
    def is_exposed(self) -> bool:
        """Tell whether he drew it better than from one code, or could with a better decoder: noise is no defence."""
        return self.thief.codes_of_parts > 0 or self.thief.correlation > self.one_code + TOLERANCE


def fixed_parts(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield fourteen boxes in pixels: the middle and the corners at 80 % of each side, a grid of nine at 60 %."""
    for fraction, is_grid in ((0.8, False), (0.6, True)):
        w, h = round(width * fraction), round(height * fraction)
        for y in (0.0, 0.5, 1.0):
            for x in (0.0, 0.5, 1.0):
                if is_grid or (x == 0.5) == (y == 0.5):
                    left, top = round(x * (width - w)), round(y * (height - h))
                    yield (left, top, left + w, top + h)


def detailed_parts(width: int, height: int) -> list[Part]:
    """Return the parts whose codes ``detailed`` protection makes, as fractions."""
    sides = (width, height, width, height)
    left_to_bottom = [tuple(k / side for k, side in zip(box, sides, strict=True)) for box in fixed_parts(width, height)]
    return cast("list[Part]", left_to_bottom)


def layouts(width: int, height: int) -> dict[str, list[Part]]:
    """Return the sets of codes that are tried, by name; the whole frame is in each."""
    detailed = detailed_parts(width, height)
    return {
        "1, the whole frame": [WHOLE],
        "5": [WHOLE, *grid(2, 0.7)],
        "15, as ``detailed`` makes": [WHOLE, *detailed],
        "21": [WHOLE, *grid(2, 0.6), *grid(4, 0.4)],
        "59": [WHOLE, *grid(3, 0.6), *grid(7, 0.3)],
    }


def codes_of(picture: Image.Image, parts: Sequence[Part]) -> list[Stolen]:
    """Return the true codes of some parts."""
    pixels = np.array(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    codes = []
    for part in parts:
        left, top, right, bottom = (round(k * side) for k, side in zip(part, (width, height) * 2, strict=True))
        bits, _ = pdq_dihedral(np.ascontiguousarray(pixels[top:bottom, left:right]))
        codes.append(Stolen(part=part, bits=bits[0].tobytes()))
    return codes


def tile_codes(picture: Image.Image) -> list[Stolen]:
    """Return the codes of a picture's tiles, which stand where something stands out (``rempart.detect.tiles``)."""
    tiles = asset_tiles(np.array(picture.convert("L")))
    x, y, side, _ = np.frombuffer(tiles.points, "<f4").astype(np.float64).reshape(-1, 4).T
    edges = np.stack([(x - side / 2) / tiles.width, (y - side / 2) / tiles.height], axis=1)
    ends = np.stack([(x + side / 2) / tiles.width, (y + side / 2) / tiles.height], axis=1)
    places = cast("list[Part]", [tuple(row) for row in np.concatenate([edges, ends], axis=1).tolist()])
    return [Stolen(part=p, bits=tiles.codes[32 * k : 32 * k + 32]) for k, p in enumerate(places)]


def fill(folder: Path, pictures: dict[AssetProtection, list[Path]]) -> tuple[Settings, dict[str, Path]]:
    """Make a workspace with some pictures under each protection, scan them all, and leave it.

    Returns:
        Its settings, and the file of each asset.
    """
    flags = {"workspace.folder": str(folder), "workspace.user": "oscar", "hazmat.workers": 1}
    settings = load_settings(environment={}, flags=flags).settings
    make_workspace(settings)
    assets: dict[str, Path] = {}
    with open_workspace(settings) as workspace:
        owner = add_owner(workspace, "nadia", contact="", right=_RIGHT, language="en")
        accept_ground(workspace, "nadia", "anne")
        subject = subject_of(workspace, "nadia")
        for scope in (ConsentScope.MATCH, ConsentScope.DETAILED):
            grant_consent(workspace, subject, scope, "en")
        for protection, paths in pictures.items():
            wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=protection)
            for path in paths:
                with Registering(workspace, wish, [path], settings) as work:
                    assets |= {e.asset: path for e in work.events() if isinstance(e, Registered)}
        everything = [path for paths in pictures.values() for path in paths]
        with WorkspaceScan(workspace, everything, settings) as scan:  # whatever a scan leaves behind is stolen too
            for _ in scan.events():
                pass
    return settings, assets


def robbed(loot: Loot, asset: str, path: Path, protection: AssetProtection) -> Robbed:
    """Score the thief on one asset."""
    picture = Image.open(path)
    luma = small_luma(picture)
    every = layouts(*picture.size).values()
    codes = codes_of(picture, list(dict.fromkeys(part for parts in every for part in parts))) + tile_codes(picture)
    score = best_score(loot, asset, codes, detailed_parts(*picture.size), luma)
    alone = correlation(redraw(codes[:1]), luma)
    return Robbed(protection=protection, one_code=alone, thief=score)


def rob(pictures: dict[AssetProtection, list[Path]], folder: Path) -> tuple[Loot, list[Robbed]]:
    """Fill a workspace, rob it, and score the thief on every asset."""
    _, assets = fill(folder, pictures)
    loot = steal(folder)
    protection_of = {path: protection for protection, paths in pictures.items() for path in paths}
    return loot, [robbed(loot, asset, path, protection_of[path]) for asset, path in assets.items()]


def prices(paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """Measure what codes of parts would give away in the clear."""
    opened = [Image.open(path) for path in paths]
    lumas: list[F64] = [small_luma(picture) for picture in opened]
    rows: list[tuple[str, ...]] = []
    tiles = "1, and the tiles of ``rempart.detect.tiles``"
    for name in (*layouts(100, 100), tiles):
        stolen = [
            codes_of(p, layouts(*p.size).get(name, [WHOLE])) + (tile_codes(p) if name == tiles else []) for p in opened
        ]
        drawn = [redraw(codes) for codes in stolen]
        scores = [correlation(d, luma) for d, luma in zip(drawn, lumas, strict=True)]
        likeness = [similarity(d, luma) for d, luma in zip(drawn, lumas, strict=True)]
        span = f"{min(scores):.2f} to {max(scores):.2f}"
        rows.append((name, f"{statistics.mean(scores):.3f}", span, f"{statistics.mean(likeness):.3f}"))
    return rows


def prepare(corpus: Path, count: int, folder: Path) -> list[Path]:
    """Write the first scenes that are not alike, 1280 pixels wide."""
    found = sorted(p for p in corpus.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
    small = []
    for number, path in enumerate(found):
        picture = Image.open(path).convert("RGB")
        if picture.width >= _WIDTH // 2:
            height = round(picture.height * _WIDTH / picture.width)
            target = folder / f"{number:04d}.jpg"
            picture.resize((_WIDTH, height), Image.Resampling.LANCZOS).save(target, quality=90)
            small.append(target)
    return distinct(small, count)[0]


def main() -> int:
    """Measure and print; 1 if an asset is exposed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--assets", type=int, default=4, help="of each protection")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = prepare(options.corpus, options.pictures, folder)
        header(f"Redrawn from codes in the clear: {len(paths)} photographs")
        table(("codes", "correlation, mean", "least to largest", "SSIM, mean"), prices(paths))
        kinds, many = list(AssetProtection), options.assets
        chosen = {kind: paths[k * many : (k + 1) * many] for k, kind in enumerate(kinds)}
        loot, results = rob(chosen, folder / "workspace")
    header(f"A workspace robbed of all but its keys: {len(loot.files)} files, {loot.size:,} bytes")
    rows = []
    for kind in kinds:
        of_kind = [r for r in results if r.protection is kind]
        one, thief = (
            statistics.mean(s) for s in zip(*((r.one_code, r.thief.correlation) for r in of_kind), strict=True)
        )
        excess = max(r.thief.correlation - r.one_code for r in of_kind)
        readable, tried = (
            sum(s) for s in zip(*((r.thief.codes_of_parts, r.thief.attempts) for r in of_kind), strict=True)
        )
        rows.append((kind, len(of_kind), readable, tried, f"{one:.3f}", f"{thief:.3f}", f"{excess:+.3f}"))
    table(
        (
            "protection",
            "assets",
            "codes of parts readable",
            "attempts",
            "from one code",
            "by the thief",
            "largest excess",
        ),
        rows,
    )
    exposed = sum(r.is_exposed for r in results)
    print(f"\n{exposed} of {len(results)} assets give away more than one whole-frame code.")
    return int(exposed > 0)


if __name__ == "__main__":
    sys.exit(main())
