"""The sandboxed task that makes copies of one picture for some recipients: runs inside a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rempart.errors import MarkError

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options

#: Pixels of all copies of one visit: it must end within its processor time.
_PIXELS_MOST = 200_000_000


def run(data: bytes, limits: DecodeLimits, options: Options, output: memoryview) -> dict[str, Json]:
    """Make as many copies as there is room and time for, at least one.

    Args:
        data: What :func:`rempart.mark.packing.pack` made.
        limits: What the picture may cost.
        options: ``psnr_cdb``, the least PSNR in hundredths of a dB.
        output: Where the encoded copies go, one after the other.

    Returns:
        The size of each copy, and the figures of :class:`rempart.mark.packing.Marked`; or ``why`` there is none.

    Raises:
        MediaError: the picture cannot be read.
        ValueError: the container is damaged.
    """
    import numpy as np  # noqa: PLC0415 - native libraries: in a worker only

    from rempart.hazmat.encoding import PERSONAL, encode, style_of  # noqa: PLC0415 - as above
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - as above
    from rempart.kernels.ownership_embedding import AREA_LEAST_PX, embed  # noqa: PLC0415 - as above
    from rempart.mark.packing import unpack  # noqa: PLC0415 - as above
    from rempart.mark.watermark import prepare  # noqa: PLC0415 - as above

    parcel = unpack(data)
    picture = open_picture(parcel.picture, limits)
    if picture.frames > 1:
        return {"why": f"the file is animated: it has {picture.frames} frames, and a mark is made for one picture"}
    try:
        style = style_of(parcel.picture, picture.format, comment=PERSONAL)
        # Writable, or numba would compile its kernels anew, where no cache can be read.
        pixels = np.require(picture.frame(0), requirements=("C", "W"))
        is_owned = bool(parcel.owner_key) and pixels.shape[0] * pixels.shape[1] >= AREA_LEAST_PX
        base = embed(pixels, owner_key=parcel.owner_key) if is_owned else pixels
        psnr_db = int(options["psnr_cdb"]) / 100
        prepared = prepare(base, asset_key=parcel.asset_key, psnr_least_db=psnr_db, reference=pixels)
    except MarkError as error:
        return {"why": error.diagnostics().replace("\n", ". ")}
    sizes: list[Json] = []
    used, most = 0, max(1, _PIXELS_MOST // (pixels.shape[0] * pixels.shape[1]))
    for code in parcel.codes[:most]:
        copy = encode(prepared.copy_for(code), style)
        if used + len(copy) > len(output):
            break
        output[used : used + len(copy)] = copy
        used += len(copy)
        sizes.append(len(copy))
    if not sizes:
        return {"why": f"a copy has more than {len(output)} bytes: there is no room for it"}
    height, width = pixels.shape[:2]
    return {
        "sizes": sizes,
        "width": width,
        "height": height,
        "format": str(picture.format),
        "ssim": min(1.0, float(prepared.ssim)),
        "psnr_db": min(99.0, float(prepared.psnr_db)),
        "owned": is_owned,
    }


def warm() -> None:
    """Load every library of a marking: nothing can be imported once the worker is closed in."""
    import io  # noqa: PLC0415 - as above

    import numpy as np  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above
    from rempart.kernels.spread_spectrum import SYMBOLS  # noqa: PLC0415 - as above
    from rempart.mark.packing import pack  # noqa: PLC0415 - as above

    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (288, 384, 3), dtype=np.uint8)
    room = memoryview(bytearray(1 << 20))
    for name in ("JPEG", "PNG", "WEBP"):
        encoded = io.BytesIO()
        Image.fromarray(noise).save(encoded, name)
        parcel = pack(encoded.getvalue(), bytes(32), [np.ones(SYMBOLS, np.int8)], bytes(32))
        run(parcel, Limits(), {"psnr_cdb": 4200}, room)
