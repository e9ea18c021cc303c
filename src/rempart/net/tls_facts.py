"""The certificates that a host presents, and whether they are valid: handshakes only, nothing is asked over them.

1. A connection to an address that the guard checked; a handshake that verifies nothing, to record what is presented.
2. A second one that verifies as every fetch does, to say whether it is valid, and if not why.
3. What OpenSSL does not say, as it names only the first problem: expired, wrong host.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpcore2

from rempart.clock import utc_now
from rempart.errors import FetchError
from rempart.model.facts import CertificateProblem, NoFact, NoFactReason, TlsFacts
from rempart.model.gate import Cleared
from rempart.model.web import Address, NotFetched, NotFetchedReason
from rempart.net.backend import PEER, GuardedBackend
from rempart.net.certificates import CHAIN_MOST, own_problems, read_certificate
from rempart.net.client import require_cleared
from rempart.net.guard import Guard
from rempart.net.interface import FetchLimits
from rempart.net.meter import Meter, current
from rempart.net.urls import WebUrl, parse_url

HTTPS_PORT: Final = 443
_LIMITS: Final = FetchLimits(wire_bytes=262_144, total_s=15.0)
#: OpenSSL's x509_vfy.h.
_PROBLEMS: Final = {
    9: CertificateProblem.NOT_YET_VALID,
    10: CertificateProblem.EXPIRED,
    18: CertificateProblem.SELF_SIGNED,
    19: CertificateProblem.UNKNOWN_AUTHORITY,
    20: CertificateProblem.UNKNOWN_AUTHORITY,
    21: CertificateProblem.UNKNOWN_AUTHORITY,
    62: CertificateProblem.WRONG_HOST,
    64: CertificateProblem.WRONG_HOST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Presented:
    """What came of the first handshake."""

    chain: tuple[bytes, ...]
    peer: str
    protocol: str
    cipher: str


class TlsFactFinder:
    """Looks at certificates, for threads."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, limits: FetchLimits = _LIMITS) -> None:
        """Prepare it.

        Args:
            guard: Decides where connections may go; with a :class:`~rempart.net.resolving.OnceResolver`, both go to
                the same host.
            tls: Whom we trust.
            limits: What both handshakes together may cost.
        """
        self._backend = GuardedBackend(guard)
        self._tls = tls
        self._limits = limits

    def find(self, cleared: Cleared[Address]) -> TlsFacts | NoFact:
        """Look at the certificates of the host of an address; an http address is looked at on port 443."""
        require_cleared(cleared)
        at = utc_now()
        token = current.set(Meter(self._limits))
        try:
            url = parse_url(cleared.item.url)
            port = url.port if url.scheme == "https" else HTTPS_PORT
            presented = self._handshake(url, port)
            verdict, detail = self._verify(url, port, presented.chain)
        except FetchError as error:
            why = NotFetched(reason=NotFetchedReason(error.reason), detail=error.detail)
            return NoFact(what="certificates", reason=NoFactReason.NOT_FETCHED, detail=why.in_words(), at=at)
        finally:
            current.reset(token)
        chain = tuple(read_certificate(der) for der in presented.chain)
        own = own_problems(chain[0], url.host, at)
        return TlsFacts(
            host=url.host,
            port=port,
            peer=presented.peer,
            protocol=presented.protocol,
            cipher=presented.cipher,
            chain=chain,
            # What OpenSSL verified is valid, whatever we read in it.
            problems=tuple(dict.fromkeys((*verdict, *own))) if verdict else (),
            detail=detail,
            at=at,
        )

    def _handshake(self, url: WebUrl, port: int) -> _Presented:
        """Record what is presented, verifying nothing.

        Raises:
            FetchError: no secure connection can be made, or nothing is presented.
        """
        # NOTE: nothing is ever sent or read over this connection but the handshake itself.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        stream = self._secure(url, port, context)
        try:
            secured = stream.get_extra_info("ssl_object")
            chain = presented_chain(secured)[:CHAIN_MOST]
            if not chain:
                raise FetchError(NotFetchedReason.TLS, f"{url.host}: it presents no certificate")
            return _Presented(
                chain=tuple(chain),
                peer=str(stream.get_extra_info(PEER)),
                protocol=secured.version() or "",
                cipher=(secured.cipher() or ("",))[0],
            )
        finally:
            stream.close()

    def _verify(self, url: WebUrl, port: int, presented: Sequence[bytes]) -> tuple[tuple[CertificateProblem, ...], str]:
        """Say whether a host is trusted, as every fetch would."""
        try:
            stream = self._secure(url, port, self._tls)
        except FetchError as error:
            if (found := _verification_error(error)) is None:
                return (CertificateProblem.NOT_VERIFIED,), error.detail
            return (_PROBLEMS.get(found.verify_code, CertificateProblem.REFUSED),), found.verify_message
        try:
            leaf = stream.get_extra_info("ssl_object").getpeercert(True)  # noqa: FBT003 - beneath, it is by place
        finally:
            stream.close()
        # A host with several machines may present several; one that shows another to whoever verifies is worth a look.
        return ((), "") if leaf == presented[0] else ((CertificateProblem.CHANGED,), "")

    def _secure(self, url: WebUrl, port: int, context: ssl.SSLContext) -> httpcore2.NetworkStream:
        """Connect to a checked address, and shake hands.

        Raises:
            FetchError: at any step.
        """
        stream = self._backend.connect_tcp(url.host, port)
        try:
            return stream.start_tls(context, server_hostname=url.host)
        except BaseException:
            stream.close()
            raise


def presented_chain(secured: Any) -> list[bytes]:  # noqa: ANN401 - public in Python 3.13 only
    """Return the certificates that the other side presented, in DER, its own first.

    Args:
        secured: An ``ssl`` object, or what httpcore2 gives for one: the object of OpenSSL beneath it, which has this
            method from Python 3.10 on, and whose certificates are objects (``_ssl.Certificate``).
    """
    holder = secured if hasattr(secured, "get_unverified_chain") else secured._sslobj  # noqa: SLF001 - as above
    found = holder.get_unverified_chain() or ()
    return [one if isinstance(one, bytes) else bytes(one.public_bytes(_ENCODING_DER)) for one in found]


#: ``_ssl.ENCODING_DER``.
_ENCODING_DER: Final = 2


def _verification_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return what OpenSSL said of a certificate, if that is why a connection failed."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return found
        found = found.__cause__ or found.__context__
    return None
