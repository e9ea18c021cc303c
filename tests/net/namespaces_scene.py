"""What ``test_namespaces.py`` plays inside a namespace: a server at a public address, and a way out that is seen."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from net.namespaces import ADDRESSES, SITE, SITE_V6, has_uplink
from net.wire import Wire


def main(port: int) -> dict[str, object]:
    """Connect to ourselves at public addresses, and try to leave."""
    reached = []
    with Wire() as wire:
        for address in ADDRESSES:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with (
                socket.create_server((address, port), family=family),
                socket.create_connection((address, port), 2) as client,
            ):
                reached.append(client.getpeername()[0])
        with contextlib.suppress(OSError):
            socket.create_connection(("198.41.0.4", 53), 0.3)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.sendto(b"?", ("198.41.0.4", 3478))
    return {
        "reached": reached,
        "contacts": sorted(wire.contacts),
        "lost": wire._lost,
        "uplink": has_uplink(),
        "resolver": Path("/etc/resolv.conf").read_text("ascii").split()[1],
        "uid": os.getuid(),
        "known": [SITE, SITE_V6],
    }
