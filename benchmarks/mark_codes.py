"""Which codes and which scores catch the most of those who put copies together, at one bound on false accusations.

``python benchmarks/mark_codes.py simulated [--trials 40]`` on simulated symbols, and ``python benchmarks/mark_codes.py
real --photos FOLDER --rows FILE`` on symbols read from photographs of ``benchmarks/scenes.py``, collusions and JPEG 60;
``informed`` instead of ``real`` is for those who know how marks are made (``mark_informed.py``).

Codes: fair bits, or bits biased as Tardos' (J. ACM 55, 2008), with his cut-off or a milder one. Scores: the matched
filter, which of biased codes is the symmetric score of Skoric, Katzenbeisser and Celik (Designs, Codes and
Cryptography 46, 2008) over soft symbols, also after what the biases alone explain of the symbols is taken away; and the
log-likelihood of the interleaving attack (Laarhoven, IH&MMSec 2014), over soft symbols. Given the symbols and the
biases, the bits of an innocent code are independent, so every score is held to the same rigorous bound, Chernoff's:
a total of 1e-6 over 100,000 recipients. For fair bits and the matched filter, what the product does (Hoeffding's, a
little stricter) stands beside it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mark_informed import minority_of_coefficients
from mark_leaks import COLLUSIONS, jpeg
from mark_survival import KEY, SEED, TWO_MEGAPIXELS, photographs, pixels, rng
from mark_usual_leaks import USUAL_COLLUSIONS
from measure import header, table
from rempart.attribute import read_leak
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.mark import prepare

F64 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int8]
Random = np.random.Generator

#: Of the innocents of one trace, in all: 1e-6 over 100,000 recipients.
LOG_BOUND: Final = float(np.log(1e-6 / 1e5))
SIZES: Final = (2, 4, 8, 12, 20)
#: For what number of copies Tardos' cut-off and the log-likelihood are meant.
EXPECTED_COPIES: Final = 12
#: Deviation of the noise on symbols of 1: a lone copy scores 143, 101 and 55, and 110 to 130 is usual after JPEG 60.
NOISES: Final = (0.0, 1.0, 2.4)


class Code(NamedTuple):
    """A way to draw codes."""

    name: str
    cut: float
    """The least and, from 1, the largest bias; 0.5 for fair bits."""
    half_fair: bool = False
    """Whether every other symbol is fair."""

    def biases(self, random: Random) -> F64:
        """Draw how likely each symbol is to be 1: ``(SYMBOLS,) float64``."""
        if self.cut >= 0.5:
            return np.full(SYMBOLS, 0.5)
        edge = np.arcsin(np.sqrt(self.cut))
        drawn = np.asarray(np.sin(random.uniform(edge, np.pi / 2 - edge, SYMBOLS)) ** 2)
        if self.half_fair:
            drawn[::2] = 0.5
        return drawn


FAIR: Final = Code("fair", 0.5)
CODES: Final = (FAIR, Code("Tardos, cut 1/3600", 1 / (300 * EXPECTED_COPIES)), Code("Tardos, cut 1/20", 0.05))


#: Half and half, which no score of the others is made for: :func:`caught_mixed`.
MIXED: Final = Code("half fair, half Tardos", 1 / (300 * EXPECTED_COPIES), half_fair=True)


class Weights(NamedTuple):
    """What each symbol of a code adds to its score."""

    one: F64
    zero: F64


def matched(soft: F64, biases: F64) -> Weights:
    """Weigh by the symbol, in deviations of the bit: mean 0 and the same spread for every bias."""
    deviation = np.sqrt((1 - biases) / biases)
    return Weights(soft * deviation, -soft / deviation)


def centred(soft: F64, biases: F64) -> Weights:
    """Take away what the biases explain, then weigh as :func:`matched`."""
    lean = 2 * biases - 1
    explained = lean * (soft @ lean) / max(float(lean @ lean), 1e-12)
    return matched(soft - explained, biases)


def likely(soft: F64, biases: F64) -> Weights:
    """Weigh by the log-likelihood, where each symbol is one of the copies', as likely each: soft is half of its own."""
    ratio = np.exp(np.clip(2 * soft, -60, 60))
    none = np.log(biases * ratio + 1 - biases)
    share = 1 / EXPECTED_COPIES
    one, zero = biases + (1 - biases) * share, biases * (1 - share)
    return Weights(np.log(one * ratio + 1 - one) - none, np.log(zero * ratio + 1 - zero) - none)


SCORES: Final[dict[str, Callable[[F64, F64], Weights]]] = {"matched": matched, "centred": centred, "likelihood": likely}


def chernoff(weights: Weights, biases: F64, log_bound: float = LOG_BOUND) -> float:
    """Return the score that an innocent code exceeds with a probability of at most exp(log_bound).

    Of the cumulant function K of a score given everything but the code, ``P(score > K'(t)) <= exp(K(t) - t K'(t))``.
    """
    low, high = 0.0, 1.0
    while _exponent(weights, biases, high)[0] > log_bound and high < 1e9:
        low, high = high, high * 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _exponent(weights, biases, middle)[0] > log_bound else (low, middle)
    return _exponent(weights, biases, high)[1]


def _exponent(weights: Weights, biases: F64, t: float) -> tuple[float, float]:
    """Return the exponent of the bound and the score it is for."""
    one, zero = np.log(biases) + t * weights.one, np.log1p(-biases) + t * weights.zero
    every = np.logaddexp(one, zero)
    tilted = np.exp(one - every)
    slope = float((tilted * weights.one + (1 - tilted) * weights.zero).sum())
    return float(every.sum()) - t * slope, slope


def caught(codes: I8, soft: F64, biases: F64, score: Callable[[F64, F64], Weights]) -> int:
    """Count the codes that are above the bound: ``codes`` is ``(c, SYMBOLS) int8`` of -1 and 1."""
    weights = score(soft, biases)
    level = chernoff(weights, biases)
    return int((np.where(codes > 0, weights.one, weights.zero).sum(axis=1) >= level).sum())


def caught_by_product(codes: I8, soft: F64) -> int:
    """Count those that the product accuses: fair bits, matched filter, Hoeffding's bound."""
    return int((codes @ soft / np.sqrt(soft @ soft) >= np.sqrt(-2 * LOG_BOUND)).sum())


def caught_both_ways(codes: I8, soft: F64) -> int:
    """Count those that scores far from nothing either way would accuse: twice the tests."""
    return int((np.abs(codes @ soft) / np.sqrt(soft @ soft) >= np.sqrt(-2 * (LOG_BOUND - np.log(2)))).sum())


def caught_mixed(codes: I8, soft: F64, biases: F64) -> int:
    """Count those whom one of four tests accuses, each at a quarter of the bound: half fair, half Tardos' bits.

    The fair half both ways, the biased half, and all of it.
    """
    level = LOG_BOUND - float(np.log(4))
    fair = soft[::2]
    found = np.abs(codes[:, ::2] @ fair) / np.sqrt(fair @ fair) >= np.sqrt(-2 * level)
    for part in (slice(1, None, 2), slice(None)):
        weights = centred(soft[part], biases[part])
        scores = np.where(codes[:, part] > 0, weights.one, weights.zero).sum(axis=1)
        found |= scores >= chernoff(weights, biases[part], level)
    return int(found.sum())


def drawn(biases: F64, size: int, random: Random) -> I8:
    """Draw the codes of those who put their copies together."""
    return np.where(random.random((size, biases.size)) < biases, np.int8(1), np.int8(-1))


def _interleaved(codes: I8, random: Random) -> F64:
    chosen = random.integers(len(codes), size=codes.shape[1])
    return np.asarray(codes[chosen, np.arange(codes.shape[1])], np.float64)


def _minority(codes: I8, _: Random) -> F64:
    mean = codes.mean(axis=0)
    return np.asarray(np.where(np.abs(mean) == 1, mean, np.where(mean > 0, -1.0, 1.0)))


Collusion = Callable[[Sequence[npt.NDArray[np.uint8]], Random], npt.NDArray[np.uint8]]
#: Of those who look at pixels, and of those who know how marks are made.
PIXELS: Final[dict[str, Collusion]] = {**USUAL_COLLUSIONS, "minority extreme": COLLUSIONS["minority extreme"]}
INFORMED: Final[dict[str, Collusion]] = {"minority of coefficients": minority_of_coefficients}

#: What a symbol becomes: (H) one of the two values; (S) anything between.
SIMULATED: Final[dict[str, Callable[[I8, Random], F64]]] = {
    "average": lambda c, _: c.mean(axis=0),
    "nothing where they differ (least, most)": lambda c, _: np.where(np.abs(c.mean(axis=0)) == 1, c[0], 0).astype(
        float
    ),
    "majority (median)": lambda c, _: np.sign(c.mean(axis=0) + 1e-9),
    "one of them for each symbol": _interleaved,
    "minority": _minority,
}


def simulated(trials: int) -> None:
    """Print how many are caught of each number of copies, for symbols without noise and with more and more."""
    kinds = [(code, name) for code in CODES for name in SCORES if not (code is FAIR and name == "centred")]
    sizes = " / ".join(map(str, SIZES))
    header(f"Codes and scores, simulated: caught of {sizes}, means of {trials}", SEED)
    rows = []
    for noise in NOISES:
        for attack in SIMULATED:
            cells = []
            for code, name in kinds:
                found = [_mean(code, name, attack, size, noise, trials) for size in SIZES]
                cells.append(" / ".join(f"{n:.1f}".removesuffix(".0") for n in found))
            rows.append((attack, noise, *cells))
    table(("collusion", "noise", *(f"{code.name}, {name}" for code, name in kinds)), rows)


def _mean(code: Code, score: str, attack: str, size: int, noise: float, trials: int) -> float:
    total = 0
    for trial in range(trials):
        random = rng(code.name, attack, size, noise, trial)
        biases = code.biases(random)
        codes = drawn(biases, size, random)
        seen = SIMULATED[attack](codes, random) + random.normal(0, noise, SYMBOLS)
        # As a reading has them: the symbol over the noise's variance. Without noise, nearly sure of each.
        total += caught(codes, seen / noise**2 if noise else 4.0 * seen, biases, SCORES[score])
    return total / trials


def real(folder: Path, rows: Path, count: int, sizes: Sequence[int], ways: dict[str, Collusion]) -> None:
    """Put copies of photographs together, read them, and count who is caught by each code and score."""
    done = {tuple(row[:4]) for row in _rows(rows)}
    for path in photographs(folder, count, *TWO_MEGAPIXELS):
        prepared = prepare(pixels(path), asset_key=KEY)
        for size in sizes:
            for code in (CODES[0], CODES[2], CODES[1], MIXED):
                random = rng(path.name, size, code.name)
                biases = code.biases(random)
                codes = drawn(biases, size, random)
                copies = [prepared.copy_for(one) for one in codes]
                for way, join in ways.items():
                    if (path.stem, size, code.name, way) in done:
                        continue
                    leak = np.ascontiguousarray(jpeg(join(copies, rng(path.name, size, way)), 60))
                    soft = read_leak(prepared.image, leak, asset_key=KEY).soft
                    if code is MIXED:
                        found = {"any": caught_mixed(codes, soft, biases)}
                    else:
                        found = {name: caught(codes, soft, biases, score) for name, score in SCORES.items()}
                    if code is FAIR:
                        found["product"] = caught_by_product(codes, soft)
                        found["both ways"] = caught_both_ways(codes, soft)
                    with rows.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([path.stem, size, code.name, way, found]) + "\n")


def _rows(path: Path) -> list[list[Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def print_real(path: Path) -> None:
    """Print the least and the most caught on any photograph."""
    header("Codes and scores, copies of photographs put together, then JPEG 60: caught", SEED)
    found: dict[tuple[object, ...], list[dict[str, int]]] = {}
    for row in _rows(path):
        found.setdefault(tuple(row[1:4]), []).append(row[4])
    kinds = [(FAIR.name, name) for name in ("product", "both ways", "matched", "likelihood")]
    kinds += [(MIXED.name, "any"), *((code.name, name) for code in CODES[1:] for name in SCORES)]
    rows = []
    for size, way in dict.fromkeys((key[0], key[2]) for key in found):
        cells = []
        for code, name in kinds:
            counts = [one[name] for one in found.get((size, code, way), []) if name in one]
            cells.append(f"{min(counts)}-{max(counts)}" if counts else "")
        rows.append((size, way, *cells))
    table(("copies", "put together", *(f"{code}, {name}" for code, name in kinds)), rows)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("simulated", "real", "informed", "table"))
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--count", type=int, default=2)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.what == "simulated":
        simulated(options.trials)
    elif options.what == "real":
        real(options.photos, options.rows, options.count, (12, 20), PIXELS)
    elif options.what == "informed":
        real(options.photos, options.rows, options.count, (3, 4, 8, 12), INFORMED)
    if options.what in {"real", "informed", "table"}:
        print_real(options.rows)


if __name__ == "__main__":
    main()
