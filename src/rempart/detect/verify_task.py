"""The sandboxed task that looks at a suspect again, beside the assets that it may show: runs inside a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rempart.detect.pairing import Pair, unpack, write_verdict
from rempart.errors import MediaError
from rempart.model import CodedPoints

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rempart.detect.interface import Verdict
    from rempart.detect.verification import Suspect
    from rempart.hazmat import DecodeLimits, Json, Options


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Verify every pair of a container.

    Args:
        data: What :func:`rempart.detect.pairing.pack` made.
        limits: What each picture of it may cost.
        options: ``cells``, 1 for the correlation of each cell too.

    Raises:
        MediaError: the suspect cannot be read. An asset that cannot has no verdict.
        ValueError: the container is damaged.
    """
    from rempart.detect.verification import Suspect  # noqa: PLC0415 - native libraries: in a worker only

    content, pairs = unpack(data)
    suspect = Suspect(_luma(content, limits))
    with_cells = bool(options.get("cells"))
    return {"verdicts": [write_verdict(_verified(pair, suspect, limits), with_cells=with_cells) for pair in pairs]}


def _verified(pair: Pair, suspect: Suspect, limits: DecodeLimits) -> Verdict | None:
    import cv2  # noqa: PLC0415 - as above

    from rempart.detect.verification import verify_picture, verify_tiles  # noqa: PLC0415 - as above

    try:
        if isinstance(pair.asset, CodedPoints):
            return verify_tiles(pair.asset, suspect, list(pair.hypotheses))
        return verify_picture(_luma(pair.asset, limits), suspect, list(pair.hypotheses))
    except (MediaError, cv2.error, ArithmeticError, ValueError, IndexError):
        return None  # the other assets of this visit keep their verdicts


def _luma(data: bytes, limits: DecodeLimits) -> npt.NDArray[np.uint8]:
    """Decode the luma of a picture's first frame, at the size that a comparison needs."""
    from rempart.hazmat.luma import luma_of  # noqa: PLC0415 - as above
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - as above

    picture = open_picture(data, limits)
    shrunk = picture.shrunk()
    return shrunk.luma() if shrunk is not None else luma_of(picture.frame(0))


def warm() -> None:
    """Load every kernel and library of a verification."""
    import io  # noqa: PLC0415 - as above

    import numpy as np  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.detect import fingerprint_task, verification  # noqa: PLC0415 - as above
    from rempart.detect.interface import Hypothesis  # noqa: PLC0415
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415

    fingerprint_task.warm()
    noise = np.random.default_rng(1).integers(0, 255, (96, 128), dtype=np.uint8)
    as_it_is = Hypothesis(pose=np.eye(3), variant=0)
    for hypotheses in ([as_it_is], []):  # what is compared at once, and what points must tell
        verification.verify_picture(noise, verification.Suspect(noise), hypotheses)
    encoded = io.BytesIO()
    Image.fromarray(noise).save(encoded, "JPEG")
    _luma(encoded.getvalue(), Limits())
