"""The flags of a browser: the relay is its only way out, its sandbox stays, and no secret is among them."""

from __future__ import annotations

import pytest

from rempart.net.browser_flags import CONTEXT_OPTIONS, FLAGS, browser_arguments


@pytest.mark.parametrize(
    "flag",
    [
        "--proxy-server=http://127.0.0.1:3128",
        "--proxy-bypass-list=<-loopback>",
        "--disable-quic",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ],
)
def test_what_the_proof_rests_on_is_there(flag: str) -> None:
    """Without one of these a browser goes around the relay."""
    assert flag in browser_arguments(3128)


def test_nothing_weakens_the_browser() -> None:
    """Neither its sandbox nor what it checks of certificates and origins is turned off."""
    weak = ("sandbox", "insecure", "ignore-certificate", "disable-web-security", "remote-debugging", "@")

    assert not [flag for flag in browser_arguments(1) if any(word in flag for word in weak)]


def test_each_flag_is_given_once_and_says_why() -> None:
    """Of two flags of one name, Chromium takes the last only."""
    names = [flag.text.partition("=")[0] for flag in FLAGS]

    assert len(names) == len(set(names))
    assert all(flag.why for flag in FLAGS)


def test_nothing_works_in_the_background_and_nothing_is_stored() -> None:
    """No service worker, no download."""
    assert CONTEXT_OPTIONS == {"service_workers": "block", "accept_downloads": False}
