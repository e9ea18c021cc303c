"""The sandboxed task that registers a leak to its original and reads it: runs inside a worker, without any code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rempart.errors import MarkError, MediaError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rempart.hazmat import DecodeLimits, Json, Options


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Read one leak.

    Args:
        data: What :func:`rempart.attribute.reading_record.pack` made.
        limits: What each picture may cost.
        options: None.

    Returns:
        The record of a reading; or ``why`` the original cannot be compared with.

    Raises:
        MediaError: the leak cannot be read, or is animated.
        ValueError: the container is damaged.
    """
    del options
    from rempart.attribute.reading_record import unpack, write_reading  # noqa: PLC0415 - native libraries: in a worker
    from rempart.attribute.tracing import read_leak  # noqa: PLC0415 - as above
    from rempart.kernels.ownership_embedding import embed  # noqa: PLC0415 - as above

    brought = unpack(data)
    leak = _pixels(brought.leak, limits)
    try:
        original = _pixels(brought.original, limits)
    except MediaError as error:
        return {"why": f"the original cannot be read: {error.reason}"}
    try:
        if brought.owner_key:  # what the recipients' marks were laid over
            original = embed(original, owner_key=brought.owner_key)
        return write_reading(read_leak(original, leak, asset_key=brought.asset_key))
    except MarkError as error:
        return {"why": str(error)}


def _pixels(data: bytes, limits: DecodeLimits) -> npt.NDArray[np.uint8]:
    """Decode a picture; writable, or numba would compile its kernels anew, where no cache can be read."""
    import numpy as np  # noqa: PLC0415 - as above

    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - as above
    from rempart.model import UnreadableReason  # noqa: PLC0415 - as above

    picture = open_picture(data, limits)
    if picture.frames > 1:  # what the first one does not show may be in any other: to answer of it alone clears a copy
        detail = f"{picture.frames} > 1: save the one to be traced as a picture of its own"
        raise MediaError(UnreadableReason.TOO_MANY_FRAMES, detail)
    return np.require(picture.frame(0), requirements=("C", "W"))


def warm() -> None:
    """Load every library and kernel of a reading."""
    import io  # noqa: PLC0415 - as above

    import numpy as np  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.attribute.reading_record import pack  # noqa: PLC0415 - as above
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above

    noise = np.random.default_rng(1).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(noise).resize((480, 320), Image.Resampling.BICUBIC).save(encoded, "PNG")
    picture = encoded.getvalue()
    run(pack(picture, picture, bytes(32), bytes(32)), Limits(), {})
