"""What a learned model says of a picture: numbers from which much of it can be redrawn, so they are clear media."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import IntegrityError

#: Numbers in a descriptor: SSCD has 512, the largest copy detectors 2,048 (a ResNet-50's last layer).
DESCRIPTOR_MAX: Final = 2_048

#: float32 rounds each number: a length of 1 is kept within this by 2,048 of them.
_LENGTH_TOLERANCE: Final = 1e-3
_MAGIC: Final = b"RLD1"
_HEADER_BYTES: Final = len(_MAGIC) + 32
_NUMBER_BYTES: Final = 4

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descriptor:
    """What a model says of one frame: clear media as far as storage is concerned."""

    model: str
    """SHA-256 of the model: descriptors of two models are never compared."""
    values: F32 = field(repr=False)
    """``(D,) float32`` of length 1, D at most 2,048."""
    frame: int = 0
    """Which frame of an animation, from 0."""
    mirrored: bool = False
    """True if the frame was seen in a mirror."""

    def packed(self) -> bytes:
        """Return a header and the numbers, to be sealed under the asset's own key and never stored otherwise."""
        return _MAGIC + bytes.fromhex(self.model) + self.values.astype("<f4").tobytes()

    @classmethod
    def unpacked(cls, data: bytes) -> Descriptor:
        """Read what :meth:`packed` wrote: the first frame, not mirrored.

        Raises:
            IntegrityError: it is something else.
        """
        if not data.startswith(_MAGIC):
            message = f"a stored descriptor begins with {data[: len(_MAGIC)]!r}, not {_MAGIC!r}"
            raise IntegrityError(message, advice="If a newer version of Rempart wrote it, install that one.")
        try:
            return cls(model=data[len(_MAGIC) : _HEADER_BYTES].hex(), values=values_of(data[_HEADER_BYTES:]))
        except ValueError as error:
            message = f"a stored descriptor cannot be read: {error}"
            raise IntegrityError(message) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedMedia:
    """What one visit to the sandbox tells of a picture through a model."""

    sha256: str
    """Of the bytes that were decoded, in hexadecimal."""
    descriptors: tuple[Descriptor, ...]
    """At least one, in the order of the frames."""


def values_of(data: bytes) -> F32:
    """Read ``(D,)`` little-endian float32 of length 1.

    Raises:
        ValueError: they are too few, too many, not numbers, or of another length.
    """
    if len(data) % _NUMBER_BYTES or not 1 <= len(data) // _NUMBER_BYTES <= DESCRIPTOR_MAX:
        message = f"a descriptor has 1 to {DESCRIPTOR_MAX} numbers of {_NUMBER_BYTES} bytes, not {len(data)} bytes"
        raise ValueError(message)
    values = np.frombuffer(data, "<f4").astype(np.float32)
    length = float(np.linalg.norm(values.astype(np.float64)))
    if not abs(length - 1.0) <= _LENGTH_TOLERANCE:  # NaN compares as false
        message = f"a descriptor has length 1, not {length:.3g}"
        raise ValueError(message)
    return values
