"""See whatever leaves a program, inside a namespace of ``net.namespaces``: whom it spoke to, over TCP and UDP."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Final, NamedTuple, Self

_EVERY_PROTOCOL: Final = 3  # linux/if_ether.h, ETH_P_ALL
_OUTGOING: Final = 4  # linux/if_packet.h, PACKET_OUTGOING: on lo, each packet is seen going and coming
_SOL_PACKET, _STATISTICS = 263, 6
_TCP, _UDP = 6, 17
_SYN, _ACK = 0x02, 0x10


class Contact(NamedTuple):
    """One who was spoken to."""

    protocol: str
    address: str
    port: int


class Wire:
    """Counts the connections that were begun (TCP) and the packets sent (UDP) to each address and port.

    What answers over UDP is not counted: it goes to a port that spoke first.
    """

    def __init__(self) -> None:
        """Begin to listen."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERY_PROTOCOL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        self._socket.settimeout(0.1)
        self._found: Counter[Contact] = Counter()
        self._asked: set[tuple[Contact, Contact]] = set()
        self._lost = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def contacts(self) -> Counter[Contact]:
        """Return whom was spoken to until now, and how often."""
        return Counter(self._found)

    @property
    def lost(self) -> int:
        """Return how many packets came too quickly to be looked at: with one, nothing is proven."""
        asked = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        self._lost += struct.unpack("II", asked)[1]
        return self._lost

    def _listen(self) -> None:
        while not self._end.is_set():
            try:
                packet, (_, _, kind, _, _) = self._socket.recvfrom(128)
            except TimeoutError:
                continue
            if kind == _OUTGOING and (ends := parse_packet(packet)) and ends not in self._asked:
                sender, receiver = ends
                self._asked.add((receiver, sender))
                self._found[receiver] += 1

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, once what is under way was seen."""
        time.sleep(0.2)
        self._end.set()
        self._thread.join()
        _ = self.lost
        self._socket.close()


def parse_packet(packet: bytes) -> tuple[Contact, Contact] | None:
    """Return who sent a packet and whom it is for, if it begins a connection or is UDP."""
    if packet[0] >> 4 == ipaddress.IPv4Address(0).version:
        protocol, begin, size = packet[9], 12, 4
        rest = packet[(packet[0] & 0x0F) * 4 :]
    else:
        protocol, begin, size = packet[6], 8, 16
        rest = packet[40:]
    is_first = protocol == _TCP and rest[13] & (_SYN | _ACK) == _SYN
    if protocol != _UDP and not is_first:
        return None
    kind = "tcp" if is_first else "udp"
    sender, receiver = packet[begin : begin + size], packet[begin + size : begin + 2 * size]
    return _contact(kind, sender, rest[:2]), _contact(kind, receiver, rest[2:4])


def _contact(kind: str, address: bytes, port: bytes) -> Contact:
    return Contact(kind, str(ipaddress.ip_address(address)), int.from_bytes(port, "big"))
