"""Find every code within a radius, exactly: multi-index hashing, and a blocked scan where that is quicker.

A code is cut into bands; two codes that are near agree almost in at least one of them
(:mod:`rempart.kernels.band_plan` says how many bands, and how nearly). Each band has a table of its keys
(:mod:`rempart.kernels.band_tables`), searched around the query's key (:mod:`rempart.kernels.band_search`). Rows in
buckets that are too full are in no table: they are scanned (:mod:`rempart.kernels.row_scan`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels import band_search, band_tables, code_rows, row_checks, row_scan
from rempart.kernels.band_plan import BandPlan, plan_bands, radii_for, scan_cost_ns
from rempart.kernels.band_probe import Probes

#: The most rows that a bucket may have at first; more where too many rows would be left to the scan.
_CAPS: Final = (64, 512, 4096)
_DENSE_SHARE: Final = 16

Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]


class MultiIndex:
    """A fixed set of reordered codes and its tables; searches may run in several threads at once."""

    def __init__(self, rows: npt.NDArray[np.uint64], *, radius_bits: int, bytes_per_code: float) -> None:
        """Build the tables, if the bank is large enough for them to pay.

        Args:
            rows: ``(N, 4) uint64``, C-contiguous and writable, from :meth:`rempart.kernels.code_rows.BitOrder.apply`.
                Kept, not copied.
            radius_bits: The radius that most searches will have; others are exact too.
            bytes_per_code: The most that code, 8-byte identifier and tables may take, for codes like chance.

        Raises:
            ValueError: there are 2^31 rows or more.
        """
        if len(rows) > band_tables.ROWS_MAX:
            message = f"a multi-index has at most {band_tables.ROWS_MAX} rows, not {len(rows)}"
            raise ValueError(message)
        self.rows = rows
        self.plan: BandPlan | None = plan_bands(len(rows), radius_bits, bytes_per_code)
        self._tables: band_tables.BandTables | None = None
        self._dense = np.empty(0, np.int64)
        #: By radius: what is read around each key, or None where a scan is quicker.
        self._probes: dict[int, Probes | None] = {}
        for cap in _CAPS:
            if self.plan is None:
                break
            self._tables = band_tables.build_tables(rows, self.plan, cap)
            self._dense = self._tables.dense_rows
            if len(self._dense) <= len(rows) // _DENSE_SHARE:
                break
        self._dense_rows = np.ascontiguousarray(rows[self._dense])

    @property
    def nbytes(self) -> int:
        """Return the memory of the codes and of what was built on them."""
        tables = self._tables.nbytes if self._tables else 0
        return self.rows.nbytes + tables + self._dense.nbytes + self._dense_rows.nbytes

    @property
    def dense_count(self) -> int:
        """Return how many rows are scanned because their buckets are too full."""
        return len(self._dense)

    def erase(self, row: int) -> None:
        """Overwrite a code with zeros. The row can still be reported: the caller knows that it is gone."""
        self.rows[row] = 0
        self._dense_rows[self._dense == row] = 0

    def find_within(self, queries: npt.NDArray[np.uint64], radius_bits: int) -> Hits:
        """Return every pair of a query and a row that differ by at most ``radius_bits``, each once, in no order.

        Args:
            queries: ``(Q, 4) uint64``, reordered like the rows.
            radius_bits: 0..256, inclusive.

        Returns:
            query: ``(H,) int64``.
            row: ``(H,) int64``.
            distance_bits: ``(H,) uint16``.
        """
        if self._tables is None or self.plan is None:
            return row_scan.scan_rows(self.rows, queries, radius_bits)
        if radius_bits not in self._probes:
            radii, cost_ns = radii_for(self.plan, len(self.rows), radius_bits)
            pays = cost_ns < scan_cost_ns(len(self.rows))
            self._probes[radius_bits] = band_search.probes_of(self._tables, radii) if pays else None
        probes = self._probes[radius_bits]
        if probes is None:
            return row_scan.scan_rows(self.rows, queries, radius_bits)
        found = band_search.search_tables(self.rows, self._tables, probes, queries, radius_bits)
        if not len(self._dense):
            return found
        query, at, distance = row_scan.scan_rows(self._dense_rows, queries, radius_bits)
        more = (query, self._dense[at], distance)
        return (
            np.concatenate([found[0], more[0]]),
            np.concatenate([found[1], more[1]]),
            np.concatenate([found[2], more[2]]),
        )


def warm() -> None:
    """Compile or load every kernel of a search, and of an index file."""
    for module in (code_rows, band_tables, band_search, row_scan, row_checks):
        module.warm()
