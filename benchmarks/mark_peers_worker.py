"""Embed and read marks of other tools, in their own environment: asked in JSON lines, pictures in files of numpy's.

Started by ``mark_peers.py``. A request is ``{"do": "embed" or "read", "peer": ..., "from": ..., "to": ...}``; an answer
is ``{"seconds": ..., "bits": [...]}``. rivaGan's models run as its class runs them, without torch, which it uses for
nothing else than arrays.
"""

from __future__ import annotations

import json
import sys
import time
import types
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.modules.setdefault("torch", types.ModuleType("torch"))

import imwatermark  # type: ignore[import-not-found]  # noqa: E402 - in the tools' environment; after "torch"
import onnxruntime  # noqa: E402 - as above
from blind_watermark import WaterMark  # type: ignore[import-not-found]  # noqa: E402 - as above
from imwatermark import WatermarkDecoder, WatermarkEncoder  # noqa: E402 - as above

U8 = npt.NDArray[np.uint8]
SEED = 7
BITS = {"dwtDct": 64, "dwtDctSvd": 64, "blind-watermark": 64, "rivaGan": 32}
THRESHOLD = 0.52


def payload(peer: str) -> list[int]:
    """Return the bits that are hidden."""
    return [int(bit) for bit in np.random.default_rng(SEED).integers(0, 2, BITS[peer])]


class Riva:
    """The two models of rivaGan."""

    def __init__(self) -> None:
        """Load them."""
        folder, options = Path(imwatermark.__file__).parent, onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.encoder = onnxruntime.InferenceSession(str(folder / "rivagan_encoder.onnx"), options)
        self.decoder = onnxruntime.InferenceSession(str(folder / "rivagan_decoder.onnx"), options)

    @staticmethod
    def frames(bgr: U8) -> npt.NDArray[np.float32]:
        """Return a clip of one frame."""
        return np.asarray((bgr[None].astype(np.float32) / 127.5 - 1).transpose(3, 0, 1, 2)[None])

    def embed(self, bgr: U8, bits: list[int]) -> U8:
        """Hide 32 bits."""
        data = np.array([bits], np.float32)
        out = self.encoder.run(None, {"frame": self.frames(bgr), "data": data})[0]
        return np.asarray(((np.clip(out, -1, 1)[0, :, 0].transpose(1, 2, 0) + 1) * 127.5).astype(np.uint8))

    def read(self, bgr: U8) -> list[int]:
        """Read them."""
        return [int(bit > THRESHOLD) for bit in self.decoder.run(None, {"frame": self.frames(bgr)})[0][0]]


def embed(peer: str, bgr: U8, riva: Riva) -> U8:
    """Return a marked picture."""
    bits = payload(peer)
    if peer == "rivaGan":
        return riva.embed(bgr, bits)
    if peer == "blind-watermark":
        tool = WaterMark(password_img=1, password_wm=1)
        tool.read_img(img=bgr)
        tool.read_wm(bits, mode="bit")
        return np.asarray(np.clip(np.rint(tool.embed()), 0, 255).astype(np.uint8))
    tool = WatermarkEncoder()
    tool.set_watermark("bits", bits)
    return np.asarray(np.clip(np.rint(tool.encode(bgr, peer)), 0, 255).astype(np.uint8))


def read(peer: str, bgr: U8, riva: Riva) -> list[int]:
    """Return the bits that are read."""
    if peer == "rivaGan":
        return riva.read(bgr)
    if peer == "blind-watermark":
        tool = WaterMark(password_img=1, password_wm=1)
        return [int(bit) for bit in tool.extract(embed_img=bgr, wm_shape=BITS[peer], mode="bit")]
    return [int(bit) for bit in WatermarkDecoder("bits", BITS[peer]).decode(bgr, peer)]


def main() -> None:
    """Answer until there is nothing more to read."""
    cv2.setNumThreads(1)
    out, sys.stdout = sys.stdout, sys.stderr  # the tools print
    riva = Riva()
    for line in sys.stdin:
        asked = json.loads(line)
        bgr = np.ascontiguousarray(np.load(asked["from"])[..., ::-1])
        before = time.process_time()
        answer: dict[str, object] = {"wanted": payload(asked["peer"])}
        try:
            if asked["do"] == "embed":
                np.save(asked["to"], embed(asked["peer"], bgr, riva)[..., ::-1])
            else:
                answer["bits"] = read(asked["peer"], bgr, riva)
        except Exception as error:  # noqa: BLE001 - a tool that fails on a picture has read nothing
            answer["failed"] = f"{type(error).__name__}: {error}"[:200]
        answer["seconds"] = time.process_time() - before
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
