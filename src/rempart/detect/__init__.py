"""From fingerprints to matches, by clues that are each measured and each explained.

>>> from rempart.detect import Bank, parse_record
>>> from rempart.model import AssetId, SuspectId
>>> record = {"sha256": "00" * 32, "format": "jpeg", "width": 800, "height": 600, "frames": 1,
...           "codes": [{"version": "pdq/1", "frame": 0, "quality": 90, "bits": ["f0" * 32]}]}
>>> bank = Bank()
>>> bank.add(AssetId("beach.jpg"), parse_record(record))
True
>>> [found] = bank.compare(SuspectId("copy.jpg"), parse_record(record)).matches
>>> found.asset, found.score, found.clues[1].kind
('beach.jpg', 1.0, <ClueKind.WHOLE_FRAME: 'whole_frame'>)
"""

from rempart.detect.bank import QUALITY_MIN, RADIUS_BITS, Bank, whole_frame_weight
from rempart.detect.fingerprint_task import PDQ_FAST_VERSION, PDQ_VERSION, PDQ_VERSIONS, TASK_NAME
from rempart.detect.fingerprint_task import parse as parse_record
from rempart.detect.interface import Comparison, Matcher

__all__ = [
    "PDQ_FAST_VERSION",
    "PDQ_VERSION",
    "PDQ_VERSIONS",
    "QUALITY_MIN",
    "RADIUS_BITS",
    "TASK_NAME",
    "Bank",
    "Comparison",
    "Matcher",
    "parse_record",
    "whole_frame_weight",
]
