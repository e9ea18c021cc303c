"""The sandboxed task that turns a picture into fingerprints, and the reading of its record.

Inside a worker: :func:`run`. In the parent, which trusts no worker: :func:`parse`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rempart.detect.parts import parts_of
from rempart.model import Fingerprint, FingerprintedMedia, MediaFormat, MediaKind, Orientation, Region, SignalType

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rempart.hazmat import DecodeLimits, Json, Options
    from rempart.hazmat.picture import Picture

#: The canonical pipeline: ``rempart.hazmat.picture``'s decoding, then ``rempart.kernels.pdq``. Any change that can
#: move a bit makes a new version; assets have no other.
PDQ_VERSION: Final = "pdq/1"
#: The pipeline of suspects in JPEG: ``rempart.hazmat.luma``'s shrunk decoding, then ``rempart.kernels.pdq_fast``, and
#: the canonical one wherever that may be more than ten bits away from it (PDQ's own rule of conformance).
PDQ_FAST_VERSION: Final = "pdq-fast/1"
#: What is compared with each other: all of them are PDQ.
PDQ_VERSIONS: Final = (PDQ_VERSION, PDQ_FAST_VERSION)
TASK_NAME: Final = "rempart.detect.fingerprint_task:run"

_CODE_BYTES: Final = 32
_QUALITY_MAX: Final = 100
_SIDE_MAX: Final = 1 << 31
_SHA256_HEX: Final = 64


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Decode a picture and fingerprint its frames.

    Args:
        data: The encoded picture.
        limits: What it may cost.
        options: ``frames``, how many frames of an animation to fingerprint, at equal distances; ``orientations``,
            1 for the picture as it is or 8 for every turn and reflection too; ``parts``, 1 for codes of parts of the
            first frame too (:mod:`rempart.detect.parts`); ``fast``, 1 for ``pdq-fast/1`` where it is close enough.

    Raises:
        MediaError: it cannot be read.
    """
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - native decoders: in a worker only
    from rempart.kernels.pdq import MIN_SIDE_PX, pdq_dihedral  # noqa: PLC0415 - as above

    picture = open_picture(data, limits)
    orientations = int(options["orientations"])
    fast = _fast_code(picture, orientations) if options.get("fast") and not options.get("parts") else None
    if fast is not None:
        return _record(data, picture, fast[1], [fast[0]])
    codes: list[Json] = []
    width = height = 0
    for index in picture.frames_to_show(int(options["frames"])):
        pixels = picture.frame(index)
        if index == 0:
            height, width = pixels.shape[:2]
        if min(pixels.shape[:2]) >= MIN_SIDE_PX:
            bits, quality = pdq_dihedral(pixels)
            codes.append(_code(bits[:orientations], quality, frame=index))
        if index == 0 and options.get("parts"):
            codes += _codes_of_parts(pixels)
    return _record(data, picture, (height, width), codes)


def _record(data: bytes, picture: Picture, size: tuple[int, int], codes: list[Json]) -> dict[str, Json]:
    """Say what was read, and how large its first frame is: height, width."""
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "format": str(picture.format),
        "width": size[1],
        "height": size[0],
        "frames": picture.frames,
        "codes": codes,
    }


def _code(
    bits: npt.NDArray[np.uint8], quality: int, *, frame: int = 0, version: str = PDQ_VERSION, **more: Json
) -> dict[str, Json]:
    """Write the codes of one frame, or of a part of it, as they stand in a record."""
    rows: list[Json] = [row.tobytes().hex() for row in bits]
    return {"version": version, "frame": frame, "quality": quality, "bits": rows, **more}


def _fast_code(picture: Picture, orientations: int) -> tuple[dict[str, Json], tuple[int, int]] | None:
    """Fingerprint a JPEG from a shrunk decoding; None where only the whole picture tells.

    That is: no JPEG, or one that must be judged by another decoder; a picture so small that it may have no code; too
    many cosine terms near the median (:func:`rempart.kernels.pdq_fast.needs_reference`).
    """
    from rempart.kernels.pdq import MIN_SIDE_PX  # noqa: PLC0415 - in a worker only, as the rest
    from rempart.kernels.pdq_fast import needs_reference, pdq_fast_dihedral  # noqa: PLC0415 - as above

    shrunk = picture.shrunk()
    if shrunk is None or min(shrunk.height, shrunk.width) < MIN_SIDE_PX:
        return None
    bits, quality, doubt_bits = pdq_fast_dihedral(
        shrunk.samples,
        height=shrunk.height,
        width=shrunk.width,
        shrink=shrunk.shrink,
        orientation=shrunk.orientation,
    )
    if needs_reference(quality, doubt_bits):
        return None
    return _code(bits[:orientations], quality, version=PDQ_FAST_VERSION), shrunk.upright_size()


def _codes_of_parts(pixels: npt.NDArray[np.uint8]) -> list[Json]:
    """Fingerprint parts of a frame as they are."""
    import numpy as np  # noqa: PLC0415 - in a worker only, as the rest

    from rempart.kernels.pdq import MIN_SIDE_PX, pdq_dihedral  # noqa: PLC0415 - as above

    codes: list[Json] = []
    for left, top, right, bottom in parts_of(pixels.shape[1], pixels.shape[0]):
        if min(right - left, bottom - top) >= MIN_SIDE_PX:
            bits, quality = pdq_dihedral(np.ascontiguousarray(pixels[top:bottom, left:right]))
            box: list[Json] = [left, top, right, bottom]
            codes.append(_code(bits[:1], quality, box=box))
    return codes


def warm() -> None:
    """Load every kernel and decode one tiny picture, so that nothing is opened once the worker is closed in."""
    import io  # noqa: PLC0415 - in a worker only, as the rest

    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415
    from rempart.kernels import luma, pdq, pdq_fast  # noqa: PLC0415

    for kernels in (pdq, pdq_fast, luma):
        kernels.warm()
    for name in ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"):
        encoded = io.BytesIO()
        Image.new("RGB", (8, 8)).save(encoded, name, **({"save_all": True} if name == "MPO" else {}))
        run(encoded.getvalue(), Limits(), {"frames": 1, "orientations": 1, "fast": 1})


def parse(record: Mapping[str, Json]) -> FingerprintedMedia:
    """Check every field of a worker's record.

    Raises:
        ValueError: a field is missing, of another type or out of range.
    """
    sha256 = str(record.get("sha256"))
    if len(sha256) != _SHA256_HEX or not all(c in "0123456789abcdef" for c in sha256):
        message = "a record's sha256 has 64 hexadecimal digits"
        raise ValueError(message)
    frames = _whole(record, "frames", _SIDE_MAX)
    codes = record.get("codes")
    if not isinstance(codes, list):
        message = "a record's codes are a list"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    return FingerprintedMedia(
        sha256=sha256,
        kind=MediaKind.IMAGE,
        format=MediaFormat(str(record.get("format"))),
        width=_whole(record, "width", _SIDE_MAX),
        height=_whole(record, "height", _SIDE_MAX),
        frames=frames,
        fingerprints=tuple(f for code in codes for f in _parse_code(code, frames)),
    )


def _parse_code(code: Json, frames: int) -> list[Fingerprint]:
    if not isinstance(code, dict):
        message = "a code is an object"
        raise ValueError(message)  # noqa: TRY004 - as above
    rows = code.get("bits")
    if not isinstance(rows, list) or len(rows) not in {1, len(Orientation)}:
        message = "a code has one row of bits or eight"
        raise ValueError(message)
    version = code.get("version")
    if version not in PDQ_VERSIONS:
        message = f"a code's version is one of {', '.join(PDQ_VERSIONS)}"
        raise ValueError(message)
    quality, frame = _whole(code, "quality", _QUALITY_MAX), _whole(code, "frame", frames - 1)
    region = _region(code)
    found = []
    for orientation, row in zip(Orientation, rows, strict=False):
        bits = bytes.fromhex(row) if isinstance(row, str) else b""
        if len(bits) != _CODE_BYTES:
            message = f"a PDQ code has {_CODE_BYTES} bytes, not {len(bits)}"
            raise ValueError(message)
        found.append(
            Fingerprint(
                signal_type=SignalType.PDQ,
                version=str(version),
                bits=bits,
                quality=quality,
                orientation=orientation,
                frame=frame,
                region=region,
            )
        )
    return found


def _region(code: Mapping[str, Json]) -> Region | None:
    """Read which part of the picture a code is of; None if it is of all of it."""
    box = code.get("box")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != len(("left", "top", "right", "bottom")):
        message = "a code's box has four numbers"
        raise ValueError(message)
    left, top, right, bottom = (_whole({"box": side}, "box", _SIDE_MAX) for side in box)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _whole(record: Mapping[str, Json], key: str, most: int) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        message = f"a record's {key} is a whole number from 0 to {most}"
        raise ValueError(message)
    return value
