"""How much more of one source is remembered: a site that makes up addresses fills nobody's disk."""

from __future__ import annotations

import logging
from typing import Final

from rempart.model.ids import SourceId
from rempart.store.models import FrontierRow

logger = logging.getLogger(__name__)

#: Things to ask for of one source, what became of them included: a forum of 445,000 messages has a fifth of it.
ROWS_MOST: Final = 500_000
#: Rows are counted again after so many: other processes add too, and old ones go.
_COUNT_EVERY: Final = 10_000


class FrontierRoom:
    """Counts what is known of each source; within its caller's transactions."""

    def __init__(self, most: int = ROWS_MOST) -> None:
        """Know nothing yet."""
        self._most = most
        self._left: dict[SourceId, int] = {}
        self._added: dict[SourceId, int] = {}

    def take(self, source: SourceId, wanted: int) -> int:
        """Return how many more things of a source are remembered, at most as many as are wanted."""
        if source not in self._left or self._added[source] >= _COUNT_EVERY or self._left[source] < wanted:
            self._left[source] = max(0, self._most - FrontierRow.objects.filter(source_id=source).count())
            self._added[source] = 0
        taken = min(wanted, self._left[source])
        if taken < wanted:
            logger.warning("source %s has %d things to ask for: more are not remembered", source, self._most)
        self._left[source] -= taken
        self._added[source] += taken
        return taken
