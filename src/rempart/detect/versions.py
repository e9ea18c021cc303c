"""The pipelines that make codes, by name and version: any change that can move a bit makes a new one."""

from __future__ import annotations

from typing import Final

#: The canonical pipeline: ``rempart.hazmat.picture``'s decoding, then ``rempart.kernels.pdq``; assets have no other.
PDQ_VERSION: Final = "pdq/1"
#: The pipeline of suspects in JPEG: ``rempart.hazmat.luma``'s shrunk decoding, then ``rempart.kernels.pdq_fast``, and
#: the canonical one wherever that may be more than ten bits away from it (PDQ's own rule of conformance).
PDQ_FAST_VERSION: Final = "pdq-fast/1"
#: PDQ of a rectangle inside a suspect (:mod:`rempart.detect.frames`), sampled from the shrunk luma.
PDQ_FRAME_VERSION: Final = "pdq-frame/1"
#: What is compared with each other: all of them are PDQ of what may be a whole picture.
PDQ_VERSIONS: Final = (PDQ_VERSION, PDQ_FAST_VERSION, PDQ_FRAME_VERSION)
#: Blobs by :mod:`rempart.kernels.anchors`, then PDQ of squares around them, upright.
TILE_VERSION: Final = "pdq-tile/1"
#: Points and codes by :mod:`rempart.kernels.local_features`.
ORB_VERSION: Final = "orb/1"
