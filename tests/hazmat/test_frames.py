"""Messages survive any cutting, and nothing that is not a message is taken for one."""

from __future__ import annotations

import json
import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.hazmat.frames import FRAME_LIMIT_BYTES, FrameReader, receive_frame, send_frame

MESSAGES = st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.none()), max_size=6)


def framed(message: object) -> bytes:
    """Encode one message."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "little") + body


@given(MESSAGES, st.integers(1, 40))
def test_any_cutting_gives_the_same_messages(messages: list[dict[str, int | str | None]], step: int) -> None:
    """Bytes that arrive in pieces of any size give every message, in order."""
    data = b"".join(framed(m) for m in messages)
    reader = FrameReader()

    received = [m for at in range(0, len(data), step) for m in reader.feed(data[at : at + step])]

    assert received == messages


@pytest.mark.parametrize(
    "data",
    [
        (FRAME_LIMIT_BYTES + 1).to_bytes(4, "little"),
        framed([1, 2]),
        (4).to_bytes(4, "little") + b"\xff\xfe{}",
        (200_000).to_bytes(4, "little") + b"[" * 200_000,
    ],
    ids=["too long", "not an object", "not text", "too deep"],
)
def test_what_is_not_a_message_is_refused(data: bytes) -> None:
    """Length, shape, encoding and depth are checked."""
    with pytest.raises(ValueError, match=r"."):
        FrameReader().feed(data)


def test_a_descriptor_travels_with_its_message() -> None:
    """The other side reads the very file that was sent, and the next message has none."""
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    with ours, theirs:
        send_frame(ours, {"n": 1}, reading)
        send_frame(ours, {"n": 2})
        os.write(writing, b"here")

        first, second = receive_frame(theirs), receive_frame(theirs)

        assert first is not None
        assert second is not None
        assert first[0] == {"n": 1}
        assert first[1] is not None
        assert os.read(first[1], 4) == b"here"
        assert second == ({"n": 2}, None, None)
        for descriptor in (reading, writing, first[1]):
            os.close(descriptor)


def test_the_end_is_none() -> None:
    """A closed socket is the end, in the middle of a message too."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall((10).to_bytes(4, "little") + b"{")
        ours.close()

        assert receive_frame(theirs) is None
