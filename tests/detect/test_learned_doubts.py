"""What a model points to: never a match by itself first, then a doubt like any other."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.detect import Comparison, Doubt, Hypothesis, Verdict, VerifiedBy, parse_record
from rempart.detect.decision import decide, match_of_codes
from rempart.detect.interface import LearnedCandidate
from rempart.detect.learned_doubts import CANDIDATES_MOST, learned_clue, with_candidates
from rempart.model import AssetId, Clue, ClueKind, Match, Orientation, SignalType, SuspectId

HERE = SuspectId("pile/a.jpg")
MEDIA = parse_record({"sha256": "00" * 32, "format": "jpeg", "width": 800, "height": 600, "frames": 1, "codes": []})
NOTHING = Comparison(matches=(), abstained=False)
WHOLE_FRAME = Clue(kind=ClueKind.WHOLE_FRAME, signal_type=SignalType.PDQ, distance_bits=20, weight=0.84)
PART = Clue(kind=ClueKind.PART, signal_type=SignalType.PDQ, distance_bits=20, weight=0.3)


def candidate(number: int = 1, cosine: float = 0.99, *, mirrored: bool = False) -> LearnedCandidate:
    """Make what a model points to."""
    return LearnedCandidate(
        asset=AssetId(f"ast_{number}"), cosine=cosine, model="tiny-0123456789ab", frame=0, mirrored=mirrored
    )


def doubt(by: VerifiedBy, *others: Clue) -> Doubt:
    """Make a doubt that a model has a share in."""
    return Doubt(asset=AssetId("ast_1"), by=by, hypotheses=(), clues=(*others, learned_clue(candidate())))


def verdict(explained: float, count: int = 20) -> Verdict:
    """Make what a closer look measured."""
    return Verdict(pose=np.eye(3), variant=0, count=count, of=40, explained=explained, seen=1.0, filled=1.0)


@pytest.mark.parametrize("cosine", [0.75, 1.0])
@pytest.mark.parametrize("others", [[], [PART]])
def test_no_match_is_made_of_a_model_alone(cosine: float, others: list[Clue]) -> None:
    """However sure it is, with votes or without, and with a copy of its own clue."""
    clue = learned_clue(candidate(cosine=cosine))

    assert match_of_codes(AssetId("ast_1"), HERE, MEDIA, [clue, clue, *others]) is None


@pytest.mark.parametrize("by", list(VerifiedBy))
def test_nothing_is_said_of_what_could_not_be_verified(by: VerifiedBy) -> None:
    """The original is gone, the suspect's bytes are."""
    assert decide(doubt(by), None, HERE, MEDIA) is None


@pytest.mark.parametrize("by", list(VerifiedBy))
def test_nothing_is_said_of_what_does_not_agree(by: VerifiedBy) -> None:
    """Pixels and parts decide."""
    assert decide(doubt(by), verdict(0.3, count=3), HERE, MEDIA) is None


@pytest.mark.parametrize("by, kind", [(VerifiedBy.PICTURE, ClueKind.LOCAL_FEATURES), (VerifiedBy.TILES, ClueKind.PART)])
def test_a_match_lists_the_model_last_and_scores_without_it(by: VerifiedBy, kind: ClueKind) -> None:
    """A cosine of 0.99 does not rank a match that explains 0.8."""
    found = decide(doubt(by), verdict(0.8), HERE, MEDIA)

    assert found is not None
    assert [c.kind for c in found.clues] == [kind, ClueKind.LEARNED]
    assert found.score == 0.8
    assert found.clues[1].model == "tiny-0123456789ab"


def test_a_match_of_codes_is_judged_as_without_the_model() -> None:
    """The clue is listed, and neither the score nor the place is its."""
    found = match_of_codes(AssetId("ast_1"), HERE, MEDIA, [learned_clue(candidate(mirrored=True)), WHOLE_FRAME])

    assert found is not None
    assert ([c.kind for c in found.clues], found.score) == ([ClueKind.WHOLE_FRAME, ClueKind.LEARNED], 0.84)
    assert found.region == ((0, 0), (800, 0), (800, 600), (0, 600))


def test_an_asset_that_cannot_be_verified_is_no_doubt() -> None:
    """It is not known how."""
    assert with_candidates(NOTHING, [candidate()], {}) == NOTHING


def test_candidates_become_doubts_and_not_too_many() -> None:
    """A model that finds everything alike costs three verifications; parts are tried as they are and in a mirror."""
    by = {AssetId(f"ast_{n}"): VerifiedBy.TILES if n else VerifiedBy.PICTURE for n in range(9)}

    found = with_candidates(NOTHING, [candidate(n) for n in range(9)], by).doubts

    assert [d.asset for d in found] == [f"ast_{n}" for n in range(CANDIDATES_MOST)]
    assert [len(d.hypotheses) for d in found] == [0, 2, 2]
    corners = np.array([[0, 0, 1], [1, 1, 1]], float)
    places = [(corners @ h.pose.T).tolist() for h in found[1].hypotheses]
    assert places == [[[0, 0, 1], [1, 1, 1]], [[1, 0, 1], [0, 1, 1]]]


def test_what_is_known_already_has_one_clue_more() -> None:
    """A match and a doubt keep what they have; their hypotheses too."""
    match = match_of_codes(AssetId("ast_1"), HERE, MEDIA, [WHOLE_FRAME])
    assert isinstance(match, Match)
    hypotheses = (Hypothesis(pose=np.eye(3), variant=1),)
    other = Doubt(asset=AssetId("ast_2"), by=VerifiedBy.TILES, hypotheses=hypotheses, clues=(PART,))
    before = Comparison(matches=(match,), doubts=(other,), abstained=False)

    after = with_candidates(before, [candidate(1), candidate(2)], {AssetId("ast_2"): VerifiedBy.TILES})

    assert [c.kind for c in after.matches[0].clues] == [ClueKind.WHOLE_FRAME, ClueKind.LEARNED]
    [kept] = after.doubts
    assert ([c.kind for c in kept.clues], kept.hypotheses) == ([ClueKind.PART, ClueKind.LEARNED], hypotheses)


def test_a_clue_says_what_the_model_found() -> None:
    """Opposite directions weigh nothing; a suspect seen in a mirror is said to be mirrored."""
    clue = learned_clue(candidate(cosine=-0.2, mirrored=True))

    assert (clue.weight, clue.orientation, clue.signal_type) == (0.0, Orientation.FLIPY, SignalType.LEARNED)
