"""Videos among what is registered: told by their first bytes, looked at apart, kept to be marked and traced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from rempart.app.wiring_videos import is_video_installed, make_video_looking_pool
from rempart.config import Settings
from rempart.hazmat import Pool
from rempart.hazmat.items import open_item
from rempart.hazmat.video_formats import START_BYTES, sniff_video
from rempart.model import Cleared, FingerprintedMedia, MediaItem, Unreadable, UnreadableReason
from rempart.model.asset import AssetProtection

_NOT_INSTALLED: Final = Unreadable(
    reason=UnreadableReason.UNSUPPORTED, detail="a video: it needs the extra 'video' (scripts/setup video)"
)
_NOT_IN_VAULT: Final = Unreadable(
    reason=UnreadableReason.UNSUPPORTED,
    detail="a video: it is registered with --vault, to be marked and traced; none is looked for yet",
)


class Videos:
    """The videos of one command, aside until its pictures are done."""

    def __init__(self, settings: Settings, protection: AssetProtection) -> None:
        """Begin with none."""
        self._settings = settings
        self._protection = protection
        self._waiting: list[Cleared[MediaItem]] = []
        self._pool: Pool[FingerprintedMedia] | None = None

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        if self._pool is not None:
            self._pool.close()

    def takes(self, cleared: Cleared[MediaItem]) -> bool:
        """Put an item aside if it is a video."""
        if not is_video(cleared.item):
            return False
        self._waiting.append(cleared)
        return True

    def outcomes(self) -> Iterator[tuple[MediaItem, FingerprintedMedia | Unreadable]]:
        """Look at what is aside, one after the other; once.

        Raises:
            SandboxError: the sandbox cannot work.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if self._protection is not AssetProtection.VAULT or not is_video_installed():
            why = _NOT_INSTALLED if self._protection is AssetProtection.VAULT else _NOT_IN_VAULT
            yield from ((cleared.item, why) for cleared in waiting)
            return
        self._pool = make_video_looking_pool(self._settings)
        yield from self._pool.run(waiting, {})


def is_video(item: MediaItem) -> bool:
    """Tell whether an item's first bytes are a video's; nothing else of it is read."""
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        return False
    try:
        return sniff_video(os.pread(descriptor, START_BYTES, 0)) is not None
    except OSError:  # whoever reads it next says why
        return False
    finally:
        os.close(descriptor)
