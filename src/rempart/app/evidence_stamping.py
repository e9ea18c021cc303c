"""Have something stamped with the time and verify each stamp at once; without an authority in the settings, locally.

What an authority sends counts only once its signature, its chain to a root that the administrator named, and what it
is about were verified: one that lies is one that failed, with a reason, and the next is asked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.app.evidence_certificates import local_time_chain
from rempart.app.gating import make_gate
from rempart.app.outside_mail import make_timestamper
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import ConfigError, IntegrityError
from rempart.evidence.local_authority import LABEL, LocalAuthority
from rempart.evidence.tokens import VerifiedTimestamp, verify_reply
from rempart.model.timestamp import Imprint, ImprintAlgorithm, Timestamp, TimestampAuthority, TimestampOutcome

logger = logging.getLogger(__name__)

_ROOTS_BYTES_MOST: Final = 1024 * 1024
_UNNAMED: Final = (
    "the package was made under other settings and does not name its root: set that authority again, or record it again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A time-stamp that was verified."""

    reply: bytes = field(repr=False)
    """As the authority gave it."""
    verified: VerifiedTimestamp
    """What it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStamped:
    """An authority whose time-stamp does not count."""

    who: str
    """Its address."""
    why: str
    """In words."""


class Asks(Protocol):
    """Whoever asks one authority: :class:`rempart.net.tsa.TimestampClient`."""

    def request(self, imprint: Imprint, authority: TimestampAuthority) -> TimestampOutcome:
        """Ask; whatever comes of it is a value."""


class Stamping:
    """Stamps for a workspace."""

    def __init__(self, workspace: Workspace, settings: Settings, *, asks: Asks | None = None) -> None:
        """Prepare to ask.

        Args:
            workspace: Whose.
            settings: The authorities, and the roots that vouch for them.
            asks: Instead of what asks the network.

        Raises:
            ConfigError: authorities are set, and no roots to verify them by.
        """
        self._workspace = workspace
        self._settings = settings
        self._urls = settings.timestamps.authorities
        self._roots = _roots(settings) if self._urls else ()
        self._asks = asks or (make_timestamper(settings, make_gate(settings)) if self._urls else None)

    @property
    def is_local(self) -> bool:
        """Tell whether the time is stamped here: it proves nothing to a stranger."""
        return not self._urls

    @property
    def wanted(self) -> int:
        """Return how many time-stamps are enough."""
        return 1 if self.is_local else min(self._settings.timestamps.wanted, len(self._urls))

    def roots(self, now: dt.datetime) -> tuple[x509.Certificate, ...]:
        """Return the roots by which stamps are verified."""
        if not self.is_local:
            return self._roots
        return (local_time_chain(self._workspace, self._settings.evidence.organisation, now).root,)

    def roots_pem(self, now: dt.datetime) -> tuple[str, ...]:
        """Return them as packages have them."""
        return tuple(root.public_bytes(Encoding.PEM).decode() for root in self.roots(now))

    def label(self) -> str:
        """Return what to tell whoever sees one of these stamps; empty if they are real ones."""
        return LABEL if self.is_local else ""

    def verify(
        self, reply: bytes, content: bytes, now: dt.datetime, *, also: Collection[x509.Certificate] = ()
    ) -> VerifiedTimestamp:
        """Verify a stamp that is kept.

        Args:
            reply: The stamp.
            content: What it must be of.
            now: When.
            also: Further roots: those that a package names, of authorities that are no longer in the settings.

        Raises:
            IntegrityError: it does not hold.
        """
        return verify_reply(reply, imprint_of(content), [*self.roots(now), *also])

    def stamp(
        self,
        content: bytes,
        count: int,
        now: dt.datetime,
        *,
        have: Collection[bytes] = (),
        named: Collection[x509.Certificate] | None = None,
    ) -> Iterator[Stamped | NotStamped]:
        """Have a content stamped, by one authority after another until enough have.

        Args:
            content: What is stamped; authorities get its digest.
            count: How many stamps are wanted.
            now: When.
            have: SHA-256 of the certificates of those who stamped it already: a second stamp of theirs adds nothing.
            named: The roots that a package names: by another one, a stranger could not verify the stamp.
        """
        seen = set(have)
        for outcome in self._replies(content, now) if count > 0 else ():
            found = self._judged(outcome, content, now, named)
            if isinstance(found, Stamped):
                if found.verified.signer_sha256 in seen:
                    continue
                seen.add(found.verified.signer_sha256)
                count -= 1
            yield found
            if count <= 0:  # before the next one is asked
                return

    def _replies(self, content: bytes, now: dt.datetime) -> Iterator[tuple[str, bytes] | NotStamped]:
        imprint = imprint_of(content)
        if self._asks is None:
            authority = LocalAuthority(local_time_chain(self._workspace, self._settings.evidence.organisation, now))
            nonce, serial = secrets.randbits(63) + 1, secrets.randbits(63) + 1
            yield LABEL, authority.stamp(imprint, at=now, nonce=nonce, serial=serial)
            return
        for url in self._urls:
            outcome = self._asks.request(imprint, TimestampAuthority(url=url))
            yield (
                (url, outcome.raw_reply)
                if isinstance(outcome, Timestamp)
                else NotStamped(who=url, why=outcome.in_words())
            )

    def _judged(
        self,
        outcome: tuple[str, bytes] | NotStamped,
        content: bytes,
        now: dt.datetime,
        named: Collection[x509.Certificate] | None,
    ) -> Stamped | NotStamped:
        if isinstance(outcome, NotStamped):
            return outcome
        who, reply = outcome
        try:
            found = Stamped(reply=reply, verified=self.verify(reply, content, now))
        except IntegrityError as error:
            logger.warning("a time-stamp does not hold")
            return NotStamped(who=who, why=str(error))
        return found if named is None or _is_by(reply, content, named) else NotStamped(who=who, why=_UNNAMED)


def _is_by(reply: bytes, content: bytes, roots: Collection[x509.Certificate]) -> bool:
    try:
        verify_reply(reply, imprint_of(content), list(roots))
    except IntegrityError:
        return False
    return True


def imprint_of(content: bytes) -> Imprint:
    """Return what authorities get of a content."""
    return Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(content).digest())


def _roots(settings: Settings) -> tuple[x509.Certificate, ...]:
    path = settings.timestamps.roots_file
    if path is None:
        message = "timestamps.authorities is set, and timestamps.roots_file is not: no time-stamp could be verified"
        raise ConfigError(
            message, advice="Put the root certificates of these authorities, from their sites, in a file."
        )
    try:
        content = path.read_bytes()[:_ROOTS_BYTES_MOST]
        return tuple(x509.load_pem_x509_certificates(content))
    except (OSError, ValueError) as error:
        message = f"the root certificates in {path} cannot be read"
        raise ConfigError(message, advice="timestamps.roots_file is a file of certificates in PEM.") from error
