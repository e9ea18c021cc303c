"""What ``test_relay_scene.py`` plays inside a namespace: the relay unmodified, before hosts at public addresses."""

from __future__ import annotations

import base64
import socket
import threading
from typing import Any

from net.namespaces import OTHER_SITE, PRIVATE, PRIVATE_V6, SITE, SITE_V6
from net.stub_dns import StubDns
from net.wire import Wire
from rempart.model.gate import MinorGate
from rempart.net import DnsResolver, Guard
from rempart.net.relay import EgressRelay, ProxyAddress
from rempart.net.relay_log import MemoryDecisions, to_record
from rempart.net.relay_rules import HostRule, RelayJob

_NAMES = {
    "both.example.org": (SITE, SITE_V6),
    "six.example.org": (SITE_V6,),
    "broken.example.org": (OTHER_SITE, SITE_V6),
    "mixed.example.org": (SITE, PRIVATE_V6),
    "mapped.example.org": (SITE_V6, f"::ffff:{PRIVATE}"),
    "nat64.example.org": ("64:ff9b::a9fe:a9fe",),
}


def main() -> dict[str, Any]:
    """Ask for a tunnel to each name, to an address, and to ports of the web and others."""
    log = MemoryDecisions()
    with StubDns() as dns, Wire() as wire, _host(SITE), _host(SITE_V6):
        for name, addresses in _NAMES.items():
            dns.add(name, *addresses)
        job = RelayJob(hosts=frozenset(map(HostRule.parse, ("*.example.org", f"[{SITE_V6}]", PRIVATE))))
        with EgressRelay(job, MinorGate(), Guard(DnsResolver(dns.servers)), log).running() as proxy:
            asked = [*(f"{name}:443" for name in _NAMES), f"[{SITE_V6}]:443", f"{PRIVATE}:443", "both.example.org:8443"]
            statuses = {target: _connect(proxy, target) for target in asked}
    ours = {("tcp", "127.0.0.1", proxy.port), ("udp", "127.0.0.1", dns.port)}
    return {
        "statuses": statuses,
        "peers": {f"{d.host} {d.port}": d.peer for d in log.decisions},
        "contacts": sorted(set(wire.contacts) - ours),
        "decisions": [to_record(d) for d in log.decisions],
        "lost": wire._lost,
    }


def _connect(proxy: ProxyAddress, target: str) -> int:
    known = base64.b64encode(f"{proxy.user}:{proxy.secret}".encode()).decode()
    with socket.create_connection(("127.0.0.1", proxy.port), 20) as client:
        head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic {known}\r\n\r\n"
        client.sendall(head.encode())
        return int(client.recv(4096).split(b" ")[1])


def _host(address: str) -> socket.socket:
    """Accept at an address, and say nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, 443), family=family)
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    return listener
