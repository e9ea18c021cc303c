"""What an ensemble was not sure of is concluded from a closer look, or from codes alone where nobody could look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

import planes
from rempart.detect import Ensemble, Verdict
from rempart.detect.versions import ORB_VERSION
from rempart.model import AssetId, ClueKind, FingerprintedMedia
from suspects import SUSPECT, flipped, media, parts


def verdict(pose: npt.NDArray[np.float64] | None = None, **change: float) -> Verdict:
    """Make a verdict that convinces, but for what changes."""
    sure = Verdict(
        pose=np.eye(3) if pose is None else pose, variant=0, count=50, of=60, explained=0.9, seen=1.0, filled=1.0
    )
    return replace(sure, **change)  # type: ignore[arg-type]  # fields of a verdict


def doubtful() -> tuple[Ensemble, FingerprintedMedia]:
    """Return a bank of two assets, of which one is verified on pixels, and a suspect whose code is both's."""
    bank = Ensemble()
    bank.add(AssetId("kept"), media(flipped(3), digest="1", places=(parts(version=ORB_VERSION),)))
    bank.add(AssetId("code"), media(flipped(9), digest="2"))
    return bank, media(digest="b")


@pytest.mark.parametrize("verdicts", [{}, {AssetId("kept"): None}])
def test_without_a_verdict_codes_decide(verdicts: dict[AssetId, Verdict | None]) -> None:
    """The original could not be read, or nobody looked."""
    bank, suspect = doubtful()

    concluded = bank.conclude(SUSPECT, suspect, bank.compare(SUSPECT, suspect), verdicts)

    assert [(m.asset, m.clues[0].kind) for m in concluded.matches] == [
        ("kept", ClueKind.WHOLE_FRAME),
        ("code", ClueKind.WHOLE_FRAME),
    ]
    assert concluded.doubts == ()
    assert concluded.same_things == ()


def test_a_verdict_confirms() -> None:
    """With the placement that was measured; the matches are sorted again, and nothing remains in doubt."""
    bank, suspect = doubtful()
    pose = planes.similarity(0.5, 0, (0.25, 0.5))

    concluded = bank.conclude(SUSPECT, suspect, bank.compare(SUSPECT, suspect), {AssetId("kept"): verdict(pose)})

    match = next(m for m in concluded.matches if m.asset == "kept")
    assert match.region == ((100, 150), (300, 150), (300, 300), (100, 300))
    assert match.homography == pytest.approx(pose.ravel())
    assert {c.kind for c in match.clues} == {ClueKind.WHOLE_FRAME, ClueKind.LOCAL_FEATURES}
    scores = [m.score for m in concluded.matches]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2


def test_the_same_thing_is_told_and_is_no_match() -> None:
    """Two photographs of one printed coaster."""
    bank, suspect = doubtful()

    concluded = bank.conclude(
        SUSPECT, suspect, bank.compare(SUSPECT, suspect), {AssetId("kept"): verdict(explained=0.1)}
    )

    assert [m.asset for m in concluded.matches] == ["code"]
    assert [(m.asset, m.clues[0].kind) for m in concluded.same_things] == [("kept", ClueKind.SAME_THING)]


def test_a_verdict_refutes() -> None:
    """A code that is close by chance."""
    bank, suspect = doubtful()

    concluded = bank.conclude(
        SUSPECT, suspect, bank.compare(SUSPECT, suspect), {AssetId("kept"): verdict(explained=0.05, count=0)}
    )

    assert [m.asset for m in concluded.matches] == ["code"]
    assert concluded.same_things == ()


def test_votes_without_a_verdict_are_nothing() -> None:
    """Points agree on shared things all the time."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(),)))
    suspect = media(flipped(128), digest="b", places=(parts(),))

    concluded = bank.conclude(SUSPECT, suspect, bank.compare(SUSPECT, suspect), {})

    assert concluded.matches == concluded.same_things == ()
    assert concluded.doubts == ()


def test_verdicts_about_others_change_nothing() -> None:
    """Only doubts are decided."""
    bank, suspect = doubtful()
    comparison = bank.compare(SUSPECT, suspect)

    one = bank.conclude(SUSPECT, suspect, comparison, {})
    two = bank.conclude(SUSPECT, suspect, comparison, {AssetId("code"): verdict(), AssetId("nobody"): verdict()})

    assert one == two


def test_abstaining_outlives_the_conclusion() -> None:
    """It is still said."""
    bank = Ensemble()
    plain = media(quality=0)

    assert bank.conclude(SUSPECT, plain, bank.compare(SUSPECT, plain), {}).abstained
