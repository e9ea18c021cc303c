"""The sandboxed task that describes a picture with a model of the user's own; only this file imports its runtime.

Inside a worker: :func:`warm`, then :func:`take` with the model's bytes, then :func:`run` for each picture; the model is
parsed after the worker was closed in, since a parser of models is native code too. ONNX Runtime is the extra
``learned``: one thread, the processor only, nothing that it loads by itself. ``rempart.detect.learned`` reads records.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from rempart.detect.descriptor import DESCRIPTOR_MAX
from rempart.errors import MediaError
from rempart.model import UnreadableReason

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options

TASK_NAME: Final = "rempart.detect.learned_task:run"

#: Frames of an animation, each described twice at most: a record of all of them stays under a frame's limit.
FRAMES_MAX: Final = 16
SIDE_MAX_PX: Final = 1_024
_PLANES: Final = 3
_AXES: Final = 4
#: Its wheels for Linux and macOS report to their maker from this version on, unless told otherwise in time.
_FIRST_THAT_REPORTS: Final = (1, 29)
_SILENT: Final = 4  # ORT_LOGGING_LEVEL_FATAL: a model's own words go nowhere
#: ``y = -x`` on one number, 63 bytes: whatever the runtime sets up late is set up while files can still be opened.
_NEGATION: Final = bytes.fromhex(
    "08083a351204746573740a0b0a017812017922034e65675a0f0a0178120a0a08080112040a02"
    "0801620f0a0179120a0a08080112040a02080142040a001011"
)

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """A model that was parsed, and what it wants."""

    session: Any
    """An ``onnxruntime.InferenceSession``."""
    entry: str
    """Name of its input."""
    height: int
    """Of that input, in pixels; 0 if the model leaves it open."""
    width: int
    """The same."""
    sha256: str
    """Of its bytes."""


_taken: list[_Model] = []  # at most one: a worker serves one task


def _runtime() -> Any:  # noqa: ANN401 - it publishes no types
    """Import ONNX Runtime, which must not report to anyone.

    Raises:
        ImportError: the extra is not installed, or is of a version that reports.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read once, when its library is loaded
    try:
        import onnxruntime  # noqa: PLC0415 - native code: in a worker only
    except ImportError as error:
        message = "a learned clue needs ONNX Runtime: scripts/setup learned (the extra rempart[learned])"
        raise ImportError(message) from error
    version = tuple(int(part) for part in onnxruntime.__version__.split(".")[:2])
    if version >= _FIRST_THAT_REPORTS:
        message = (
            f"ONNX Runtime {onnxruntime.__version__} reports over the network; the extra learned locks an older one"
        )
        raise ImportError(message)
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _session(data: bytes) -> Any:  # noqa: ANN401 - as above
    """Parse a model: one thread, no graph written, no other library loaded."""
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    options.use_deterministic_compute = True
    options.enable_cpu_mem_arena = False  # it would keep the largest picture's memory for good
    return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def warm() -> None:
    """Load the decoders and the runtime, and run a model of our own, while files can still be opened."""
    from rempart.detect import fingerprint_task  # noqa: PLC0415 - native decoders: in a worker only
    from rempart.hazmat import picture  # noqa: F401, PLC0415 - as above

    fingerprint_task.warm()
    _session(_NEGATION).run(None, {"x": np.ones(1, np.float32)})
    _resize(np.zeros((9, 7, _PLANES), np.uint8), 4, 4)


def take(data: bytes) -> None:
    """Parse the user's model and check what it wants.

    Raises:
        ValueError: it is no model, or not one that turns a picture into a descriptor.
    """
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # noqa: PLC0415 - native code, as above

    foreign = tuple(v for v in vars(state).values() if isinstance(v, type) and issubclass(v, Exception))
    try:
        session = _session(data)
    except foreign as error:
        message = f"the model cannot be read ({type(error).__name__})"
        raise ValueError(message) from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type != "tensor(float)" or outputs[0].type != "tensor(float)":
        message = (
            f"the model has {len(inputs)} inputs and {len(outputs)} outputs; a descriptor has one of each, of floats"
        )
        raise ValueError(message)
    shape = [size if isinstance(size, int) else 0 for size in inputs[0].shape]  # a name leaves a size open
    if len(shape) != _AXES or shape[0] not in {0, 1} or shape[1] not in {0, _PLANES} or max(shape[2:]) > SIDE_MAX_PX:
        message = f"the model wants {inputs[0].shape}; a picture is (1, 3, H, W), at most {SIDE_MAX_PX} pixels a side"
        raise ValueError(message)
    _taken[:] = [
        _Model(
            session=session,
            entry=inputs[0].name,
            height=shape[2],
            width=shape[3],
            sha256=hashlib.sha256(data).hexdigest(),
        )
    ]


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Decode a picture and describe its frames.

    Args:
        data: The encoded picture.
        limits: What it may cost.
        options: ``frames``, how many frames of an animation at equal distances; ``mirrored``, 1 to describe each frame
            in a mirror too; ``mean`` and ``std``, three numbers each, of samples in 0..1; ``side_px``, the side of the
            square that the picture is brought to where the model leaves it open.

    Returns:
        The model's SHA-256, the picture's, and rows of ``(D,)`` float32 of length 1, little-endian, base 64.

    Raises:
        MediaError: it cannot be read, or the model finds nothing in it.
    """
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - native decoders: in a worker only

    [model] = _taken
    mean, std = _triple(options["mean"]), _triple(options["std"])
    side = int(options["side_px"])
    picture = open_picture(data, limits)
    rows: list[Json] = []
    for index in picture.frames_to_show(min(int(options["frames"]), FRAMES_MAX)):
        samples = _resize(picture.frame(index), model.height or side, model.width or side)
        planes = ((samples / np.float32(255) - mean) / std).transpose(2, 0, 1)[np.newaxis]
        for mirrored in range(1 + bool(options.get("mirrored"))):
            seen = planes[..., ::-1] if mirrored else planes
            found = _described(model, np.ascontiguousarray(seen, np.float32))
            text = base64.b64encode(found.astype("<f4").tobytes()).decode("ascii")
            rows.append({"frame": index, "mirrored": mirrored, "values": text})
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "model": model.sha256,
        "frames": picture.frames,
        "descriptors": rows,
    }


def _described(model: _Model, planes: F32) -> F32:
    """Run the model on ``(1, 3, H, W)`` float32 and return its answer at length 1, ``(D,)`` float32."""
    found = np.asarray(model.session.run(None, {model.entry: planes})[0], np.float32).ravel()
    length = float(np.linalg.norm(found.astype(np.float64)))
    if not 1 <= found.size <= DESCRIPTOR_MAX or not np.isfinite(length) or length == 0.0:
        raise MediaError(UnreadableReason.DAMAGED, f"descriptor of {found.size} numbers, length {length:.3g}")
    return (found / np.float32(length)).astype(np.float32)


def _triple(text: int | str) -> F32:
    """Read three numbers, separated by spaces."""
    return np.array([float(part) for part in str(text).split()], np.float32).reshape(_PLANES)


def _resize(pixels: U8, height: int, width: int) -> F32:
    """Bring ``(H, W, 3) uint8`` to ``(height, width, 3) float32`` in 0..255, its proportions given up.

    (1) Whole blocks are averaged while a side is over eight times what is wanted; (2) a triangle filter, as wide as
    the reduction, does the rest along each axis: what torchvision and Pillow call bilinear with antialiasing.
    """
    block_y, block_x = max(1, pixels.shape[0] // (4 * height)), max(1, pixels.shape[1] // (4 * width))
    high, wide = pixels.shape[0] // block_y, pixels.shape[1] // block_x
    blocks = pixels[: high * block_y, : wide * block_x].reshape(high, block_y, wide, block_x, _PLANES)
    reduced = blocks.mean(axis=(1, 3), dtype=np.float32)  # (1)
    down = np.tensordot(_triangle(high, pixels.shape[0] / block_y, height), reduced, axes=(1, 0))  # (2)
    across = np.tensordot(_triangle(wide, pixels.shape[1] / block_x, width), down, axes=(1, 1))
    return np.ascontiguousarray(across.transpose(1, 0, 2), np.float32)


def _triangle(have: int, extent: float, want: int) -> F32:
    """Return the ``(want, have)`` weights of a triangle filter, each row of sum 1.

    Args:
        have: Samples along the side.
        extent: How many there would be if the last, incomplete block counted by its part.
        want: Samples wanted.
    """
    scale = extent / want
    support = max(scale, 1.0)
    centres = (np.arange(want) + 0.5) * scale - 0.5
    weights: npt.NDArray[np.float64] = np.maximum(
        0.0, 1.0 - np.abs(np.arange(have)[np.newaxis] - centres[:, np.newaxis]) / support
    )
    scaled: F32 = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return scaled
