"""A dossier: every package that it lists, in order, each naming the one before; tombstones of what was erased."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from rempart.errors import IntegrityError
from rempart.evidence.canonical import parse_canonical
from rempart.evidence.gathering import Gathering
from rempart.evidence.layout import CUSTODY, ITEM_ID
from rempart.evidence.manifests import ListedItem, Manifest
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import Problem, ProblemKind
from rempart.evidence.verifying_signers import first_time, read_seal_at, seal_authorities

_INSIDE: Final = re.compile(rf"items/({ITEM_ID})/(.+)", re.DOTALL)
_NAMED: Final = re.compile(rf"(?:items|tombstones)/({ITEM_ID})(?:[./].*)?", re.DOTALL)
_LINE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\t[a-z0-9_]{1,40}\t(evd_[0-9a-f]{32})?"
    r"\t(?:person [1-9][0-9]{0,3}|rempart)\t[a-z0-9_]{1,40}"
)
_HEAD: Final = "at\tkind\titem\twho\twhy"


class DossierWalk:
    """Goes through the packages of a dossier."""

    def __init__(self, dossier: Gathering, check: Callable[[Gathering], Iterator[Problem]]) -> None:
        """Prepare.

        Args:
            dossier: Checked as a package already.
            check: Checks one package.
        """
        self._dossier, self._check = dossier, check
        self.packages: list[Gathering] = []
        """Those that were gone through, in order."""
        self.erased: list[str] = []
        """Those of which a sealed tombstone is left."""
        self._previous = b""
        self._sizes: dict[str, dict[str, int]] = {}
        for name, size in dossier.sizes.items():
            if inside := _INSIDE.fullmatch(name):
                self._sizes.setdefault(inside[1], {})[inside[2]] = size

    def problems(self) -> Iterator[Problem]:
        """Check the list, each package, and that none is there that is not listed."""
        manifest = self._dossier.manifest
        if manifest is None:
            return
        listed = {item.id: item for item in manifest.items}
        present = {
            found[1]
            for name in (*self._dossier.sizes, *self._dossier.source.folders())
            if (found := _NAMED.fullmatch(name))
        }
        for stray in sorted(present - set(listed)):
            yield self._problem(f"{stray} is not in the list of items")
        yield from self._check_custody(set(listed))
        for seq, item in enumerate(manifest.items, start=1):
            yield from self._check_erased(item) if item.is_erased else self._check_kept(item, seq, manifest)
            self._previous = item.sums_sha256
        yield from self._check_one_log()

    def _check_kept(self, item: ListedItem, seq: int, dossier: Manifest) -> Iterator[Problem]:
        if item.id not in self._sizes:
            yield self._problem(f"the package {item.id} is missing")
            return
        package = Gathering(
            source=self._dossier.source,
            prefix=f"items/{item.id}/",
            sizes=self._sizes[item.id],
            request=self._dossier.request,
            digests=self._dossier.digests,
        )
        self.packages.append(package)
        yield from self._check(package)
        package.texts.clear()  # a thousand packages may follow
        if f"tombstones/{item.id}.json" in self._dossier.sizes or f"tombstones/{item.id}.p7s" in self._dossier.sizes:
            yield self._problem(f"{item.id} has a tombstone, and is said to be kept")
        if self._dossier.digests.get(package.prefix + SUMS) != item.sums_sha256:
            yield self._problem(f"the package {item.id} is not the one that is listed")
        said = package.manifest
        if said is None:
            return
        if said.items or said.id != item.id:
            yield self._problem(f"the package {item.id} calls itself {said.id}")
        elif said.seq != seq:
            yield self._problem(f"{item.id} has another place in its case: {said.seq}")
        elif said.prev != self._previous:
            yield self._problem(f"{item.id} does not follow the package before it")
        if said.case_ref != dossier.case_ref:
            yield self._problem(f"{item.id} is of another case")

    def _check_erased(self, item: ListedItem) -> Iterator[Problem]:
        if item.id in self._sizes:
            yield self._problem(f"{item.id} is there, and said to be erased")
        name = f"tombstones/{item.id}"
        try:
            tombstone = self._dossier.read_or_refuse(f"{name}.json")
            seal = self._dossier.read_or_refuse(f"{name}.p7s")
            read_seal_at(seal, tombstone, seal_authorities(self._dossier)[0], first_time(self._dossier))
            if item.id not in parse_canonical(tombstone, name=f"{name}.json").values():
                message = "it is of something else"
                raise IntegrityError(message)  # noqa: TRY301 - told as what the libraries refuse
        except IntegrityError as error:
            yield self._problem(f"the tombstone of {item.id} does not hold: {error}")
        else:
            self.erased.append(item.id)

    def _check_custody(self, listed: set[str]) -> Iterator[Problem]:
        try:
            head, *lines = (self._dossier.read(CUSTODY) or b"").decode("ascii").split("\n")
        except UnicodeDecodeError:
            head, lines = "", []
        found = [_LINE.fullmatch(line) for line in lines[:-1]]
        if head != _HEAD or not lines or lines[-1] or not all(found):
            yield self._problem(f"{CUSTODY} has another form")
        elif unknown := {each[1] for each in found if each and each[1]} - listed:
            yield self._problem(f"{CUSTODY} tells of {len(unknown)} items that are not listed")

    def _check_one_log(self) -> Iterator[Problem]:
        """Two roots of one log at one size: whoever signed both shows different logs to different people."""
        roots: dict[tuple[str, int], bytes] = {}
        for package in (self._dossier, *self.packages):
            if (log := package.log) and roots.setdefault((log.origin, log.size), log.root) != log.root:
                yield self._problem(f"the log {log.origin} was signed with two roots at {log.size} entries")

    def _problem(self, detail: str) -> Problem:
        return self._dossier.problem(ProblemKind.DOSSIER, detail)
