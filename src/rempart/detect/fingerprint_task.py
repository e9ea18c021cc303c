"""The sandboxed task that turns a picture into fingerprints: runs inside a worker.

What it answers is read by :mod:`rempart.detect.record`, in the parent.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from rempart.detect.versions import PDQ_FAST_VERSION, PDQ_FRAME_VERSION, PDQ_VERSION

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rempart.detect.frames import Frames
    from rempart.hazmat import DecodeLimits, Json, Options
    from rempart.hazmat.luma import Shrunk
    from rempart.hazmat.picture import Picture

TASK_NAME: Final = "rempart.detect.fingerprint_task:run"


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Decode a picture and fingerprint its frames.

    Args:
        data: The encoded picture.
        limits: What it may cost.
        options: ``frames``, how many frames of an animation to fingerprint, at equal distances; ``orientations``,
            1 for the picture as it is or 8 for every turn and reflection too, as a suspect needs; ``fast``, 1 for
            ``pdq-fast/1`` where it is close enough. Of the first frame: ``inner_frames``, how many rectangles inside it
            to fingerprint; ``points``, how many points to code; ``tiles``, 1 for codes of parts.

    Raises:
        MediaError: it cannot be read.
    """
    from rempart.hazmat.luma import luma_of  # noqa: PLC0415 - native decoders: in a worker only
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - as above
    from rempart.kernels.pdq import MIN_SIDE_PX, pdq_dihedral  # noqa: PLC0415 - as above

    picture = open_picture(data, limits)
    orientations = int(options["orientations"])
    fast = _fast_code(picture, orientations) if options.get("fast") else None
    if fast is not None:
        code, shrunk = fast
        codes: list[Json] = [code]
        size, luma = shrunk.upright_size(), shrunk.luma() if _wants_luma(options) else None
    else:
        codes, size, luma = [], (0, 0), None
        for index in picture.frames_to_show(int(options["frames"])):
            pixels = picture.frame(index)
            if index == 0:
                size, luma = pixels.shape[:2], luma_of(pixels) if _wants_luma(options) else None
            if min(pixels.shape[:2]) >= MIN_SIDE_PX:
                bits, quality = pdq_dihedral(pixels)
                codes.append(_code(bits[:orientations], quality, frame=index))
    record = _record(data, picture, size, codes)
    if luma is not None and min(luma.shape) >= MIN_SIDE_PX:
        found = _frames(luma, int(options.get("inner_frames", 0)))
        codes += _inner_frames(luma, size, found)
        record["places"] = _places(luma, options, found)
    return record


def _wants_luma(options: Options) -> bool:
    return any(options.get(name) for name in ("inner_frames", "points", "tiles"))


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


def _fast_code(picture: Picture, orientations: int) -> tuple[dict[str, Json], Shrunk] | None:
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
    return _code(bits[:orientations], quality, version=PDQ_FAST_VERSION), shrunk


def _frames(luma: npt.NDArray[np.uint8], most: int) -> Frames | None:
    """Find the rectangles inside a picture that may hold another one, if that is asked for."""
    from rempart.detect.frames import propose_frames  # noqa: PLC0415 - in a worker only, as the rest

    return propose_frames(luma, most=most) if most else None


def _inner_frames(luma: npt.NDArray[np.uint8], size: tuple[int, int], found: Frames | None) -> list[Json]:
    """Fingerprint the rectangles inside a picture, and what it was before it was turned or cropped a little."""
    import numpy as np  # noqa: PLC0415 - in a worker only, as the rest

    from rempart.detect.frame_codes import codes_of_frames, guessed_wholes  # noqa: PLC0415 - as above

    if found is None:
        return []
    corners = np.concatenate([found.corners, guessed_wholes((luma.shape[0], luma.shape[1]))])
    bits, quality = codes_of_frames(luma, corners)
    scaled = (corners * (size[1] / luma.shape[1], size[0] / luma.shape[0])).round().astype(int).reshape(-1, 8).tolist()
    return [_code(bits[k], int(quality[k]), version=PDQ_FRAME_VERSION, corners=place) for k, place in enumerate(scaled)]


def _places(luma: npt.NDArray[np.uint8], options: Options, found: Frames | None) -> list[Json]:
    """Code the points and the parts of a picture; of a suspect under every variant, and inside rectangles again."""
    from rempart.detect.framed import clear_boxes, with_boxes  # noqa: PLC0415 - in a worker only, as the rest
    from rempart.detect.points import frame_points, points_of  # noqa: PLC0415 - as above
    from rempart.detect.tiles import asset_tiles, frame_tiles, suspect_tiles  # noqa: PLC0415 - as above

    is_suspect = int(options["orientations"]) > 1
    boxes = clear_boxes(found, luma) if is_suspect and found is not None else []
    places = []
    if options.get("points"):
        whole = points_of(luma, int(options["points"]), is_suspect=is_suspect)
        places.append(with_boxes(whole, luma, boxes, frame_points))
    if options.get("tiles"):
        whole = suspect_tiles(luma) if is_suspect else asset_tiles(luma)
        places.append(with_boxes(whole, luma, boxes, frame_tiles))
    return [
        {
            "version": p.version,
            "width": p.width,
            "height": p.height,
            "points": base64.b64encode(p.points).decode("ascii"),
            "codes": base64.b64encode(p.codes).decode("ascii"),
        }
        for p in places
    ]


def warm() -> None:
    """Load every kernel and decode one tiny picture, so that nothing is opened once the worker is closed in."""
    import io  # noqa: PLC0415 - in a worker only, as the rest

    import cv2  # noqa: PLC0415 - as above
    import numpy as np  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.detect import frame_codes, frames  # noqa: PLC0415
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415
    from rempart.kernels import local_features, luma, pdq, pdq_fast  # noqa: PLC0415

    for kernels in (pdq, pdq_fast, luma, frames, frame_codes, local_features):
        kernels.warm()
    cv2.setNumThreads(1)  # it would start threads of its own, which a closed worker may not
    noise = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)).save(noise, "JPEG")
    for orientations in (1, 8):
        options = {"frames": 1, "orientations": orientations, "inner_frames": 12, "points": 50, "tiles": 1}
        run(noise.getvalue(), Limits(), options)
    for name in ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"):
        encoded = io.BytesIO()
        Image.new("RGB", (8, 8)).save(encoded, name, **({"save_all": True} if name == "MPO" else {}))
        run(encoded.getvalue(), Limits(), {"frames": 1, "orientations": 1, "fast": 1})
