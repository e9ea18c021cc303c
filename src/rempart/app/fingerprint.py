"""Fingerprint some media, without comparing them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.pile import Unentered, check_roots, walk
from rempart.app.wiring import make_pool
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.hazmat import ProtectionState
from rempart.model import FingerprintedMedia, MediaBytes, MediaItem, Unreadable

#: How standard input is named, on the command line and in results.
STANDARD_INPUT = "-"


def fingerprint(
    paths: Sequence[str],
    settings: Settings,
    *,
    standard_input: BinaryIO | None = None,
    missing: list[ProtectionState] | None = None,
) -> Iterator[tuple[str, FingerprintedMedia] | Skipped]:
    """Yield each item's path with its fingerprints, or why it has none, in the order given.

    Args:
        paths: Files and folders; ``-`` is standard input, which never touches the disk.
        settings: The settings.
        standard_input: What ``-`` reads; the process's own by default.
        missing: Filled, at the end, with the protections that the sandbox ran without.

    Raises:
        MisuseError: a path is missing; standard input is too long.
        ConfigError: the settings or the machine do not allow it.
    """
    check_roots(Path(p) for p in paths if p != STANDARD_INPUT)
    intake = Intake(make_gate(settings))
    items = intake.cleared(_items(paths, settings.hazmat.max_bytes, standard_input), Role.ASSET)
    with make_pool(settings) as pool:
        for item, outcome in pool.run(items, {"frames": 1, "orientations": 1}):
            yield from intake.set_aside()
            if isinstance(outcome, Unreadable):
                yield Skipped(label=item.label, role=Role.ASSET, outcome=outcome)
            else:
                yield item.label, outcome
        yield from intake.set_aside()
        if missing is not None:
            missing += pool.missing()


def _items(paths: Sequence[str], max_bytes: int, standard_input: BinaryIO | None) -> Iterator[MediaItem | Unentered]:
    for path in paths:
        if path == STANDARD_INPUT:
            data = (standard_input or sys.stdin.buffer).read(max_bytes + 1)
            if data is None:  # a descriptor that does not wait, with nothing to read yet
                message = "standard input gave nothing to read"
                raise MisuseError(message, advice="Pipe a picture into the command: cat a.jpg | rempart fingerprint -")
            if len(data) > max_bytes:
                message = f"standard input is longer than hazmat.max_bytes, {max_bytes}"
                raise MisuseError(message, advice="Save it to a file, or raise the setting.")
            yield MediaBytes(data=data, label=STANDARD_INPUT)
        else:
            yield from walk([Path(path)])
