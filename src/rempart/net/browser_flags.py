"""How a browser is started so that the relay is its only way out: each flag, and why it is there.

The relay is the boundary: it refuses whatever these flags forget. They keep the browser from going around it (names,
UDP), and from asking for what is only refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserFlag:
    """One flag of Chromium."""

    text: str
    """As it is given; ``{port}`` is the relay's."""
    why: str
    """What happens without it."""


#: Parts of Chromium that are turned off, and why; one flag names them all, as only the last one counts.
DISABLED_FEATURES: Final = {
    "AsyncDns": "its own resolver asks name servers by itself",
    "DnsOverHttps": "it asks name servers over https",
    "DnsOverHttpsUpgrade": "as above",
    "MediaRouter": "it looks for screens on the local network (mDNS, SSDP)",
    "DialMediaRouteProvider": "as above",
    "CastMediaRouteProvider": "as above",
    "OptimizationHints": "it asks its maker about pages",
    "OptimizationGuideModelDownloading": "it downloads models",
    "AutofillServerCommunication": "it asks its maker about forms",
    "CertificateTransparencyComponentUpdater": "it downloads lists of logs",
    "InterestFeedContentSuggestions": "it downloads what to read",
    "Translate": "it asks its maker for languages",
    "NetworkTimeServiceQuerying": "it asks its maker for the time",
    "HttpsUpgrades": "it asks over https for what was captured over http: evidence shows what was asked",
    "Prerender2": "it loads pages that nobody asked for",
    "SpeculationRulesPrefetchFuture": "as above",
    "DirectSockets": "a page may never hold a socket of its own",
}

FLAGS: Final = (
    BrowserFlag(text="--proxy-server=http://127.0.0.1:{port}", why="it connects to hosts by itself"),
    BrowserFlag(
        text="--proxy-bypass-list=<-loopback>",
        why="it connects by itself to localhost, 127.0.0.0/8, [::1] and link-local addresses",
    ),
    BrowserFlag(
        text="--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        why="it may resolve names itself, ahead of need: a name server then learns what is looked at",
    ),
    BrowserFlag(text="--dns-prefetch-disable", why="as above"),
    BrowserFlag(text="--disable-quic", why="HTTP/3 is UDP, which no proxy of this kind carries"),
    BrowserFlag(
        text="--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        why="WebRTC sends UDP to whom a page names, and tells it the addresses of this machine",
    ),
    BrowserFlag(text="--webrtc-ip-handling-policy=disable_non_proxied_udp", why="as above, by its newer name"),
    BrowserFlag(text="--disable-background-networking", why="it calls its maker: updates, lists, suggestions"),
    BrowserFlag(text="--disable-component-update", why="it downloads its parts anew"),
    BrowserFlag(text="--disable-domain-reliability", why="it reports errors of certain sites to its maker"),
    BrowserFlag(text="--disable-client-side-phishing-detection", why="it asks its maker about pages"),
    BrowserFlag(text="--disable-sync", why="it calls its maker"),
    BrowserFlag(text="--disable-breakpad", why="it sends reports of crashes, which hold memory"),
    BrowserFlag(text="--disable-field-trial-config", why="experiments change what a capture shows"),
    BrowserFlag(text="--disable-default-apps", why="it downloads applications"),
    BrowserFlag(text="--disable-extensions", why="what a machine has installed would see the page"),
    BrowserFlag(text="--disable-notifications", why="a page asks to push messages through its maker"),
    BrowserFlag(text="--disable-speech-api", why="it sends sound to its maker"),
    BrowserFlag(text="--no-pings", why="a link tells a third party that it was followed"),
    BrowserFlag(text="--no-first-run", why="it opens pages of its own"),
    BrowserFlag(text="--no-default-browser-check", why="as above"),
    BrowserFlag(text="--metrics-recording-only", why="it sends how it is used"),
    BrowserFlag(text="--deny-permission-prompts", why="a page waits for an answer that nobody gives"),
    BrowserFlag(text="--disable-features=" + ",".join(DISABLED_FEATURES), why="see DISABLED_FEATURES"),
)


class ContextOptions(TypedDict):
    """What Playwright's ``new_context`` is given besides."""

    service_workers: Literal["block"]
    """They ask in the background, and answer in place of hosts: a capture shows what a host answered."""
    accept_downloads: Literal[False]
    """Nothing that a page offers is written to a disk."""


CONTEXT_OPTIONS: Final = ContextOptions(service_workers="block", accept_downloads=False)


def browser_arguments(proxy_port: int) -> tuple[str, ...]:
    """Return the arguments of a browser whose only way out is a relay.

    The secret of the relay is not among them, as every user of the machine can read them: Playwright is given it
    (``proxy={"server": …, "username": …, "password": …}``). The sandbox of the browser stays on.

    Args:
        proxy_port: Of the relay, on 127.0.0.1.
    """
    return tuple(flag.text.replace("{port}", str(proxy_port)) for flag in FLAGS)
