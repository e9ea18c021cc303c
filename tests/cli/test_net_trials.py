"""``rempart net try-mail`` and ``try-timestamps`` say what became of it, and their exit code follows."""

from __future__ import annotations

import asyncio
import json

import pytest

from commands import rempart
from relays import ScriptedRelay


def try_mail(relay: ScriptedRelay, *arguments: str) -> tuple[int, str]:
    """Send a trial through a relay of this machine; return the exit code and what was printed."""

    async def whole() -> tuple[int, str]:
        async with relay.serving() as port:
            settings = {
                "REMPART_MAIL_HOST": "127.0.0.1",
                "REMPART_MAIL_PORT": str(port),
                "REMPART_MAIL_SECURITY": "none",
                "REMPART_MAIL_FROM_ADDRESS": "notices@example.org",
            }
            done = await asyncio.to_thread(rempart, "net", "try-mail", "desk@example.org", *arguments, env=settings)
            return done.returncode, done.stdout

    return asyncio.run(whole())


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_mail_that_was_taken_is_0() -> None:
    """With its Message-ID, and what the relay said."""
    code, printed = try_mail(ScriptedRelay(), "--json")

    record = json.loads(printed)
    assert code == 0
    assert record["outcome"] == "sent"
    assert record["detail"].endswith("@example.org>")
    assert record["reply"].endswith("queued as 42")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_mail_that_was_refused_is_4() -> None:
    """In words."""
    code, printed = try_mail(ScriptedRelay({"RCPT": b"550 5.1.1 no such desk\r\n"}))

    assert code == 4
    assert printed.startswith("rejected  the relay refused the recipient: ")


def test_without_a_relay_it_is_3() -> None:
    """The sentence names the settings."""
    done = rempart("net", "try-mail", "desk@example.org")

    assert done.returncode == 3
    assert "mail.host" in done.stderr


def test_an_authority_of_this_machine_is_never_asked() -> None:
    """As any other address of it; 4 is the exit code."""
    done = rempart("net", "try-timestamps", "--json", env={"REMPART_TIMESTAMPS_AUTHORITIES": "http://127.0.0.1/"})

    assert done.returncode == 4
    assert json.loads(done.stdout)["stamped"] is False
    assert "127.0.0.1 (this machine)" in json.loads(done.stdout)["detail"]
