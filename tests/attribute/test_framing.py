"""What somebody without the keys cannot do: make a leak that accuses a recipient whose copy she never had.

The claim is docs/how-to.md's; here it is attacked. The forger knows the algorithm, has copies of her own and of others
of another picture, and may put anything at all into the symbols. She lacks the asset's key and the seed of the codes.
Who has the victim's own copy needs no forgery, and who has the keys can make it: neither is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import pictures
from rempart.attribute import Codebook, Leak, LeakReading, conclude, trace, trace_set
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.mark import prepare
from rempart.model import AttributionVerdict

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
KEY, OTHER_KEY, SEED = bytes(range(32)), bytes(range(2, 34)), bytes(range(1, 33))
BOOK = Codebook(SEED, 20_000)
#: The forger's own copies, and the recipient whose copies of another picture she found.
OWN, VICTIM = (7, 11, 4_000), 412


@cache
def original(seed: int = 5) -> U8:
    """Return a made picture."""
    return np.asarray(pictures.scene(seed, 480, 360))


@cache
def copies() -> tuple[F32, ...]:
    """Return the forger's copies."""
    ready = prepare(original(), asset_key=KEY)
    return tuple(ready.copy_for(BOOK.code(i)).astype(np.float32) for i in OWN)


@cache
def residual_of_victim() -> F32:
    """Return what seems added to the victim's copy of another picture, of other keys: all that can be carried over."""
    found = prepare(original(9), asset_key=OTHER_KEY).copy_for(Codebook(OTHER_KEY, 20_000).code(VICTIM))
    return np.asarray(found - cv2.GaussianBlur(found.astype(np.float32), (0, 0), 1.2), np.float32)


def clipped(picture: npt.NDArray[np.floating]) -> U8:
    """Make a picture of numbers."""
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def noise(seed: int, size: float) -> F64:
    """Return noise as large as the picture."""
    return np.random.default_rng(seed).normal(0, size, original().shape)


def patched() -> F32:
    """Take each patch from another copy."""
    picked = np.random.default_rng(2).integers(0, len(OWN), (45, 60)).repeat(8, axis=0).repeat(8, axis=1)
    return np.asarray(np.choose(picked[..., None], copies()), np.float32)


def furthest() -> F32:
    """Take, of each pixel, what is furthest from the mean."""
    stack = np.stack(copies())
    far = np.abs(stack - stack.mean(axis=0)).argmax(axis=0)
    return np.asarray(np.take_along_axis(stack, far[None], axis=0)[0], np.float32)


FORGED: dict[str, Callable[[], npt.NDArray[np.floating]]] = {
    "mean of her copies": lambda: np.mean(copies(), axis=0),
    "patches of her copies": patched,
    "furthest of her copies": furthest,
    "more of one than it is": lambda: copies()[0] + 3 * (copies()[0] - copies()[1]),
    "her residual, negated": lambda: 2 * np.mean(copies(), axis=0) - copies()[0],
    "the difference of two, alone and loud": lambda: np.mean(copies(), axis=0) - 8 * (copies()[0] - copies()[1]),
    "the victim's residual of another picture": lambda: copies()[0] + 4 * residual_of_victim(),
    "that residual, negated": lambda: copies()[0] - 4 * residual_of_victim(),
    "another key's mark of the victim's number": lambda: (
        prepare(original(), asset_key=OTHER_KEY).copy_for(BOOK.code(VICTIM)).astype(np.float32)
    ),
    "loud noise": lambda: copies()[0] + noise(3, 24),
    "loud noise of few frequencies": lambda: copies()[0] + 3 * cv2.GaussianBlur(noise(4, 24), (0, 0), 2),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_made_of_her_own_copies_accuses_only_her(forge: Callable[[], npt.NDArray[np.floating]]) -> None:
    """Nobody else of 20,000, whatever she adds, takes away or carries over."""
    found = trace(original(), clipped(forge()), BOOK, asset_key=KEY)

    assert {one.recipient for one in found.accused} <= set(OWN)
    assert found.verdict is not AttributionVerdict.NOT_REGISTERED  # it was compared: the forgery did not just fail


def test_a_set_of_forgeries_adds_up_to_nobody_else() -> None:
    """Four loud ones of one set, with nothing of a copy in them: the sum is scored, and bounded, as one is."""
    fakes = [clipped(original() + noise(s, 12)) for s in range(4)]

    leaks = [Leak(original=original(), leak=fake, codebook=BOOK, asset_key=KEY) for fake in fakes]

    assert trace_set(leaks).accused == ()


def symbols(kind: int, rng: np.random.Generator) -> F64:
    """Choose symbols as an adversary could who writes them at will, but for the codes: loud, sparse, tied, few."""
    match kind:
        case 0:
            return np.where(rng.normal(size=SYMBOLS) > 0, 1.0, -1.0)
        case 1:
            return np.asarray(rng.standard_cauchy(SYMBOLS))
        case 2:
            return np.where(np.arange(SYMBOLS) < 64, rng.normal(size=SYMBOLS), 0.0)
        case 3:  # another book's code: that of a number, as good as any guess
            return Codebook(rng.bytes(32), 1).code(0).astype(np.float64)
        case 4:  # what her own copies say, each as loud as she likes, added
            loud = rng.normal(0, 9, len(OWN))
            said = np.stack([BOOK.code(i) for i in OWN]).astype(np.float64)
            return np.asarray(loud @ said + rng.normal(size=SYMBOLS))
        case _:  # her codes multiplied and shifted: if codes had structure, this would find it
            first, second = BOOK.code(OWN[0]).astype(np.float64), BOOK.code(OWN[1]).astype(np.float64)
            return first * second * BOOK.code(OWN[2]) + np.roll(first, 128 * int(rng.integers(1, 160)))


def test_a_population_of_innocents_scores_under_the_bound_whatever_the_symbols() -> None:
    """A million scores of innocents against symbols of six kinds: tails at 3, 4 and 5 under exp(-z^2 / 2), none above.

    Of fair scores the tails are far under: a mean of 0, a spread of 1, whichever the kind.
    """
    rng = np.random.default_rng(20261122)
    innocent = np.setdiff1d(np.arange(BOOK.recipients), OWN)
    for kind in range(6):
        scores = []
        for _ in range(9):
            soft = symbols(kind, rng)
            scores.append(BOOK.correlations(soft)[innocent] / np.sqrt(soft @ soft))
        found = np.concatenate(scores).astype(np.float64)

        for z in (3.0, 4.0, 5.0):
            assert (found > z).mean() <= math.exp(-z * z / 2)
        assert abs(found.mean()) < 0.02
        assert 0.97 < found.std() < 1.03
        assert found.max() < math.sqrt(2 * math.log(BOOK.recipients / 1e-6))


@pytest.mark.parametrize("kind", range(6))
def test_symbols_written_without_the_codes_accuse_no_innocent(kind: int) -> None:
    """As by a sandbox that a leak took over: it can lie about every symbol, and about how well the leak fits."""
    soft = symbols(kind, np.random.default_rng(kind)) * 1e6
    lie = LeakReading(soft=soft, expected=1e9, pilot=1e6, pilot_whole=1e6, quality=1.0, region=((0.0, 0.0),) * 4)

    found = conclude([(lie, BOOK)])

    assert {one.recipient for one in found.accused} <= set(OWN)
    assert kind == 4 or found.accused == ()


def test_the_victims_own_copy_needs_no_forgery() -> None:
    """What is not claimed: who posts somebody's copy gets that copy accused. It names a copy, never who posted it."""
    stolen = prepare(original(), asset_key=KEY).copy_for(BOOK.code(VICTIM))

    found = trace(original(), stolen, BOOK, asset_key=KEY)

    assert [one.recipient for one in found.accused] == [VICTIM]
    assert "never the person" in found.caution
