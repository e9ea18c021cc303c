"""What ``test_relay_chromium.py`` plays inside a namespace: Chromium, sandboxed, on a page that tries to get out."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import ssl
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Error, sync_playwright

from net.chromium_site import FORBIDDEN, FRIEND, INSIDE, LOCAL_PORT, PAGE, PATHS, REBINDING, STRANGER, Site, attack_call
from net.namespaces import METADATA, OTHER_SITE, PRIVATE, SITE, has_uplink
from net.stub_dns import StubDns
from net.wire import Wire
from rempart.model.gate import MinorGate
from rempart.net import DnsResolver, Guard
from rempart.net.browser_flags import CONTEXT_OPTIONS, browser_arguments
from rempart.net.relay import EgressRelay
from rempart.net.relay_log import DecisionFile, MemoryDecisions, to_record
from rempart.net.relay_rules import HostRule, RelayJob

#: Who the browser is, in a user namespace of its own: not root, so that its sandbox is the one that users have.
_BROWSER_ID = 1000
#: Chromium itself refuses some of what the page tries; with this off, the relay is all there is.
_OWN_CHECKS = "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessForNavigations"


#: Asks for HTTP/3, which is UDP, from a host that a page names.
_FORCE_QUIC = f"--origin-to-force-quic-on={STRANGER}:443"


class _Scene(NamedTuple):
    """What a browser is shown, and how long."""

    executable: Path
    sites: list[Site]
    trust: str
    """An argument: the browser trusts the sites' key, in every worker of its own too."""
    seconds: float


def main(browser: str, *, is_guarded: bool, seconds: float) -> dict[str, Any]:
    """Show the page to a browser, behind the relay or without one, and return what was seen of it."""
    with StubDns() as dns, Wire() as wire, _sites() as (sites, trust):
        dns.add(PAGE, SITE)
        dns.add(FRIEND, SITE)
        dns.add(INSIDE, PRIVATE)
        dns.add(STRANGER, OTHER_SITE)
        dns.add_turns(REBINDING, (SITE,), (PRIVATE,))
        scene = _Scene(_unprivileged(browser), sites[:2], trust, seconds)
        found = _guarded(scene, dns) if is_guarded else _unguarded(scene)
    return {
        **found,
        "dns_port": dns.port,
        "questions": sorted({name for name, _ in dns.questions}),
        "contacts": sorted([*contact, count] for contact, count in wire.contacts.items()),
        "lost": wire._lost,
        "uplink": has_uplink(),
        "seen": sorted({line for site in sites[:2] for line in site.seen}),
        "canaries": sorted({line for site in sites[2:] for line in site.seen}),
    }


def _guarded(scene: _Scene, dns: StubDns) -> dict[str, Any]:
    log = MemoryDecisions()
    job = RelayJob(hosts=frozenset(map(HostRule.parse, (PAGE, REBINDING, INSIDE, FRIEND))))
    relay = EgressRelay(job, MinorGate(), Guard(DnsResolver(dns.servers)), log)
    with relay.running() as proxy:
        arguments = [
            f"{a},{_OWN_CHECKS}" if a.startswith("--disable-features=") else a for a in browser_arguments(proxy.port)
        ]
        known = {"server": proxy.server, "username": proxy.user, "password": proxy.secret}
        with _chromium(scene.executable, [*arguments, _FORCE_QUIC, scene.trust], known) as browser:
            sandbox = _attack(browser, scene, {"http": FORBIDDEN, "https": (METADATA, INSIDE, STRANGER)})
    with DecisionFile(Path("decisions.jsonl")) as file:
        for decision in log.decisions:
            file.note(decision)
    return {"sandbox": sandbox, "decisions": [to_record(d) for d in log.decisions], "port": proxy.port}


def _unguarded(scene: _Scene) -> dict[str, Any]:
    """Let the same browser go where it likes: what the page tries is real, and the canaries hear it."""
    names = {PAGE: SITE, FRIEND: SITE, REBINDING: SITE, INSIDE: PRIVATE, STRANGER: OTHER_SITE}
    rules = ",".join(f"MAP {name} {address}" for name, address in names.items())
    features = f"--disable-features=HttpsUpgrades,{_OWN_CHECKS}"
    arguments = [f"--host-resolver-rules={rules}", features, "--enable-quic", _FORCE_QUIC, scene.trust]
    with _chromium(scene.executable, arguments, None) as browser:
        sandbox = _attack(
            browser, scene, {"http": (METADATA, f"127.0.0.1:{LOCAL_PORT}", STRANGER), "https": (STRANGER,)}
        )
    return {"sandbox": sandbox, "decisions": [], "port": 0}


@contextlib.contextmanager
def _chromium(executable: Path, arguments: list[str], proxy: Any) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=True, args=arguments, proxy=proxy, timeout=30_000
        )
        yield browser
        browser.close()


def _attack(browser: Browser, scene: _Scene, forbidden: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Open the page over http and over https, let it try some hosts, and look at the processes meanwhile."""
    context = browser.new_context(**CONTEXT_OPTIONS)
    pages = []
    for scheme, hosts in forbidden.items():
        page = context.new_page()
        page.goto(f"{scheme}://{PAGE}/attack", timeout=20_000)
        page.evaluate(attack_call((*hosts, REBINDING, FRIEND, PAGE), scheme))
        pages.append(page)
    for host in (*forbidden["http"], REBINDING):
        with contextlib.suppress(Error):
            context.new_page().goto(f"http://{host}/typed", timeout=1_000, wait_until="commit")
    wanted = {f"{scheme}://{host}/{path}" for scheme in forbidden for host in (PAGE, FRIEND) for path in PATHS}
    until = time.monotonic() + scene.seconds
    while time.monotonic() < until and not wanted <= {line for site in scene.sites for line in site.seen}:
        pages[0].wait_for_timeout(200)
    pages[0].wait_for_timeout(1_000)
    sandbox = _look_at_processes()
    context.close()
    return sandbox


def _look_at_processes() -> dict[str, Any]:
    """Return who the browser is, and how its renderers are confined."""
    commands, confined, users = [], [], set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "chromium" not in command.partition(" ")[0]:
                continue
            status = (folder / "status").read_text("ascii")
            commands.append(command)
            if "--type=renderer" in command:
                seccomp = re.search(r"Seccomp:\s*(\d)", status)
                network = os.readlink(folder / "ns" / "net") != os.readlink("/proc/self/ns/net")
                confined.append([seccomp.group(1) if seccomp else "", network])
            users.add(os.readlink(folder / "ns" / "user"))
    return {
        "no_sandbox": any("--no-sandbox" in c for c in commands),
        "renderers": confined,
        "own_user_namespace": os.readlink("/proc/self/ns/user") not in users,
        "secrets": sum("rempart:" in c for c in commands),
    }


@contextlib.contextmanager
def _sites() -> Iterator[tuple[list[Site], str]]:
    issued = trustme.CA().issue_cert(PAGE, FRIEND, REBINDING, INSIDE, STRANGER)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(tls)
    key = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    where = [(SITE, 80, None), (SITE, 443, tls)]
    where += [
        (address, port, own) for address in (METADATA, PRIVATE, OTHER_SITE) for port, own in ((80, None), (443, tls))
    ]
    where += [("127.0.0.1", LOCAL_PORT, None)]
    sites = [Site(*place) for place in where]
    yield sites, f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"
    for site in sites:
        site.shutdown()
        site.server_close()


def _unprivileged(browser: str) -> Path:
    """Return a program that starts the browser as another user than root, in a namespace of its own."""
    path = Path("browser")
    path.write_text(
        f'#!/bin/sh\nexec unshare --user --map-user={_BROWSER_ID} --map-group={_BROWSER_ID} -- {browser} "$@"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path.absolute()
