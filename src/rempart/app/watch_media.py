"""A picture of a watched place: from the connection into the sandbox, compared, and forgotten.

Its bytes are behind a descriptor without a file, in this process and in one worker, for the time of a comparison. What
comes back is codes, sizes and a type.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from rempart.app.fetched import media_of
from rempart.app.stopping import Stop
from rempart.app.wiring import make_pool
from rempart.app.workspace import Workspace
from rempart.app.workspace_bank import WorkspaceBank
from rempart.config import Settings
from rempart.model import FingerprintedMedia, Match, MediaMemory, Stopped, Unreadable
from rempart.model.frontier import FrontierItem
from rempart.model.gate import Cleared
from rempart.model.web import Address, FetchedMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of one picture."""

    matches: tuple[Match, ...]
    """What it resembles; empty if nothing."""
    is_listed: bool = False
    """A partner lists it: no match by itself."""
    media_type: str = ""
    """What it is, by its first bytes."""
    code: bytes = field(default=b"", repr=False)
    """Of the whole picture (32 bytes), by which mirrors are recognised; empty if it is too small to have one."""


class MediaLooking:
    """Compares what was fetched with what is registered."""

    def __init__(self, workspace: Workspace, settings: Settings, stop: Stop) -> None:
        """Prepare; no process is started before there is something to look at.

        Raises:
            ConfigError: the settings or the machine do not allow it.
        """
        self._workspace = workspace
        self._settings = settings
        self._stop = stop
        self._pool = make_pool(settings, workers=1)
        self._bank = WorkspaceBank(workspace, settings, stop.gate)
        self._bank.load()

    def close(self) -> None:
        """End the sandboxes."""
        self._pool.close()
        self._bank.close()

    @property
    def unverified(self) -> int:
        """Return how many suspects could not be looked at again."""
        return self._bank.looking.failed

    def refresh(self) -> None:
        """Load what is looked for anew: pictures are registered and withdrawn while a watch goes on.

        Raises:
            MisuseError: nothing is looked for any more.
        """
        before, self._bank = self._bank, WorkspaceBank(self._workspace, self._settings, self._stop.gate)
        before.close()
        self._bank.load()

    def look(self, item: FrontierItem, fetched: FetchedMedia) -> Compared | Unreadable | Stopped:
        """Compare what came, and forget it."""
        with fetched.memory:
            media = media_of(fetched, Address(url=item.new.url, context=item.new.context))
            cleared = self._stop.gate.check(media)
            if not isinstance(cleared, Cleared):
                return cleared
            [(_, outcome)] = self._pool.run([cleared], self._bank.options)
            if isinstance(outcome, Unreadable):
                return outcome
            return self._compare(media, outcome, fetched)

    def _compare(self, media: MediaMemory, outcome: FingerprintedMedia, fetched: FetchedMedia) -> Compared:
        compared = self._bank.compare(media, outcome, lambda: _content(fetched))
        is_listed = self._bank.listings.compare(media.label, outcome) is not None
        code = outcome.fingerprints[0].bits if outcome.fingerprints else b""
        return Compared(matches=compared.matches, is_listed=is_listed, media_type=fetched.media_type, code=code)


def _content(fetched: FetchedMedia) -> bytes | None:
    """Return the encoded bytes for a closer look, which happens in the sandbox too."""
    descriptor = fetched.memory.fileno()
    data = os.pread(descriptor, fetched.memory.size_bytes, 0)
    return data if len(data) == fetched.memory.size_bytes else None
