"""Facts about a host, each with its source and its time: names, registrations, who answers for it, certificates.

What is not known is a value as well: why it is not, who was asked, and when.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class NoFactReason(StrEnum):
    """Why something is not known."""

    NO_SUCH_NAME = "no_such_name"
    NO_RECORDS = "no_records"
    TIME = "time"
    SERVER_FAILED = "server_failed"
    NO_SERVER = "no_server"
    NOT_REGISTERED = "not_registered"
    RATE_LIMITED = "rate_limited"
    NOT_FETCHED = "not_fetched"
    NOT_READABLE = "not_readable"
    ABOUT_ANOTHER = "about_another"
    STOPPED = "stopped"
    NOT_ASKED = "not_asked"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _WORDS[self]


_WORDS: Final = {
    NoFactReason.NO_SUCH_NAME: "there is no such name",
    NoFactReason.NO_RECORDS: "the name has no record of this kind",
    NoFactReason.TIME: "nobody answered in time",
    NoFactReason.SERVER_FAILED: "whoever was asked could not answer",
    NoFactReason.NO_SERVER: "no registry that answers is known for it",
    NoFactReason.NOT_REGISTERED: "the registry does not know it",
    NoFactReason.RATE_LIMITED: "the registry asks to be asked less often",
    NoFactReason.NOT_FETCHED: "the answer cannot be had",
    NoFactReason.NOT_READABLE: "the answer cannot be read",
    NoFactReason.ABOUT_ANOTHER: "the answer is about something else",
    NoFactReason.STOPPED: "stopped: its name may concern a minor",
    NoFactReason.NOT_ASKED: "not asked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFact:
    """Something that is not known."""

    what: str
    """What was looked for: ``MX example.org``, ``registration of example.org``."""
    reason: NoFactReason
    """The class of reason."""
    detail: str = ""
    """The value that was wrong, or what is known nevertheless; never content."""
    source: str = ""
    """Who was asked: an address or a URL; empty if nobody was."""
    at: dt.datetime
    """When."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        words = self.reason.in_words()
        return f"{words}: {self.detail}" if self.detail else words


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One record of the DNS, as one name server gave it."""

    name: str
    """Whose it is, without its last dot."""
    kind: str
    """``A`` ``AAAA`` ``CNAME`` ``NS`` ``MX`` ``TXT`` ``SOA`` ``CAA`` ``PTR``."""
    value: str
    """As zone files write it (RFC 1035 §5.1), in ASCII."""
    ttl_s: int
    """Seconds that the answer says it may be kept."""
    server: str
    """IP address of the name server that answered."""
    at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFacts:
    """What the DNS says of a host."""

    host: str
    """In its one form."""
    zone: str
    """Name of the zone that the host is in; the host itself where that is not known."""
    records: tuple[DnsRecord, ...]
    """Every record, the host's first."""
    missing: tuple[NoFact, ...]
    """What was asked and is not known."""

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the values of one kind of records."""
        return tuple(record.value for record in self.records if record.kind == kind)


class ContactRole(StrEnum):
    """For whom a contact answers, the best place for a notice first."""

    HOST_ABUSE = "host_abuse"
    """The holder of the network in which the host is."""
    NESTED_HOST_ABUSE = "nested_host_abuse"
    """An organisation inside that network's registration."""
    REGISTRAR_ABUSE = "registrar_abuse"
    """The company through which the domain was registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbuseContact:
    """Where a notice can go."""

    role: ContactRole
    """For whom it answers."""
    email: str = ""
    """Checked to be one mailbox, in ASCII; empty if none."""
    phone: str = ""
    """Digits and the signs of a telephone number; empty if none."""
    organisation: str = ""
    """Whose it is; empty where only a person is named."""
    source: str
    """URL of the server that said so."""
    at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRegistration:
    """What the registry of a domain says of it; of people nothing is kept."""

    domain: str
    """The registered domain that the host is in."""
    registrar: str = ""
    """Name of the company through which it was registered."""
    registrar_id: str = ""
    """Its number at IANA."""
    registrant_organisation: str = ""
    """The organisation that holds it, where the registry says one; never a person."""
    nameservers: tuple[str, ...] = ()
    """In ASCII, small letters."""
    status: tuple[str, ...] = ()
    """In the registry's words (RFC 8056)."""
    created_at: dt.datetime | None = None
    """When it was registered."""
    changed_at: dt.datetime | None = None
    """When its registration last changed."""
    expires_at: dt.datetime | None = None
    """When its registration ends."""
    contacts: tuple[AbuseContact, ...] = ()
    """The registrar's."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the answer, in English."""
    source: str
    """URL of the server that said so."""
    at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRegistration:
    """What a regional registry says of the network that an address is in."""

    address: str
    """The one that was asked about."""
    first: str
    """First address of the network."""
    last: str
    """Its last one."""
    handle: str = ""
    """Its identifier at the registry."""
    name: str = ""
    """Its name there."""
    holder: str = ""
    """The organisation that holds it; never a person."""
    country: str = ""
    """Two letters, as registered: where the holder says, not where the machine is."""
    as_numbers: tuple[int, ...] = ()
    """Autonomous systems that announce it, where the registry says so (ARIN)."""
    contacts: tuple[AbuseContact, ...] = ()
    """Where a notice can go, the best first."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the answer, in English."""
    source: str
    """URL of the server that said so."""
    at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutnumRegistration:
    """What a regional registry says of an autonomous system."""

    number: int
    """The one that was asked about."""
    handle: str = ""
    """Its identifier at the registry."""
    name: str = ""
    """Its name there."""
    holder: str = ""
    """The organisation that holds it; never a person."""
    country: str = ""
    """Two letters, as registered."""
    contacts: tuple[AbuseContact, ...] = ()
    """Where a notice can go, the best first."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the answer, in English."""
    source: str
    """URL of the server that said so."""
    at: dt.datetime
    """When."""


class CertificateProblem(StrEnum):
    """Why a certificate is not valid for its host."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_HOST = "wrong_host"
    SELF_SIGNED = "self_signed"
    UNKNOWN_AUTHORITY = "unknown_authority"
    REFUSED = "refused"
    NOT_READABLE = "not_readable"
    CHANGED = "changed"
    NOT_VERIFIED = "not_verified"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _PROBLEMS[self]


_PROBLEMS: Final = {
    CertificateProblem.EXPIRED: "it has expired",
    CertificateProblem.NOT_YET_VALID: "it is not valid yet",
    CertificateProblem.WRONG_HOST: "it is for other hosts",
    CertificateProblem.SELF_SIGNED: "it is signed by itself, and not by an authority that is trusted here",
    CertificateProblem.UNKNOWN_AUTHORITY: "no authority that is trusted here signed it",
    CertificateProblem.REFUSED: "it is refused for another reason",
    CertificateProblem.NOT_READABLE: "it cannot be read",
    CertificateProblem.CHANGED: "another one was presented a moment later",
    CertificateProblem.NOT_VERIFIED: "whether it is valid could not be found out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate, as it was presented; empty fields if it cannot be read."""

    subject: str = ""
    """Whose it is (RFC 4514 order)."""
    issuer: str = ""
    """Who signed it."""
    names: tuple[str, ...] = ()
    """Hosts and addresses that it is for."""
    names_left_out: int = 0
    """How many more it has than are listed."""
    valid_from: dt.datetime | None = None
    """First instant."""
    valid_until: dt.datetime | None = None
    """Last instant."""
    serial: str = ""
    """In hexadecimal."""
    sha256: str
    """Digest of its DER."""
    der: bytes = field(repr=False)
    """As it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What a host presented when a secure connection was begun; nothing was asked over it."""

    host: str
    """In its one form."""
    port: int
    """Of the connection."""
    peer: str
    """IP address that presented it."""
    protocol: str
    """Version of TLS."""
    cipher: str
    """Its cipher suite."""
    chain: tuple[Certificate, ...]
    """As presented, the host's own first."""
    problems: tuple[CertificateProblem, ...]
    """Why it is not valid; none if it is."""
    detail: str = ""
    """What the verification said, in its library's words."""
    at: dt.datetime
    """When."""

    @property
    def source(self) -> str:
        """Return who said so."""
        return f"{self.peer} port {self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """All that was found about one host."""

    host: str
    """In its one form."""
    at: dt.datetime
    """When the first question was asked."""
    dns: DnsFacts | NoFact
    """Its names."""
    domain: DomainRegistration | NoFact
    """Its domain's registration."""
    networks: tuple[NetworkRegistration | NoFact, ...]
    """That of each network in which it has an address."""
    autnums: tuple[AutnumRegistration | NoFact, ...]
    """Those of the autonomous systems that the networks name."""
    tls: TlsFacts | NoFact
    """Its certificates."""
    contacts: tuple[AbuseContact, ...]
    """Where a notice can go, the best first, each once."""


class RefreshOutcome(StrEnum):
    """What came of asking for a newer bootstrap file."""

    REPLACED = "replaced"
    """A newer one is used from now on."""
    UNCHANGED = "unchanged"
    """There is none newer."""
    KEPT = "kept"
    """The one that came is not whole, or older: what was there is used on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapChange:
    """One bootstrap registry of RDAP after a refresh."""

    registry: str
    """``dns`` ``ipv4`` ``ipv6`` ``asn``."""
    outcome: RefreshOutcome
    """What came of it."""
    published_at: dt.datetime | None
    """Publication of what is used now; None if nothing is."""
    detail: str = ""
    """Why it was kept."""
