"""Tiny ONNX models, written byte by byte (onnx.proto, IR version 8): no package is needed to make a test's model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_VARINT, _BYTES = 0, 2
_FLOAT, _INTS = 1, 7  # TensorProto.DataType, AttributeProto.AttributeType
Dimension = int | str


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _message(field: int, *parts: bytes | str) -> bytes:
    body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return _varint(field << 3 | _BYTES) + _varint(len(body)) + body


def _value(field: int, name: str, shape: Sequence[Dimension]) -> bytes:
    """Write a ValueInfoProto: a float tensor; a dimension that has a name is open."""
    dims = [_message(1, _number(1, d) if isinstance(d, int) else _message(2, d)) for d in shape]
    return _message(field, _message(1, name), _message(2, _message(1, _number(1, _FLOAT), _message(2, *dims))))


def _node(kind: str, inputs: Sequence[str], output: str, **ints: Sequence[int]) -> bytes:
    """Write a NodeProto whose attributes are lists of whole numbers."""
    attributes = [
        _message(5, _message(1, name), *(_number(8, v) for v in values), _number(20, _INTS))
        for name, values in ints.items()
    ]
    return _message(1, *(_message(1, i) for i in inputs), _message(2, output), _message(4, kind), *attributes)


def _tensor(name: str, values: npt.NDArray[np.float32]) -> bytes:
    dims = [_number(1, d) for d in values.shape]
    return _message(5, *dims, _number(2, _FLOAT), _message(8, name), _message(9, values.tobytes()))


def _model(*graph: bytes) -> bytes:
    return _number(1, 8) + _message(7, _message(2, "test"), *graph) + _message(8, _message(1, ""), _number(2, 17))


def pooling_model(
    side: Dimension = 32, *, size: int = 48, seed: int = 1, batch: Dimension = 1, planes: Dimension = 3
) -> bytes:
    """Make a model that averages blocks of 4 x 4, then projects 3 x 8 x 8 numbers onto ``size`` directions."""
    random = np.random.default_rng(seed).standard_normal((192, size)).astype(np.float32)
    return _model(
        _node("AveragePool", ["picture"], "blocks", kernel_shape=[4, 4], strides=[4, 4]),
        _node("Flatten", ["blocks"], "numbers"),
        _node("MatMul", ["numbers", "directions"], "descriptor"),
        _tensor("directions", random),
        _value(11, "picture", (batch, planes, side, side)),
        _value(12, "descriptor", (batch, size)),
    )


def zero_model() -> bytes:
    """Make a model whose descriptor is nothing but zeros."""
    return _model(
        _node("Sub", ["picture", "picture"], "nothing"),
        _node("Flatten", ["nothing"], "descriptor"),
        _value(11, "picture", (1, 3, 8, 8)),
        _value(12, "descriptor", (1, 192)),
    )


def constant_model() -> bytes:
    """Make a model that finds all pictures alike: a descriptor of nothing but ones."""
    return _model(
        _node("Sub", ["picture", "picture"], "nothing"),
        _node("Exp", ["nothing"], "ones"),
        _node("Flatten", ["ones"], "descriptor"),
        _value(11, "picture", (1, 3, 8, 8)),
        _value(12, "descriptor", (1, 192)),
    )


def identity_model() -> bytes:
    """Make a model of one number: what a worker's warm-up runs."""
    return _model(_node("Neg", ["x"], "y"), _value(11, "x", (1,)), _value(12, "y", (1,)))


def looping_model() -> bytes:
    """Make a model that adds its picture to itself for so long that a worker's time ends."""
    steps = [_node("MatMul", [f"t{k}", f"t{k}"], f"t{k + 1}") for k in range(60)]
    return _model(*steps, _value(11, "t0", (1, 3, 1024, 1024)), _value(12, "t60", (1, 3, 1024, 1024)))
