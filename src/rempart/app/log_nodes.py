"""The tree's nodes as the store keeps them: those of level 0 follow from the leaves, the others have rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rempart.evidence.leaves import leaf_data
from rempart.evidence.merkle import leaf_hash, missing_node
from rempart.model.log import Place
from rempart.store import LogRepository


class StoredNodes:
    """Nodes in the database; it counts what it reads."""

    def __init__(self, rows: LogRepository) -> None:
        """Read from a repository."""
        self._rows = rows
        #: How many nodes were asked for so far.
        self.reads = 0

    def read(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Return the nodes at some places.

        Raises:
            IntegrityError: one is not there.
        """
        self.reads += len(places)
        leaves = self._rows.commitments([place.number for place in places if not place.level])
        found = dict(self._rows.nodes([place for place in places if place.level]))
        found |= {Place(0, number): leaf_hash(leaf_data(committed)) for number, committed in leaves.items()}
        for place in places:
            if place not in found:
                raise missing_node(place)
        return found
