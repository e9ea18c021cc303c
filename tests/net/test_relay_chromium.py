"""Chromium behind the relay, sandboxed: a page that tries every way out reaches what its job named, and no more."""

from __future__ import annotations

import importlib.util
import shutil
from typing import Any

import pytest

from net.chromium_site import FORBIDDEN, FRIEND, INSIDE, LOCAL_PORT, PAGE, PATHS, REBINDING, STRANGER
from net.namespaces import MACHINE_RESOLVER, METADATA, OTHER_SITE, SITE, run_isolated
from required import skip_or_fail

pytestmark = pytest.mark.slow


def play(*, is_guarded: bool) -> Any:
    """Show the page to Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        skip_or_fail("chromium", "it is not installed")
    if importlib.util.find_spec("playwright") is None:
        skip_or_fail("chromium", "the extra named capture is not installed")
    return run_isolated(
        "net.chromium_scene", {"browser": browser, "is_guarded": is_guarded, "seconds": 40}, timeout_s=300
    )


@pytest.fixture(scope="module")
def guarded() -> Any:
    """Return what was seen of Chromium behind the relay."""
    return play(is_guarded=True)


@pytest.fixture(scope="module")
def unguarded() -> Any:
    """Return what was seen of Chromium without the relay and its flags: what the tests below must be able to see."""
    return play(is_guarded=False)


def contacts(found: Any) -> set[tuple[str, str, int]]:
    """Return whom the processes of a scene spoke to."""
    assert found["lost"] == 0
    return {(protocol, address, port) for protocol, address, port, _ in found["contacts"]}


def test_nothing_but_what_was_named_is_spoken_to(guarded: Any) -> None:
    """Over TCP and UDP, by any process: the relay, its name server, and the site; nothing else at all."""
    assert contacts(guarded) == {
        ("tcp", "127.0.0.1", guarded["port"]),
        ("udp", "127.0.0.1", guarded["dns_port"]),
        ("tcp", SITE, 80),
        ("tcp", SITE, 443),
    }
    assert guarded["canaries"] == []


def test_without_the_relay_every_way_leads_out(unguarded: Any) -> None:
    """The page, the canaries and the look at the wire do their work: each way is heard, UDP too."""
    heard = set(unguarded["canaries"])

    for host in (METADATA, f"127.0.0.1:{LOCAL_PORT}", STRANGER):
        assert {f"http://{host}/{path}" for path in (*PATHS, "typed")} <= heard | {f"http://{host}/link"}
    seen = contacts(unguarded)
    assert ("udp", OTHER_SITE, 443) in seen
    assert ("udp", MACHINE_RESOLVER, 53) in seen
    if unguarded["uplink"]:
        assert {("udp", OTHER_SITE, 3478), ("tcp", OTHER_SITE, 3478)} <= seen


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", [PAGE, FRIEND])
def test_what_was_named_does_arrive(guarded: Any, host: str, scheme: str) -> None:
    """Each way works for a host that the job named, so that a refusal above is the relay's doing."""
    arrived = {f"{scheme}://{host}/{path}" for path in PATHS}

    assert arrived <= set(guarded["seen"])


def test_every_host_that_the_page_tried_is_in_the_log(guarded: Any) -> None:
    """Refused ones too, with what was decided of each."""
    refused = {(d["host"], d["verdict"]) for d in guarded["decisions"] if d["verdict"] != "allowed"}

    for host in (METADATA, "127.0.0.1", "::1", "10.0.0.1", "::ffff:a00:1", STRANGER, OTHER_SITE):
        assert (host, "not_named") in refused
    for host in (f"localhost:{LOCAL_PORT}", f"a.localhost:{LOCAL_PORT}"):
        assert (host, "bad_request") in refused
    for host in (INSIDE, REBINDING):
        assert (host, "denied_address") in refused
    assert len(FORBIDDEN) == 9


def test_a_name_that_changes_its_mind_is_refused(guarded: Any) -> None:
    """Its first answer was public and was reached; its second was private, and was not."""
    verdicts = [d["verdict"] for d in guarded["decisions"] if d["host"] == REBINDING]

    assert "allowed" in verdicts
    assert "denied_address" in verdicts
    reached = {a for d in guarded["decisions"] if d["verdict"] == "allowed" for a in (d["peer"], *d["addresses"])}
    assert reached == {SITE}


def test_calls_of_the_browser_itself_are_refused_and_named(guarded: Any) -> None:
    """Whatever it asks for that no page did is no host of the job; no name server hears of it."""
    own = {
        d["host"]: d["verdict"] for d in guarded["decisions"] if d["host"].endswith((".google.com", ".googleapis.com"))
    }

    assert own
    assert set(own.values()) <= {"no_secret", "not_named"}
    assert set(guarded["questions"]) == {PAGE, FRIEND, INSIDE, REBINDING}


def test_no_decision_is_missing(guarded: Any) -> None:
    """They are numbered from 1, without a gap."""
    numbers = sorted(d["number"] for d in guarded["decisions"])

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", ["guarded", "unguarded"])
def test_its_sandbox_is_on(name: str, request: pytest.FixtureRequest) -> None:
    """It is not root, its renderers are filtered and see no network, and no argument holds the secret."""
    sandbox = request.getfixturevalue(name)["sandbox"]

    assert sandbox["renderers"]
    assert {tuple(renderer) for renderer in sandbox["renderers"]} == {("2", True)}
    assert sandbox["own_user_namespace"]
    assert not sandbox["no_sandbox"]
    assert sandbox["secrets"] == 0
