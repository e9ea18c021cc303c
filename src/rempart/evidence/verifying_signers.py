"""Who sealed a package, and where it is in the log."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509

from rempart.errors import IntegrityError
from rempart.evidence.gathering import Gathering
from rempart.evidence.leaves import verify_leaf
from rempart.evidence.log_proof import LogFacts, read_log_proof
from rempart.evidence.notes import VerifierKey
from rempart.evidence.seal import SealFacts, read_seal
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import Problem, ProblemKind, Root

_SALT: Final = re.compile(rb"([0-9a-f]{64})\n")


def check_seal(package: Gathering) -> Iterator[Problem]:
    """The seal is of the sums, by a certificate that was valid when the first time-stamp was made."""
    try:
        seal, sums = package.read_or_refuse("proofs/seal.p7s"), package.read_or_refuse(SUMS)
        authorities, root = seal_authorities(package)
        package.seal = read_seal_at(seal, sums, authorities, first_time(package))
        package.seal_root = root
    except IntegrityError as error:
        yield package.problem(ProblemKind.SEAL, error)


def seal_authorities(package: Gathering) -> tuple[Sequence[x509.Certificate], Root]:
    """Return who may vouch for seals: those that were given, or else the package's own."""
    if package.request.given.ca:
        return package.request.given.ca, Root.GIVEN
    return package.keys.ca if package.keys else (), Root.PACKAGE


def first_time(package: Gathering) -> dt.datetime | None:
    """Return the earliest time at which the package is proved to have existed."""
    return min((each.at for each in package.times), default=None)


def read_seal_at(
    seal: bytes, content: bytes, authorities: Sequence[x509.Certificate], at: dt.datetime | None
) -> SealFacts:
    """Verify a seal, and that its certificates were valid at a time that a time-stamp proves.

    Raises:
        IntegrityError: it does not hold.
    """
    facts = read_seal(seal, content, authorities)
    if at is not None and not facts.valid_from <= at <= facts.valid_until:
        message = "its certificate was not valid when the first time-stamp was made"
        raise IntegrityError(message)
    return facts


def check_log(package: Gathering) -> Iterator[Problem]:
    """The leaf commits to the sums, and is in the log that the key signed."""
    try:
        salt = _SALT.fullmatch(package.read_or_refuse("proofs/log-salt.hex"))
        leaf, proof = package.read_or_refuse("proofs/log-leaf.txt"), package.read_or_refuse("proofs/log.tlog-proof")
        if salt is None:
            message = "proofs/log-salt.hex has another form"
            raise IntegrityError(message)  # noqa: TRY301 - told as what the libraries refuse
        verify_leaf(leaf, bytes.fromhex(salt[1].decode()), package.read_or_refuse(SUMS))
        package.log, package.log_root = _read_proof(package, proof, leaf)
    except IntegrityError as error:
        yield package.problem(ProblemKind.LOG, error)


def _read_proof(package: Gathering, proof: bytes, leaf: bytes) -> tuple[LogFacts, Root]:
    """Verify a proof by the keys that were given, or else the package's own.

    Raises:
        IntegrityError: it does not hold.
    """
    given, own = package.request.given, package.keys
    keys: tuple[VerifierKey, ...] = given.log or (own.log if own else ())
    named = {key.vkey: key for key in (*given.witnesses, *(own.witnesses if own else ()))}
    error = IntegrityError("no key of a log is there")
    for key in keys:
        try:
            facts = read_log_proof(proof, leaf, log_key=key, witnesses=list(named.values()))
            break
        except IntegrityError as refused:
            error = refused
    else:
        raise error
    if given.witnesses:
        facts = read_log_proof(proof, leaf, log_key=key, witnesses=given.witnesses, is_strict=False)
    saw, least = len({each.witness for each in facts.cosignatures}), package.request.witnesses_least
    if saw < least:
        message = f"{saw} witnesses cosigned the log, and {least} are asked for"
        raise IntegrityError(message)
    if named and not saw:
        package.remark("no witness cosigned the log")
    return facts, Root.GIVEN if given.log else Root.PACKAGE
