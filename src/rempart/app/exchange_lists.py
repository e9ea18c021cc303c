"""What a list of all that is to be matched no longer has: CSV and ``tx`` files cannot name what is removed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final

import numpy as np

from rempart.app.workspace import Workspace
from rempart.model.exchange import FeedEntry, FeedFormat
from rempart.model.ids import ImportedId, PartnerId

#: Formats that hold all that is to be matched.
LISTS: Final = frozenset({FeedFormat.CSV, FeedFormat.TX})


class Named:
    """Which codes a file names: eight bytes of each digest, since a file may have twenty million lines.

    Two codes of one beginning would take 2^32 tries to make, and then one of them would stay listed.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._beginnings = array("Q")

    def add(self, entries: Iterable[FeedEntry]) -> None:
        """Note what some lines name."""
        self._beginnings.extend(_beginning(entry.digest) for entry in entries)

    def absent(self, workspace: Workspace, partner: PartnerId) -> list[ImportedId]:
        """Return which codes that a partner lists are not named."""
        codes, beginnings = [], array("Q")
        for code, digest in workspace.imported.listed_by(partner):
            codes.append(code)
            beginnings.append(_beginning(digest))
        is_there = np.isin(np.array(beginnings, np.uint64), np.array(self._beginnings, np.uint64))
        return [codes[n] for n in np.flatnonzero(~is_there).tolist()]


def _beginning(digest: bytes) -> int:
    return int.from_bytes(digest[:8])
