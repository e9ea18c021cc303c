"""The settings make what sends mails and asks for time-stamps, or say which of them to correct."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from relays import ScriptedRelay, mail
from rempart.app.outside_mail import make_mailer, make_timestamper
from rempart.config import Settings
from rempart.errors import ConfigError, KeyFileError
from rempart.model.gate import MinorGate
from rempart.model.mail import Delivery, Sent
from rempart.model.timestamp import Imprint, ImprintAlgorithm, NotTimestamped
from rempart.net.mail import Mailer

SECRET = b"s" * 32
DATE = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)


def settings_of(**sections: dict[str, Any]) -> Settings:
    """Make settings."""
    return Settings.model_validate(sections)


def mailer_of(environment: dict[str, str] | None = None, **changes: Any) -> Mailer:
    """Make what sends mails through a relay of this machine."""
    plain = {"host": "127.0.0.1", "port": 25, "security": "none", "from_address": "notices@example.org"}
    return make_mailer(settings_of(mail=plain | changes), environment or {}, secret=SECRET)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"host": ""}, "not both set"),
        ({"from_address": ""}, "not both set"),
        ({"from_address": "Rempart <notices@example.org>"}, "mail.from_address cannot be"),
        ({"host": "localhost"}, "mail.host cannot be"),
        ({"host": "relay.example.org"}, "mail.security cannot be none"),
        ({"host": "10.0.0.1"}, "mail.security cannot be none"),
        ({"domain": "my machine"}, "mail.domain cannot be"),
    ],
)
def test_a_setting_that_cannot_be_taken_is_named(changes: dict[str, Any], words: str) -> None:
    """With what to write instead."""
    with pytest.raises(ConfigError, match=words) as caught:
        mailer_of(**changes)

    assert caught.value.advice


def test_a_short_secret_is_a_mistake() -> None:
    """The keys of mails could be found by trying."""
    settings = settings_of(mail={"host": "127.0.0.1", "security": "none", "from_address": "notices@example.org"})

    with pytest.raises(ValueError, match="hides nothing"):
        make_mailer(settings, {}, secret=b"short")


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize(
    "domain, said", [("", b"EHLO example.org\r\n"), ("Mail.Example.net", b"EHLO mail.example.net\r\n")]
)
def test_mails_are_from_whom_the_settings_say(tmp_path: Path, domain: str, said: bytes) -> None:
    """The password is read when a mail leaves; the domain is the sender's unless another is set."""
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    password.chmod(0o600)
    relay = ScriptedRelay({"EHLO": b"250-relay\r\n250 AUTH PLAIN\r\n"})

    async def whole() -> tuple[Delivery, ...]:
        async with relay.serving() as port:
            mailer = mailer_of(port=port, user="rempart", password_file=password, domain=domain)
            return await mailer.send_async(mail(), DATE)

    [delivery] = asyncio.run(whole())
    assert isinstance(delivery.outcome, Sent)
    assert relay.heard[0] == said
    assert b"MAIL FROM:<notices@example.org>\r\n" in relay.heard
    assert "AUTH" in relay.verbs


def test_a_password_that_others_can_read_sends_nothing(tmp_path: Path) -> None:
    """It is looked at before anyone is asked."""
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    password.chmod(0o644)

    with pytest.raises(KeyFileError, match="open to others"):
        mailer_of(user="rempart", password_file=password).send(mail(), DATE)


@pytest.mark.parametrize("authorities", [(), ("tsa.example.org",), ("ftp://tsa.example.org/",), ("http://localhost/",)])
def test_authorities_are_addresses_of_the_web(authorities: tuple[str, ...]) -> None:
    """What is none is named."""
    with pytest.raises(ConfigError, match=r"timestamps\.authorities"):
        make_timestamper(settings_of(timestamps={"authorities": authorities}), MinorGate())


def test_an_authority_in_a_private_network_is_not_asked() -> None:
    """The settings do not change where Rempart may connect."""
    client = make_timestamper(settings_of(timestamps={"authorities": ("http://10.0.0.1/",)}), MinorGate())

    [outcome] = client.request_all(Imprint(algorithm=ImprintAlgorithm.SHA256, digest=bytes(32)))

    assert isinstance(outcome, NotTimestamped)
    assert "never connected to" in outcome.detail
