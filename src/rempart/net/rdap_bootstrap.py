"""Which RDAP server knows a domain, an address or an autonomous system: IANA's bootstrap registries (RFC 9224).

They come with Rempart and can be fetched anew. Of what came with it and what was fetched, the newest that is whole is
used; a damaged file is passed over with a remark.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Final

from rempart.clock import utc_now
from rempart.errors import FetchError
from rempart.model.strict_json import JsonFault, parse_json_object
from rempart.net.addresses import IPAddress
from rempart.net.rdap_values import parse_instant
from rempart.net.urls import parse_url

#: IANA's DNS registry, the largest, is 71 kB as published.
BYTES_MOST: Final = 1_048_576
_DEPTH_MOST: Final = 4
_VALUES_MOST: Final = 50_000
_URL_CHARACTERS_MOST: Final = 512
_LABEL: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_AUTNUMS: Final = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?")
#: A file from the future would keep out every true one until then.
_FUTURE_MOST: Final = dt.timedelta(days=1)
_VERSION: Final = "1.0"


class Registry(StrEnum):
    """The bootstrap registries that are used."""

    DNS = "dns"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    ASN = "asn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWhole:
    """A file that is no bootstrap registry, or not the one that it should be."""

    detail: str
    """Why, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Some entries, and the servers that know them."""

    entries: tuple[str, ...]
    """Domains, networks or ranges of AS numbers."""
    urls: tuple[str, ...]
    """https only, each with a slash at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapFile:
    """One registry, read."""

    registry: Registry
    """Which."""
    publication: dt.datetime
    """When IANA published it."""
    services: tuple[Service, ...]
    """Those that can be asked over https."""


def parse_bootstrap(registry: Registry, content: bytes, *, now: dt.datetime | None = None) -> BootstrapFile | NotWhole:
    """Read one registry.

    Args:
        registry: Which one it should be.
        content: Its bytes.
        now: The present instant; none asks the clock.
    """
    tree = _tree(content)
    if isinstance(tree, NotWhole):
        return tree
    if tree.get("version") != _VERSION:
        return NotWhole(detail=f"it is not of version {_VERSION}")
    publication = parse_instant(tree.get("publication"))
    if publication is None or publication > (now or utc_now()) + _FUTURE_MOST:
        return NotWhole(detail="it does not say when it was published, or says a day to come")
    listed = tree.get("services")
    services = [_service(registry, one) for one in listed] if isinstance(listed, list) else []
    if fault := next((one for one in services if isinstance(one, NotWhole)), None):
        return fault
    found = tuple(one for one in services if isinstance(one, Service))
    if not found:
        return NotWhole(detail="no service of it can be asked over https")
    return BootstrapFile(registry=registry, publication=publication, services=found)


def _tree(content: bytes) -> dict[str, object] | NotWhole:
    if len(content) > BYTES_MOST:
        return NotWhole(detail=f"it has more than {BYTES_MOST} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return NotWhole(detail="it is not UTF-8")
    tree = parse_json_object(text, depth_most=_DEPTH_MOST, values_most=_VALUES_MOST)
    return NotWhole(detail=f"it is no JSON that is read ({tree})") if isinstance(tree, JsonFault) else tree


def _service(registry: Registry, value: object) -> Service | NotWhole | None:
    """Read one service (RFC 9224 §3); None if none of its URLs can be asked."""
    match value:
        case [list() as entries, list() as urls] if entries and all(isinstance(e, str) for e in entries):
            kept = tuple(_entry(registry, entry.lower()) for entry in entries)
            if wrong := next((old for old, new in zip(entries, kept, strict=True) if not new), None):
                return NotWhole(detail=f"{wrong[:40]!r} is no entry of {registry}.json")
            usable = tuple(url for one in urls if (url := _base_url(one)))
            return Service(entries=kept, urls=usable) if usable else None
        case _:
            return NotWhole(detail="one of its services is none")


def _base_url(value: object) -> str:
    """Return the address of a server; empty if it cannot be asked over https."""
    if not isinstance(value, str) or len(value) > _URL_CHARACTERS_MOST:
        return ""
    try:
        url = parse_url(value)
    except FetchError:
        return ""
    if url.scheme != "https" or "?" in url.target or "#" in value:
        return ""
    return f"{str(url).rstrip('/')}/"


def _entry(registry: Registry, entry: str) -> str:
    """Return an entry in its one form; empty if it is none."""
    try:
        match registry:
            case Registry.DNS:
                return entry if _LABEL.fullmatch(entry) else ""
            case Registry.IPV4:
                return str(ipaddress.IPv4Network(entry))
            case Registry.IPV6:
                return str(ipaddress.IPv6Network(entry))
            case Registry.ASN:
                return entry if _AUTNUMS.fullmatch(entry) else ""
    except ValueError:
        return ""


class Bootstrap:
    """Finds servers in the registries at hand."""

    def __init__(self, files: Iterable[BootstrapFile], remarks: tuple[str, ...] = ()) -> None:
        """Take one file of each registry; what has none finds nothing."""
        self.files: Mapping[Registry, BootstrapFile] = {file.registry: file for file in files}
        self.remarks = remarks
        self._domains = {e: s.urls for s in self._services(Registry.DNS) for e in s.entries}
        self._networks = tuple(
            (ipaddress.ip_network(entry), service.urls)
            for registry in (Registry.IPV4, Registry.IPV6)
            for service in self._services(registry)
            for entry in service.entries
        )

    def _services(self, registry: Registry) -> tuple[Service, ...]:
        file = self.files.get(registry)
        return file.services if file else ()

    def of_domain(self, host: str) -> tuple[str, tuple[str, ...]]:
        """Return the longest entry that a name is in, and its servers; empty if there is none (RFC 9224 §4)."""
        labels = host.lower().split(".")
        for start in range(len(labels)):
            if urls := self._domains.get(suffix := ".".join(labels[start:])):
                return suffix, urls
        return "", ()

    def of_address(self, address: IPAddress) -> tuple[str, ...]:
        """Return the servers of the longest prefix that an address is in (RFC 9224 §5.1)."""
        fitting = [
            (network.prefixlen, urls)
            for network, urls in self._networks
            if network.version == address.version and address in network
        ]
        return max(fitting, default=(0, ()))[1]

    def of_autnum(self, number: int) -> tuple[str, ...]:
        """Return the servers of the range that a number is in (RFC 9224 §5.3)."""
        for service in self._services(Registry.ASN):
            for entry in service.entries:
                first, _, last = entry.partition("-")
                if int(first) <= number <= int(last or first):
                    return service.urls
        return ()


def load_bootstrap(folder: Path | None = None) -> Bootstrap:
    """Take, of each registry, the newest file that is whole: the one that came with Rempart, or the one in a folder.

    Args:
        folder: Where refreshed files are; None looks at none.
    """
    remarks: list[str] = []
    files = [file for registry in Registry if (file := _newest(registry, folder, remarks))]
    return Bootstrap(files, tuple(remarks))


def _newest(registry: Registry, folder: Path | None, remarks: list[str]) -> BootstrapFile | None:
    """Read the files of one registry."""
    name = f"{registry}.json"
    read: dict[str, bytes] = {}
    try:
        read["shipped"] = resources.files("rempart.net").joinpath("data", "rdap", name).read_bytes()
        if folder is not None:
            read["refreshed"] = _read_bounded(folder / name)
    except FileNotFoundError:
        if not read:
            remarks.append(f"{name} did not come with this installation")
    except OSError as error:
        remarks.append(f"the refreshed {name} cannot be read: {error.strerror or 'an error of the disk'}")
    found: list[BootstrapFile] = []
    for place, content in read.items():
        file = parse_bootstrap(registry, content)
        if isinstance(file, NotWhole):
            remarks.append(f"the {place} {name} is passed over: {file.detail}")
        else:
            found.append(file)
    return max(found, key=lambda file: file.publication, default=None)


def _read_bounded(path: Path) -> bytes:
    """Read a file that may have been replaced by anything: no pipe is waited for, and no more than the limit is held.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(BYTES_MOST + 1) or b""
