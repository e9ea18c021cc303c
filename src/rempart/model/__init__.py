"""The vocabulary: frozen values that cross rooms, and the gate that every media item passes. No input, no output.

>>> from rempart.model import Cleared, MediaFile, MinorGate
>>> gate = MinorGate()
>>> isinstance(gate.check(MediaFile.named("holiday/IMG_2041.jpg")), Cleared)
True
>>> gate.check(MediaFile.named("lycee/IMG_2041.jpg")).reason
<StopReason.MINOR_WORD: 'minor_word'>
"""

from rempart.model.attribution import COPY_NOT_PERSON, AccusedCopy, Attribution, AttributionVerdict
from rempart.model.fingerprint import CodedPoints, Fingerprint, FingerprintedMedia, PackedDescriptor, SignalType
from rempart.model.gate import Checkable, Cleared, MinorGate
from rempart.model.ids import AssetId, SuspectId
from rempart.model.match import Clue, ClueKind, Match
from rempart.model.media import (
    MediaBytes,
    MediaFile,
    MediaFormat,
    MediaItem,
    MediaKind,
    MediaMemory,
    Orientation,
    Place,
    Region,
    VideoFormat,
)
from rempart.model.outcome import Stopped, StopReason, Unreadable, UnreadableReason

__all__ = [
    "COPY_NOT_PERSON",
    "AccusedCopy",
    "AssetId",
    "Attribution",
    "AttributionVerdict",
    "Checkable",
    "Cleared",
    "Clue",
    "ClueKind",
    "CodedPoints",
    "Fingerprint",
    "FingerprintedMedia",
    "Match",
    "MediaBytes",
    "MediaFile",
    "MediaFormat",
    "MediaItem",
    "MediaKind",
    "MediaMemory",
    "MinorGate",
    "Orientation",
    "PackedDescriptor",
    "Place",
    "Region",
    "SignalType",
    "StopReason",
    "Stopped",
    "SuspectId",
    "Unreadable",
    "UnreadableReason",
    "VideoFormat",
]
