"""What came of verifying a package: what is wrong with it, what it proved, and by whose keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rempart.errors import IntegrityError
from rempart.evidence.log_proof import LogFacts
from rempart.evidence.seal import SealFacts

_ADVICE = "Nothing of it is to be relied on. Ask for it again from whoever sealed it; keep this copy as it is."


class ProblemKind(StrEnum):
    """What can be wrong with a package."""

    FORM = "form"
    MANIFEST = "manifest"
    SUMS = "sums"
    TRUST = "trust"
    TIME = "time"
    SEAL = "seal"
    LOG = "log"
    COMMITMENT = "commitment"
    OPENING = "opening"
    DOSSIER = "dossier"

    def in_words(self) -> str:
        """Say what follows from it to a person, in English."""
        return _WORDS[self]


_WORDS = {
    ProblemKind.FORM: "it is not in the form of a package",
    ProblemKind.MANIFEST: "what it says of itself does not hold together",
    ProblemKind.SUMS: "a file was changed, added or taken away since it was sealed",
    ProblemKind.TRUST: "the keys in it are not those that it shows",
    ProblemKind.TIME: "it is not proved when it existed",
    ProblemKind.SEAL: "it is not proved who sealed it",
    ProblemKind.LOG: "it is not proved to be in the log",
    ProblemKind.COMMITMENT: "what is sealed is not what it says is sealed",
    ProblemKind.OPENING: "what is sealed could not be opened, or is something else",
    ProblemKind.DOSSIER: "the dossier is not whole, or its packages are not its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong."""

    kind: ProblemKind
    """What sort."""
    package: str
    """In which: an identifier; empty if it says none."""
    detail: str
    """What exactly, in one sentence."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        where = f"{self.package}: " if self.package else ""
        return f"{where}{self.kind.in_words()}: {self.detail}"


class Root(StrEnum):
    """Where the certificate comes from by which something is trusted."""

    GIVEN = "given"
    """Whoever verifies named it."""
    PACKAGE = "package"
    """It came with the package: its fingerprint is to be compared."""
    BESIDE = "beside"
    """It came beside a renewal, and nothing sealed names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFacts:
    """What a time-stamp that holds says."""

    name: str
    """Its file: ``proofs/01.tsr``."""
    at: dt.datetime
    """When it was made: what it is of existed then."""
    accuracy: dt.timedelta | None
    """How far the authority's clock may be off; None if it does not say."""
    serial: int
    """The authority's number for it."""
    signer: str
    """The subject of the certificate that signed."""
    signer_sha256: bytes
    """Of that certificate, 32 bytes."""
    anchor_sha256: bytes
    """Of the certificate by which it is trusted, 32 bytes."""
    root: Root
    """Where that one comes from."""
    is_local: bool
    """Whether the association made it itself: it proves nothing to a stranger."""
    renew_before: dt.datetime
    """When the first certificate of its chain ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFacts:
    """A content that was decrypted and is the one that was committed to; nothing of it is kept."""

    sealed: str
    """Where it is sealed."""
    sha256: bytes
    """Of the clear bytes, 32 bytes."""
    size: int
    """Clear bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """What one package proved; a part is missing where a problem says why."""

    id: str
    """Its own name; empty if it says none."""
    kind: str
    """``file``, ``page`` or ``dossier``."""
    organisation: str
    """Who recorded it, as it says."""
    recorded_at: dt.datetime | None
    """When, as it says."""
    sums_sha256: bytes
    """SHA-256 of its ``SHA256SUMS``, which stands for all of it; empty if there is none."""
    seal: SealFacts | None
    """Who sealed it."""
    seal_root: Root | None
    """Where the certificate comes from that vouches for the seal."""
    times: tuple[TimeFacts, ...]
    """Its time-stamps, the oldest first."""
    log: LogFacts | None
    """Where it is in the log, and who saw that."""
    log_root: Root | None
    """Where the log's key comes from."""
    opened: tuple[OpenedFacts, ...]
    """What was opened, where a key was given."""

    @property
    def existed_at(self) -> dt.datetime | None:
        """Return the earliest time at which it is proved to have existed."""
        return min((each.at for each in self.times), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it."""

    problems: tuple[Problem, ...]
    """What is wrong; none if it holds."""
    remarks: tuple[str, ...]
    """What is not wrong and must be known, in English."""
    packages: tuple[PackageFacts, ...]
    """The package, or the dossier and then its packages in order."""
    erased: tuple[str, ...] = ()
    """Items of a dossier of which a sealed tombstone is left."""
    fingerprints: tuple[str, ...] = ()
    """Lines to be compared with what the owners of the keys publish: those taken from the package itself."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.problems


def require(verdict: Verdict) -> None:
    """Make sure that nothing is wrong.

    Raises:
        IntegrityError: something is; the first sentences of it.
    """
    if verdict.problems:
        shown = "; ".join(problem.in_words() for problem in verdict.problems[:3])
        more = f" (and {len(verdict.problems) - 3} more)" if len(verdict.problems) > 3 else ""  # noqa: PLR2004 - those shown
        message = f"not verified: {shown}{more}"
        raise IntegrityError(message, advice=_ADVICE)
