"""Verify a package or a dossier: every check that its own ``verify.sh`` makes, and more; what is wrong is a value.

>>> import datetime as dt, pathlib, tempfile
>>> at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
>>> with tempfile.TemporaryDirectory() as folder:
...     verdict = verify(pathlib.Path(folder), anchors=Anchors(), identity=None, at=at)
>>> verdict.holds, verdict.problems[0].in_words()
(False, 'what it says of itself does not hold together: manifest.json is missing, or too large')
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.gathering import Gathering, Request
from rempart.evidence.layout import PackageKind
from rempart.evidence.package_reading import PackageFiles, opened_package
from rempart.evidence.trusted_keys import Anchors, TrustedKeys, fingerprints, given_keys
from rempart.evidence.verdicts import Problem, ProblemKind, Root, Verdict, require
from rempart.evidence.verifying_contents import check_commitments, check_openings
from rempart.evidence.verifying_dossier import DossierWalk
from rempart.evidence.verifying_files import check_form, check_manifest, check_sums, check_trust
from rempart.evidence.verifying_signers import check_log, check_seal
from rempart.evidence.verifying_times import check_times
from rempart.keys import is_identity

__all__ = ["Anchors", "Verifying", "require", "verify"]

#: In this order: what a file says is looked at once it is known that it belongs there; cheap ones come first.
_CHECKS: Final[tuple[Callable[[Gathering], Iterator[Problem]], ...]] = (
    check_manifest,
    check_form,
    check_sums,
    check_trust,
    check_log,
    check_times,
    check_seal,
)
_ITEM_CHECKS: Final = (check_commitments, check_openings)


def verify(source: Path, *, anchors: Anchors, identity: str | None, at: dt.datetime) -> Verdict:
    """Verify a package or a dossier, in a folder or a zip; whatever is in it, what is wrong is in the verdict.

    1. What it says of itself, and the form of its files. 2. Its sums. 3. Its keys. 4. Its place in the log. 5. Its
    time-stamps. 6. Its seal. 7. What is sealed, opened if there is a key. 8. Of a dossier: each package in the same
    way, and that none is missing.

    Args:
        source: A folder or a zip.
        anchors: What was got by another way; for the rest, the package's own keys are taken, and it is said.
        identity: An age identity, by which what is sealed is opened and compared; None leaves it closed.
        at: Now.

    Raises:
        NotFoundError: there is nothing.
        MisuseError: an anchor, or the identity, is no key.
        OSError: it cannot be read.
    """
    request = _request(anchors, identity, at)
    try:
        with opened_package(source) as files:
            return Verifying(files, request).verdict()
    except IntegrityError as error:
        problem = Problem(kind=ProblemKind.FORM, package="", detail=str(error))
        return Verdict(problems=(problem,), remarks=(), packages=())


def _request(anchors: Anchors, identity: str | None, at: dt.datetime) -> Request:
    if identity is not None and not is_identity(identity):
        message = "this is not an age identity"
        raise MisuseError(message, advice="It begins with AGE-SECRET-KEY-1.")
    return Request(
        given=given_keys(anchors),
        timestamps_least=anchors.timestamps_least,
        witnesses_least=anchors.witnesses_least,
        identity=identity,
        at=at,
    )


class Verifying:
    """The verification of one package or dossier, which can be left at the first thing that is wrong."""

    def __init__(self, files: PackageFiles, request: Request) -> None:
        """Begin."""
        self._top = Gathering(source=files, sizes=files.files(), request=request)
        self._walk: DossierWalk | None = None

    @classmethod
    def of(cls, files: PackageFiles, *, anchors: Anchors, identity: str | None, at: dt.datetime) -> Verifying:
        """Begin, with what :func:`verify` takes."""
        return cls(files, _request(anchors, identity, at))

    def problems(self) -> Iterator[Problem]:
        """Find what is wrong, as it is found; to be gone through once."""
        yield from _problems(self._top)
        if self._top.kind is PackageKind.DOSSIER:
            self._walk = DossierWalk(self._top, _problems)
            yield from self._walk.problems()

    def verdict(self) -> Verdict:
        """Find all that is wrong, and return what was proved."""
        problems = tuple(self.problems())
        packages = [self._top, *(self._walk.packages if self._walk else ())]
        shown = _from_package(packages)
        remarks = [remark for each in packages for remark in each.remarks]
        if shown:
            remarks.append(
                "trust taken from the package itself: compare these fingerprints with what their owners publish"
            )
        return Verdict(
            problems=problems,
            remarks=tuple(remarks + _local(packages)),
            packages=tuple(each.facts() for each in packages),
            erased=tuple(self._walk.erased) if self._walk else (),
            fingerprints=shown,
        )


def _problems(package: Gathering) -> Iterator[Problem]:
    for check in _CHECKS:
        yield from check(package)
    if package.kind is PackageKind.ITEM:
        for check in _ITEM_CHECKS:
            yield from check(package)


def _from_package(packages: list[Gathering]) -> tuple[str, ...]:
    """Return the fingerprints of the keys that were taken from the packages, each once."""
    found: dict[str, None] = {}
    for package in packages:
        if (own := package.keys) is None:
            continue
        is_given = package.request.given
        taken: TrustedKeys = replace(
            own,
            ca=() if is_given.ca else own.ca,
            tsa=own.tsa if any(each.root is Root.PACKAGE for each in package.times) else (),
            log=() if is_given.log else own.log,
            witnesses=() if is_given.witnesses else own.witnesses,
        )
        found |= dict.fromkeys(fingerprints(taken))
    return tuple(found)


def _local(packages: list[Gathering]) -> list[str]:
    """Say which packages have no time-stamp but local ones."""
    return [
        f"{package.id}: its time-stamps are LOCAL: they prove nothing to a stranger"
        for package in packages
        if package.times and all(each.is_local for each in package.times)
    ]
