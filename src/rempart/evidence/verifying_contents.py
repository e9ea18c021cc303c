"""What is sealed in a package: each file has its commitment; with a key, each is opened and compared with it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

from rempart.errors import IntegrityError, KeyFileError
from rempart.evidence.commitments import (
    COMMITMENTS,
    Committing,
    Opening,
    Openings,
    parse_commitments,
    parse_openings,
)
from rempart.evidence.drafts import case_ref
from rempart.evidence.gathering import Gathering
from rempart.evidence.layout import OPENINGS, TEXT_BYTES_MOST
from rempart.evidence.verdicts import OpenedFacts, Problem, ProblemKind
from rempart.keys import decrypt_stream
from rempart.model.ids import CaseId

#: age-encryption.org/v1: the header ends in a line of its own; then a nonce, and pieces of 64 KiB, each with a tag.
_HEADER_END: Final = re.compile(rb"\n--- [A-Za-z0-9+/]{43}\n")
_HEADER_BYTES_MOST: Final = 64 * 1024
_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16
_PIECE_BYTES: Final = 64 * 1024
_SALT: Final = re.compile(r"[0-9a-f]{64}")


def check_commitments(package: Gathering) -> Iterator[Problem]:
    """``COMMITMENTS``, the manifest and what is sealed are about the same files, of sizes that fit."""
    if package.manifest is None:
        return
    artifacts = {each.sealed: each for each in package.manifest.artifacts}
    try:
        commitments = parse_commitments(package.read_or_refuse(COMMITMENTS))
    except IntegrityError as error:
        yield package.problem(ProblemKind.COMMITMENT, error)
        return
    if commitments != {name: each.commitment for name, each in artifacts.items()}:
        yield package.problem(ProblemKind.COMMITMENT, f"manifest.json and {COMMITMENTS} commit to different things")
    sealed = {name for name in package.sizes if name.startswith("sealed/")} - {OPENINGS}
    if sealed != set(commitments):
        yield package.problem(ProblemKind.COMMITMENT, f"{COMMITMENTS} and sealed/ are about different files")
    for name in sorted(sealed & set(artifacts)):
        size = _clear_bytes(package, name)
        if size is None or bytes_bucket(size) != artifacts[name].bytes_bucket:
            yield package.problem(ProblemKind.COMMITMENT, f"{name} is no sealed file of the size that is said")


def bytes_bucket(size: int) -> int:
    """Return the power of two that a size does not exceed; 1 for nothing at all."""
    return 1 << max(size - 1, 0).bit_length()


def _clear_bytes(package: Gathering, name: str) -> int | None:
    """Return how many clear bytes an age file holds, which its own size tells; None if it is none."""
    try:
        with package.open(name) as reader:
            end = _HEADER_END.search(reader.read(_HEADER_BYTES_MOST))
    except IntegrityError:
        return None  # told by the sums
    payload = package.sizes[name] - (end.end() if end else 0) - _NONCE_BYTES
    pieces = -(-payload // (_PIECE_BYTES + _TAG_BYTES))
    return payload - pieces * _TAG_BYTES if end and payload >= _TAG_BYTES else None


def check_openings(package: Gathering) -> Iterator[Problem]:
    """With a key, open everything that is sealed; clear bytes are counted and digested as they go by, and not kept."""
    if package.request.identity is None or package.manifest is None:
        return
    try:
        openings = _read_openings(package)
    except (IntegrityError, KeyFileError) as error:
        yield package.problem(ProblemKind.OPENING, f"{OPENINGS}: {error}")
        return
    artifacts = {each.sealed: each for each in package.manifest.artifacts}
    if [each.sealed for each in openings.openings] != sorted(artifacts):
        yield package.problem(ProblemKind.OPENING, "the openings are not of these contents")
    if not _is_of_case(openings.facts, package.manifest.case_ref):
        yield package.problem(ProblemKind.OPENING, "the openings are of another case than the manifest says")
    for opening in openings.openings:
        if opening.sealed in artifacts and opening.sealed in package.sizes:  # else it was told
            yield from _compared(package, opening, artifacts[opening.sealed].commitment)


def _read_openings(package: Gathering) -> Openings:
    clear = _Bounded()
    decrypt_stream(package.request.identity or "", io.BytesIO(package.read_or_refuse(OPENINGS)), clear)
    return parse_openings(clear.getvalue())


def _is_of_case(facts: Mapping[str, str], expected: bytes) -> bool:
    salt, case = facts.get("case_ref_salt", ""), facts.get("case", "")
    return bool(_SALT.fullmatch(salt)) and case_ref(bytes.fromhex(salt), CaseId(case)) == expected


def _compared(package: Gathering, opening: Opening, commitment: bytes) -> Iterator[Problem]:
    """Open one content, and compare it with its opening and its commitment."""
    name, found = opening.sealed, _Committed(opening.salt)
    try:
        with package.open(name) as reader:
            decrypt_stream(package.request.identity or "", reader, found)  # type: ignore[arg-type]  # as above
    except (IntegrityError, KeyFileError) as error:
        yield package.problem(ProblemKind.OPENING, f"{name}: {error}")
        return
    seen = found.committing.opening(sealed=name, name=opening.name)
    if seen != opening:
        yield package.problem(ProblemKind.OPENING, f"{name} holds something else than what its opening says")
    elif found.committing.commitment() != commitment:
        yield package.problem(ProblemKind.OPENING, f"{name} holds something else than what was committed to")
    else:
        package.opened.append(OpenedFacts(sealed=name, sha256=seen.sha256, size=seen.size))


class _Bounded(io.BytesIO):
    """Takes no more than a text may have."""

    def write(self, data: bytes) -> int:  # type: ignore[override]  # what comes are bytes
        if self.tell() + len(data) > TEXT_BYTES_MOST:
            message = f"the openings have more than {TEXT_BYTES_MOST} bytes"
            raise IntegrityError(message)
        return super().write(data)


class _Committed:
    """Takes clear bytes, and keeps what they amount to."""

    def __init__(self, salt: bytes) -> None:
        self.committing = Committing(salt)

    def write(self, data: bytes) -> int:
        self.committing.update(data)
        return len(data)

    def flush(self) -> None:
        """Have nothing to flush."""
