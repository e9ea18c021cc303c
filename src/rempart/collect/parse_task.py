"""The sandboxed task that reads a page: native parsers of what strangers wrote, inside a worker.

What it answers is read by :mod:`rempart.collect.packing`, in the parent.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from rempart.collect.packing import unpack, write_record

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Read one page.

    Args:
        data: What :func:`rempart.collect.packing.pack` made.
        limits: What it may cost; processor time and memory end what expands inside the native parser.
        options: None.

    Raises:
        MediaError: it is too large, expands too much, or is damaged beyond reading.
    """
    del limits, options
    from rempart.collect.recognising import read_page  # noqa: PLC0415 - native parsers: in a worker only

    return write_record(read_page(unpack(data)))


def warm() -> None:
    """Read one page of each engine, so that nothing is opened once the worker is closed in."""
    from rempart.collect.examples import EXAMPLES  # noqa: PLC0415 - in a worker only, as the rest
    from rempart.collect.packing import pack  # noqa: PLC0415 - as above
    from rempart.collect.recognising import CHARSETS  # noqa: PLC0415 - as above
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above

    for name in CHARSETS:
        codecs.lookup(name)
        b"\x41".decode(name, "replace")
    for example in EXAMPLES:
        run(pack(example.page), Limits(), {})
