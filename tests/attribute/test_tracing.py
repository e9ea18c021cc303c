"""Every verdict of a trace, and every way in which nobody must be accused."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import pictures
from rempart import attribute
from rempart.attribute import Codebook, Leak, LeakReading, best_fit, conclude, trace, trace_set
from rempart.attribute.tracing import FALSE_ACCUSATION_MOST
from rempart.errors import MarkError
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import threshold
from rempart.mark import prepare
from rempart.model import COPY_NOT_PERSON, AttributionVerdict

U8 = npt.NDArray[np.uint8]
KEY, SEED = bytes(range(32)), bytes(range(1, 33))
BOOK = Codebook(SEED, 1000)
GUILTY = 412


@cache
def original(seed: int = 3) -> U8:
    """Return a made picture."""
    return np.asarray(pictures.scene(seed, 800, 600))


@cache
def copy(recipient: int = GUILTY, seed: int = 3) -> U8:
    """Return a recipient's copy of it."""
    return prepare(original(seed), asset_key=KEY).copy_for(BOOK.code(recipient))


def jpeg(picture: U8, quality: int) -> U8:
    """Compress and read back."""
    coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def smaller(picture: U8, width: int) -> U8:
    """Shrink to a width."""
    size = (width, round(picture.shape[0] * width / picture.shape[1]))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def photographed(picture: U8) -> U8:
    """Turn, tilt, dim and blur, as a photograph of a screen."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    sent = np.array([[60, 40], [930, 90], [900, 760], [20, 700]], np.float32)
    turned = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, sent), (960, 800), flags=cv2.INTER_CUBIC)
    return jpeg(np.asarray(cv2.GaussianBlur(turned * 0.8 + 20, (0, 0), 0.8), np.uint8), 75)


LEAKS = {
    "as it is": lambda c: c,
    "jpeg 30": lambda c: jpeg(c, 30),
    "mirrored": lambda c: np.ascontiguousarray(c[:, ::-1]),
    "inverted": lambda c: 255 - c,
    "turned": lambda c: np.ascontiguousarray(np.rot90(c)),
    "a tenth of it": lambda c: jpeg(np.ascontiguousarray(c[:190, :253]), 80),
    "thumbnail": lambda c: jpeg(smaller(c, 400), 70),
    "grey and dull": lambda c: np.repeat((c.mean(axis=2, keepdims=True) * 0.6 + 40).astype(np.uint8), 3, axis=2),
    "photographed": photographed,
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_the_copy_that_leaked_is_accused_and_no_other(leak: object) -> None:
    """Whatever was done to it, with a bound that is met."""
    assert callable(leak)

    found = trace(original(), leak(copy()), BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.ACCUSED
    assert [one.recipient for one in found.accused] == [GUILTY]
    assert found.accused[0].score >= found.threshold
    assert 0 < found.accused[0].false_accusation_bound <= 1e-6
    assert (found.tested_recipients, found.tests) == (1000, 2000)  # a leak may speak for a code, or against it
    assert found.caution == COPY_NOT_PERSON


def test_the_region_is_where_the_original_lies() -> None:
    """Its corners in the leak, within a pixel."""
    found = trace(original(), np.ascontiguousarray(copy()[100:500, 150:700]), BOOK, asset_key=KEY)

    wanted = [(-150, -100), (650, -100), (650, 500), (-150, 500)]
    assert np.array(found.region) == pytest.approx(np.array(wanted), abs=1.0)


def test_an_unmarked_original_accuses_nobody() -> None:
    """Not even compressed: the mark would be seen if it was there."""
    large = np.asarray(pictures.scene(3, 1600, 1200))
    for leak in (large, jpeg(large, 60)):
        found = trace(large, leak, BOOK, asset_key=KEY)

        assert found.verdict is AttributionVerdict.NOBODY
        assert found.accused == ()
        assert found.pilot_score < 5


def test_a_copy_under_another_key_accuses_nobody() -> None:
    """Someone else's mark, or one made up to frame somebody without the key."""
    foreign = prepare(original(), asset_key=bytes(32)).copy_for(BOOK.code(GUILTY))

    found = trace(original(), foreign, BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.NOBODY


def test_a_copy_of_somebody_who_is_not_on_the_list_accuses_nobody_and_clears_nobody() -> None:
    """The pilots say that the mark is there, and no code is: that is not a picture without a mark."""
    found = trace(original(), copy(999), Codebook(SEED, 500), asset_key=KEY)

    assert found.verdict is AttributionVerdict.TOO_LITTLE_LEFT
    assert found.accused == ()
    assert found.pilot_score > 5


def test_so_many_together_that_none_is_accused_are_not_cleared() -> None:
    """Thirty copies averaged and compressed keep the pilots, which all copies share: "nobody" would be a lie."""
    mean = np.mean([copy(i).astype(np.float32) for i in range(30)], axis=0)

    found = trace(original(), jpeg(mean.round().astype(np.uint8), 40), BOOK, asset_key=KEY)

    assert found.accused == ()
    assert found.verdict is AttributionVerdict.TOO_LITTLE_LEFT


def test_another_picture_is_not_registered() -> None:
    """Nothing is scored."""
    found = trace(original(), copy(seed=8), BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.NOT_REGISTERED
    assert found.tested_recipients == 0
    assert found.region == ()


def test_a_leak_that_shows_too_little_says_so() -> None:
    """It is the picture, and could not show a mark."""
    leak = jpeg(smaller(original(), 110), 25)

    found = trace(original(), leak, BOOK, asset_key=KEY)

    assert found.verdict in {AttributionVerdict.TOO_LITTLE_LEFT, AttributionVerdict.NOT_REGISTERED}
    assert found.accused == ()


def test_all_of_five_who_put_their_copies_together_are_accused() -> None:
    """By averaging, then compression; and nobody else."""
    guilty = [3, 90, 412, 700, 998]
    mean = np.mean([copy(i).astype(np.float32) for i in guilty], axis=0)

    found = trace(original(), jpeg(mean.round().astype(np.uint8), 70), BOOK, asset_key=KEY)

    assert sorted(one.recipient for one in found.accused) == guilty


def test_leaks_too_weak_alone_accuse_together() -> None:
    """Small thumbnails of a set that was given out together."""
    leaks = [
        Leak(original=original(s), leak=jpeg(smaller(copy(seed=s), 220), 60), codebook=BOOK, asset_key=KEY)
        for s in (3, 4, 5, 8)
    ]
    alone = [trace_set([leak]) for leak in leaks]

    together = trace_set(leaks)

    assert not all(one.accused for one in alone)
    assert [one.recipient for one in together.accused] == [GUILTY]


def test_sets_with_codes_of_their_own_are_summed_too() -> None:
    """Each picture its own codebook: the same recipient in all."""
    books = [Codebook(bytes([k] * 32), 1000) for k in (1, 2)]
    leaks = [
        Leak(
            original=original(s),
            leak=jpeg(prepare(original(s), asset_key=KEY).copy_for(book.code(7)), 30),
            codebook=book,
            asset_key=KEY,
        )
        for s, book in zip((3, 8), books, strict=True)
    ]

    found = trace_set(leaks)

    assert [one.recipient for one in found.accused] == [7]


def test_a_trace_can_be_replayed() -> None:
    """The same inputs, the same figures."""
    leak = photographed(copy())

    assert trace(original(), leak, BOOK, asset_key=KEY) == trace(original(), leak, BOOK, asset_key=KEY)


def test_a_choice_made_with_scores_in_view_multiplies_the_tests() -> None:
    """Two mirrors of three places are six chances for everybody."""
    tests = attribute.Tests(1000)

    tests.choose_among(2)
    tests.choose_among(3)

    assert tests.total == 6000


def test_earlier_looks_at_a_leak_are_chances_too() -> None:
    """The threshold rises, and so does the bound, by as many; the score is what it was."""
    soft = BOOK.code(GUILTY) * 2.0 + 30 * np.random.default_rng(1).standard_normal(20480)
    said = [(LeakReading(soft, 1e6, 9.0, 9.0, 0.9, ((0.0, 0.0),) * 4), BOOK)]

    once, again = conclude(said), conclude(said, looks=7)

    assert (once.tests, again.tests) == (2000, 14000)
    assert again.threshold > once.threshold
    [[first], [second]] = [found.accused for found in (once, again)]
    assert (first.recipient, first.score) == (second.recipient, second.score) == (GUILTY, first.score)
    assert second.false_accusation_bound == pytest.approx(7 * first.false_accusation_bound)


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (3, 2000, 3), (40, 40, 3)])
def test_odd_leaks_are_not_registered_or_refused(shape: tuple[int, int, int]) -> None:
    """Never a crash."""
    leak = np.zeros(shape, np.uint8)

    if not leak.size:
        with pytest.raises(MarkError, match="a picture to trace"):
            trace(original(), leak, BOOK, asset_key=KEY)
    else:
        assert trace(original(), leak, BOOK, asset_key=KEY).verdict is AttributionVerdict.NOT_REGISTERED


def test_a_set_is_of_one_list_of_recipients() -> None:
    """Or an index would mean two people."""
    leaks = [Leak(original=original(), leak=copy(), codebook=Codebook(SEED, n), asset_key=KEY) for n in (10, 20)]

    with pytest.raises(MarkError, match="the same recipients"):
        trace_set(leaks)


@pytest.mark.parametrize(
    "said, wanted",
    [
        ([(0.1, 0.99), (9.0, 0.70)], 1),
        ([(8.0, 0.99), (30.0, 0.70), (0.0, 1.0)], 1),
        ([(0.1, 0.7), (4.9, 0.9)], 1),
        ([(4.9, 0.7), (0.1, 0.9)], 1),
        ([(0.0, 0.0)], 0),
    ],
)
def test_which_original_is_meant(said: list[tuple[float, float]], wanted: int) -> None:
    """The one whose pilots are clearest; if none are clear, the one that fits best."""
    readings = [LeakReading(np.zeros(SYMBOLS), 0.0, pilot, 80.0, quality, ()) for pilot, quality in said]

    assert best_fit(readings) == wanted


def test_a_near_miss_clears_nobody() -> None:
    """A score that is almost enough is no sign that no copy is there."""
    codes = BOOK.code(7).astype(float)
    rng = np.random.default_rng(5)
    level = threshold(2 * BOOK.recipients, FALSE_ACCUSATION_MOST)
    noise = rng.choice([-1.0, 1.0], SYMBOLS)
    noise -= codes * (noise @ codes) / SYMBOLS
    near = noise + codes * (level - 0.7) / np.sqrt(SYMBOLS)
    clear = [(LeakReading(soft, 0.0, 0.0, 1e3, 0.9, ((0.0, 0.0),) * 4), BOOK) for soft in (near, noise)]

    assert [conclude([one]).verdict for one in clear] == [
        AttributionVerdict.TOO_LITTLE_LEFT,
        AttributionVerdict.NOBODY,
    ]


@pytest.mark.parametrize("colluders", [6, 8, 12])
def test_copies_that_were_put_together_by_their_minority_are_named(colluders: int) -> None:
    """Whoever knows the program votes on its very coefficients; what she leaves speaks against each of her copies."""
    guilty = range(100, 100 + colluders)
    codes = np.stack([BOOK.code(i) for i in guilty]).astype(float)
    said = codes.sum(axis=0)
    minority = np.where(np.abs(said) == colluders, np.sign(said), -np.sign(said))
    soft = minority + np.random.default_rng(9).normal(0.0, 0.5, SYMBOLS)

    found = conclude([(LeakReading(soft, 0.0, 0.0, 80.0, 0.9, ((0.0, 0.0),) * 4), BOOK)])

    assert found.verdict is AttributionVerdict.ACCUSED
    assert {each.recipient for each in found.accused} == set(guilty)
