"""A receiver is told what was signed, once for an answer; its status alone says what became of it."""

from __future__ import annotations

import base64
import datetime as dt
import logging
import ssl
from pathlib import Path

import pytest
import trustme

from net.doors import FakeResolver
from net.servers import head, page, redirect
from rempart.errors import ConfigError
from rempart.model.alert import AlertDelivery, DeliveryState
from rempart.model.gate import MinorGate
from rempart.net.client import GuardedClient
from rempart.net.guard import Guard
from rempart.net.interface import Identity
from rempart.net.tls import make_tls_context
from rempart.net.vouching import vouched_policy
from rempart.net.webhook import Webhook, parse_webhook_url, signatures
from webhook_receivers import SECRET, WebhookReceiver

AT = dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)
REFERENCE = "alr_" + "5" * 32
CONTENT = b'{"v":1,"alert":"alr"}'
#: Of the reference libraries (github.com/standard-webhooks/standard-webhooks, Apache 2.0): their tests share it.
PUBLISHED_SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def tell(url: str, *secrets: bytes, trusted: Path | None = None) -> AlertDelivery:
    """Send one message to a receiver of this machine."""
    gate, resolver = MinorGate(), FakeResolver()
    guard = Guard(resolver, vouched_policy(url, resolver, 1.0))
    with GuardedClient(gate, guard, Identity(product="Rempart/test"), make_tls_context(trusted)) as client:
        return Webhook(client, gate, url, lambda: secrets or (SECRET,), now=lambda: AT).send(REFERENCE, CONTENT)


def test_the_published_signature_is_ours() -> None:
    """So that any library of the standard verifies it."""
    at = dt.datetime.fromtimestamp(1_614_265_330, dt.UTC)

    found = signatures([PUBLISHED_SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')

    assert found == PUBLISHED


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\n", "é", "a" * 65])
def test_an_identifier_that_could_be_cut_elsewhere_is_not_signed(message_id: str) -> None:
    """With a full stop in it, another message has the same signature."""
    with pytest.raises(ValueError, match="identifier"):
        signatures([SECRET], message_id, AT, CONTENT)


def test_nothing_is_sent_unsigned() -> None:
    """A receiver that does not verify would take it."""
    with pytest.raises(ValueError, match="a secret"):
        signatures([], REFERENCE, AT, CONTENT)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_is_sent_verifies_and_says_nothing_more() -> None:
    """A POST of the body, with the three headers of the standard."""
    with WebhookReceiver() as receiver:
        found = tell(receiver.url)

        [(headers, body)] = receiver.posts
        assert found == AlertDelivery(state=DeliveryState.TAKEN)
        assert receiver.request_lines == [b"POST /hook HTTP/1.1"]
        assert receiver.verify(0)
    assert body == CONTENT
    assert headers["webhook-id"] == REFERENCE
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert headers["content-type"] == "application/json"
    assert set(headers) == {
        *("host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    }


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_two_secrets_sign_while_one_replaces_the_other() -> None:
    """A receiver that knows either of them verifies."""
    with WebhookReceiver() as receiver:
        tell(receiver.url, SECRET, PUBLISHED_SECRET)

        assert receiver.verify(0, SECRET)
        assert receiver.verify(0, PUBLISHED_SECRET)
        assert not receiver.verify(0, b"another secret of 24 byt")


DAY_S = 86_400.0


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize(
    "status, asked, wait_s",
    [
        ("429 Too Many Requests", "9" * 400, DAY_S),
        ("503 Service Unavailable", "Fri, 31 Dec 9999 23:59:59 GMT", DAY_S),
        *(("429 Too Many Requests", text, 0.0) for text in ("", "-5", "soon", "1e9", "5.5", "0x10", "nan")),
        ("429 Too Many Requests", "Sun, 22 Nov 2026 05:59:00 GMT", 0.0),
        ("503 Service Unavailable", "Sun, 99 Nov 2026 06:10:00 GMT", 0.0),
        ("500 Internal Server Error", "120", 0.0),
        ("400 Bad Request", "120", 0.0),
        ("429 Too Many Requests", "120", 120.0),
        ("503 Service Unavailable", "Sun, 22 Nov 2026 06:10:00 GMT", 600.0),
    ],
)
def test_a_receiver_may_ask_for_patience(status: str, asked: str, wait_s: float) -> None:
    """For a day at most, in seconds or by a date (RFC 9110, 10.2.3); nonsense asks for nothing, and is not repeated."""
    with WebhookReceiver(head(status, retry_after=asked, content_length="0")) as receiver:
        found = tell(receiver.url)

    assert (found.state, found.wait_s) == (DeliveryState.FAILED, wait_s)
    assert (f"in peace for {wait_s:.0f} s" in found.why) is bool(wait_s)
    assert wait_s or found.why == f"it answered {status[:3]}"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_of_several_wishes_the_longest_counts() -> None:
    """An answer that passed through a proxy may have two."""
    answer = b"HTTP/1.1 429 No\r\nRetry-After: 5\r\nRetry-After: x\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n"
    with WebhookReceiver(answer) as receiver:
        assert tell(receiver.url).wait_s == 90


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize(
    "answer, state",
    [
        (head("200 OK", content_length="0"), DeliveryState.TAKEN),
        (head("202 Accepted", content_length="0"), DeliveryState.TAKEN),
        (page(b"\x89PNG\r\n\x1a\n", "201 Created", content_type="image/png"), DeliveryState.TAKEN),
        (head("200 OK", content_type="text/plain", content_length=str(2**40)), DeliveryState.TAKEN),
        (head("410 Gone", content_length="0"), DeliveryState.REFUSED),
        (page(b"<p>no</p>", "410 Gone"), DeliveryState.REFUSED),
        (head("304 Not Modified"), DeliveryState.FAILED),
        (head("400 Bad Request", content_length="0"), DeliveryState.FAILED),
        (head("429 Too Many Requests", retry_after="5", content_length="0"), DeliveryState.FAILED),
        (page(b"busy", "503 Service Unavailable"), DeliveryState.FAILED),
        (b"what?\r\n\r\n", DeliveryState.FAILED),
        (b"", DeliveryState.FAILED),
    ],
)
def test_the_status_alone_counts(answer: bytes, state: DeliveryState) -> None:
    """Whatever comes behind it, as long as it said that it took it."""
    with WebhookReceiver(answer) as receiver:
        assert tell(receiver.url).state is state


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_leads_nowhere(status: str) -> None:
    """Not even on the same host: a body that is signed is for one receiver."""
    with WebhookReceiver() as elsewhere, WebhookReceiver(redirect(elsewhere.url, status)) as receiver:
        found = tell(receiver.url)

        assert found.state is DeliveryState.FAILED
        assert elsewhere.posts == []
        assert len(receiver.posts) == 1


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_receiver_that_is_not_there_is_told_without_its_address() -> None:
    """The reason is kept with the job, which others read."""
    with WebhookReceiver() as receiver:
        url = receiver.url

    found = tell(url)

    assert found.state is DeliveryState.FAILED
    assert found.why
    assert "127.0.0.1" not in found.why


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("is_trusted", [True, False])
def test_over_tls_only_a_verified_receiver_is_told(tmp_path: Path, *, is_trusted: bool) -> None:
    """Whoever answers in its place is sent nothing."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trusted = tmp_path / "authorities.pem"
    (authority if is_trusted else trustme.CA()).cert_pem.write_to_path(trusted)

    with WebhookReceiver(tls=tls) as receiver:
        found = tell(receiver.url, trusted=trusted)

        assert found.state is (DeliveryState.TAKEN if is_trusted else DeliveryState.FAILED)
        assert len(receiver.posts) == is_trusted


def test_an_address_that_the_gate_stops_is_never_asked() -> None:
    """As any other one."""
    assert tell("http://127.0.0.1:9/teen/").why == "its address is one that is never asked"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_neither_address_nor_signature_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A webhook's address is its password with many services."""
    caplog.set_level(logging.DEBUG)
    with WebhookReceiver() as receiver:
        tell(receiver.url)
        signature = receiver.posts[0][0]["webhook-signature"]

    assert "webhook: taken" in caplog.text
    assert "/hook" not in caplog.text
    assert signature not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hooks.example.org/1",
        "ftp://hooks.example.org/1",
        "https://user:word@hooks.example.org/1",
        "http://hooks.example.org/1",
        "http://10.0.0.1/1",
        "http://localhost/secret-path",
        "https://hooks.example.org/\n1",
    ],
)
def test_an_address_that_others_could_read_is_a_setting_to_correct(text: str) -> None:
    """In the clear it goes to this machine only; and the message does not say it, it is a secret."""
    with pytest.raises(ConfigError, match=r"alerts\.webhook_url") as caught:
        parse_webhook_url(text)

    assert caught.value.advice
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("text", ["https://hooks.example.org/1?k=2", "http://127.0.0.1:8080/x", "http://[::1]/"])
def test_an_address_of_a_receiver_is_taken(text: str) -> None:
    """Over TLS, or on this machine."""
    assert parse_webhook_url(text) == text
