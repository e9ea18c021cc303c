"""The relay and the authorities are tried as they will be used: a real mail, a real time-stamp."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from authorities import StampingAuthority, serving
from relays import ScriptedRelay
from rempart.app.outside_trials import try_mail, try_timestamps
from rempart.config import Settings
from rempart.errors import ConfigError
from rempart.model.mail import Delivery, Rejected, Sent
from rempart.model.timestamp import NotTimestamped, Timestamp
from rempart.net.policy import AddressPolicy
from required import skip_or_fail


def send_through(relay: ScriptedRelay, **sections: dict[str, Any]) -> Delivery:
    """Try a relay of this machine."""

    async def whole() -> Delivery:
        async with relay.serving() as port:
            own = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "notices@example.org"}
            settings = Settings.model_validate({"mail": own, **sections})
            return await asyncio.to_thread(try_mail, settings, "desk@example.org", environment={})

    return asyncio.run(whole())


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("language, word", [("fr", b"essai"), ("en", b"trial")])
def test_a_trial_says_that_it_is_one(language: str, word: bytes) -> None:
    """In the language of the reports."""
    relay = ScriptedRelay()

    delivery = send_through(relay, report={"language": language})

    assert isinstance(delivery.outcome, Sent)
    assert word in relay.mail


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_relay_that_refuses_is_told() -> None:
    """With what it said."""
    delivery = send_through(ScriptedRelay({"RCPT": b"550 5.1.1 no such desk\r\n"}))

    assert isinstance(delivery.outcome, Rejected)
    assert "no such desk" in delivery.outcome.why


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_every_authority_is_asked(tmp_path: Path) -> None:
    """One stamps, the other is not reached: both are told."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    with serving(StampingAuthority(tmp_path).answer) as port:
        urls = (f"http://127.0.0.1:{port}/", "http://127.0.0.1:9/")
        settings = Settings.model_validate({"timestamps": {"authorities": urls}})
        found = try_timestamps(settings, policy=AddressPolicy(allowed=frozenset({("127.0.0.1", port)})))

    assert [type(each) for each in found] == [Timestamp, NotTimestamped]


def test_nothing_is_tried_without_settings() -> None:
    """The sentence names them."""
    with pytest.raises(ConfigError, match=r"timestamps\.authorities"):
        try_timestamps(Settings())
    with pytest.raises(ConfigError, match=r"mail\.host"):
        try_mail(Settings(), "desk@example.org")
