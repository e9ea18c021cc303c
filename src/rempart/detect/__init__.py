"""From fingerprints to matches, by clues that are each measured and each explained.

>>> from rempart.detect import Ensemble, parse_record
>>> from rempart.model import AssetId, SuspectId
>>> record = {"sha256": "00" * 32, "format": "jpeg", "width": 800, "height": 600, "frames": 1,
...           "codes": [{"version": "pdq/1", "frame": 0, "quality": 90, "bits": ["f0" * 32]}]}
>>> bank = Ensemble()
>>> bank.add(AssetId("beach.jpg"), parse_record(record))
True
>>> [found] = bank.compare(SuspectId("copy.jpg"), parse_record(record)).matches
>>> found.asset, found.score, found.clues[1].kind
('beach.jpg', 1.0, <ClueKind.WHOLE_FRAME: 'whole_frame'>)
"""

from rempart.detect.decision import whole_frame_weight
from rempart.detect.ensemble import QUALITY_MIN, RADIUS_BITS, Ensemble
from rempart.detect.fingerprint_task import TASK_NAME
from rempart.detect.frame_bank import FrameBank, FrameHit
from rempart.detect.interface import Comparison, Doubt, Hypothesis, Matcher, Verdict, VerifiedBy
from rempart.detect.pairing import VERIFY_TASK, Pair, pack, parse_verdicts
from rempart.detect.record import parse as parse_record
from rempart.detect.versions import ORB_VERSION, PDQ_FAST_VERSION, PDQ_VERSION, PDQ_VERSIONS, TILE_VERSION
from rempart.detect.wanted import ASSET_POINTS, SUSPECT_POINTS, suspect_options

__all__ = [
    "ASSET_POINTS",
    "ORB_VERSION",
    "PDQ_FAST_VERSION",
    "PDQ_VERSION",
    "PDQ_VERSIONS",
    "QUALITY_MIN",
    "RADIUS_BITS",
    "SUSPECT_POINTS",
    "TASK_NAME",
    "TILE_VERSION",
    "VERIFY_TASK",
    "Comparison",
    "Doubt",
    "Ensemble",
    "FrameBank",
    "FrameHit",
    "Hypothesis",
    "Matcher",
    "Pair",
    "Verdict",
    "VerifiedBy",
    "pack",
    "parse_record",
    "parse_verdicts",
    "suspect_options",
    "whole_frame_weight",
]
