"""When a package existed: its time-stamps, and their renewals, each believed at the time of the next.

The newest renewal must hold today; what it lists must have held when it was made; and so on down to the first
time-stamps. So a certificate that has ended does no harm if what it signed was renewed before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from rempart.errors import IntegrityError
from rempart.evidence.gathering import Gathering
from rempart.evidence.sums import SUMS, render_sums
from rempart.evidence.tokens import VerifiedTimestamp, verify_reply
from rempart.evidence.trusted_keys import load_pem
from rempart.evidence.verdicts import Problem, ProblemKind, Root, TimeFacts
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.net.foreign_text import shown

_TOKEN: Final = re.compile(r"proofs/([0-9]{2})\.tsr")
_RENEWAL: Final = re.compile(r"proofs/renewal-([0-9]{2})(\.txt|\.tsr|-tsa\.pem)")
_LOCAL: Final = "LOCAL time-stamps"
#: How far the clock of whoever verifies may be behind.
_CLOCK_MOST: Final = dt.timedelta(days=1)


def check_times(package: Gathering) -> Iterator[Problem]:
    """Verify all time-stamps, from the newest renewal down."""
    until = package.request.at
    renewals, problems = _renewals(package)
    yield from problems
    for number in reversed(renewals):
        name = f"proofs/renewal-{number:02d}"
        try:
            listed = package.read_or_refuse(f"{name}.txt")
            if listed != _listed(package, number):
                message = f"{name}.txt is not a list of what was there"
                raise IntegrityError(message)  # noqa: TRY301 - told as what the libraries refuse
            until = _checked(package, f"{name}.tsr", listed, until, beside=f"{name}-tsa.pem")
        except IntegrityError as error:
            yield package.problem(ProblemKind.TIME, error)
    tokens = sorted(int(found[1]) for name in package.sizes if (found := _TOKEN.fullmatch(name)))
    if tokens != list(range(1, len(tokens) + 1)):
        yield package.problem(ProblemKind.TIME, "a time-stamp before the last one is missing")
    for number in tokens:
        try:
            _checked(package, f"proofs/{number:02d}.tsr", package.read_or_refuse(SUMS), until)
        except IntegrityError as error:
            yield package.problem(ProblemKind.TIME, error)
    yield from _counted(package, len(tokens))


def _counted(package: Gathering, count: int) -> Iterator[Problem]:
    least = package.request.timestamps_least
    if count < least:
        yield package.problem(ProblemKind.TIME, f"{count} time-stamps are there, and {least} are asked for")
    if package.manifest and count < package.manifest.authorities:
        package.remark(f"{package.manifest.authorities} authorities were to be asked, and {count} time-stamps are here")
    if package.times and package.request.given.tsa and all(each.root is not Root.GIVEN for each in package.times):
        yield package.problem(ProblemKind.TIME, "no time-stamp is by an authority that was named")


def _renewals(package: Gathering) -> tuple[list[int], list[Problem]]:
    """Return the numbers of the renewals, and what is wrong with their files."""
    parts: dict[int, set[str]] = {}
    for name in package.sizes:
        if found := _RENEWAL.fullmatch(name):
            parts.setdefault(int(found[1]), set()).add(found[2])
    problems = [
        package.problem(ProblemKind.TIME, f"renewal {number:02d} is not whole")
        for number, have in parts.items()
        if not {".txt", ".tsr"} <= have
    ]
    if sorted(parts) != list(range(1, len(parts) + 1)):
        problems.append(package.problem(ProblemKind.TIME, "a renewal before the last one is missing"))
    return sorted(parts), problems


def _listed(package: Gathering, number: int) -> bytes:
    """Return what a renewal's list must be: the sums, the seal, and every time-stamp and renewal before it."""
    names = [SUMS, "proofs/seal.p7s"]
    for name in package.sizes:
        renewal = _RENEWAL.fullmatch(name)
        if _TOKEN.fullmatch(name) or (renewal and int(renewal[1]) < number):
            names.append(name)
    return render_sums({name: package.digest(name) for name in names})


def _checked(package: Gathering, name: str, content: bytes, until: dt.datetime, *, beside: str = "") -> dt.datetime:
    """Verify a time-stamp, keep what it says, and return until when what it is of must hold.

    Args:
        package: What it is of.
        name: Its file.
        content: What it must be of.
        until: Until when its certificates must be valid.
        beside: A file that may have its root.

    Raises:
        IntegrityError: it does not hold.
    """
    found, root = _verified(package, name, content, beside)
    at, is_last = found.facts.gen_time, until == package.request.at
    if at > until + (_CLOCK_MOST if is_last else dt.timedelta(0)):
        message = f"{name} is later than " + ("today" if is_last else "what renewed it")
        raise IntegrityError(message)
    if found.valid_until < until:
        message = f"{name}: a certificate of the authority has ended, and the time-stamp was not renewed before"
        if package.request.given.tsa and any(each.root is Root.BESIDE for each in package.times):
            message += " by an authority that was named"
        raise IntegrityError(message)
    if any(
        (each.serial, each.at, each.signer_sha256) == (found.facts.serial, at, found.signer_sha256)
        for each in package.times
    ):
        message = f"{name} is a time-stamp that is there already"
        raise IntegrityError(message)
    if root is Root.BESIDE:
        package.remark(f"{name} is by an authority that nothing sealed names: compare {found.anchor_sha256.hex()}")
    package.times.append(
        TimeFacts(
            name=name,
            at=at,
            accuracy=found.facts.accuracy,
            serial=found.facts.serial,
            signer=shown(found.signer),
            signer_sha256=found.signer_sha256,
            anchor_sha256=found.anchor_sha256,
            root=root,
            is_local=_LOCAL in found.signer or _LOCAL in found.anchor,
            renew_before=found.valid_until,
        )
    )
    # Anybody can be an authority of her own and date back: to whoever named some, what she renewed holds without her.
    return until if root is Root.BESIDE and package.request.given.tsa else at


def _verified(package: Gathering, name: str, content: bytes, beside: str) -> tuple[VerifiedTimestamp, Root]:
    """Verify a time-stamp by what was given, else by what the package has, else by what is beside it."""
    reply = package.read_or_refuse(name)
    in_package = package.keys.tsa if package.keys else ()
    found_beside = load_pem(package.read(beside) or b"\n") if beside in package.sizes else ()
    groups = ((Root.GIVEN, package.request.given.tsa), (Root.PACKAGE, in_package), (Root.BESIDE, found_beside))
    error = IntegrityError("it has no root")
    for root, anchors in groups:
        if not anchors:
            continue
        try:
            return verify_reply(reply, _imprint(reply, content), anchors, known=(*in_package, *found_beside)), root
        except IntegrityError as refused:
            error = refused
    message = f"{name}: {error}"
    raise IntegrityError(message)


def _imprint(reply: bytes, content: bytes) -> Imprint:
    """Return what a reply must be of: by SHA-512 if that digest is in it, else by SHA-256."""
    longer = hashlib.sha512(content).digest()
    if longer in reply:
        return Imprint(algorithm=ImprintAlgorithm.SHA512, digest=longer)
    return Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(content).digest())
