"""Authorities are asked through the guarded client; each one gives a time-stamp that OpenSSL accepts, or a reason."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator

import pytest

from authorities import StampingAuthority, serving
from relays import Answers
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.timestamp import (
    Imprint,
    ImprintAlgorithm,
    NotTimestamped,
    NotTimestampedReason,
    Timestamp,
    TimestampAuthority,
)
from rempart.model.web import Address, FetchMode
from rempart.net.client import GuardedClient
from rempart.net.flow import FetchOutcome
from rempart.net.guard import Guard
from rempart.net.interface import Identity
from rempart.net.policy import AddressPolicy
from rempart.net.request import Wanted
from rempart.net.tls import make_tls_context
from rempart.net.tsa import TimestampClient
from required import skip_or_fail

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

DIGEST = hashlib.sha256(b"what was captured").digest()
IMPRINT = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=DIGEST)
GATE = MinorGate()


@pytest.fixture(scope="module")
def stamper(tmp_path_factory: pytest.TempPathFactory) -> StampingAuthority:
    """Make an authority, or skip (red where CI requires it)."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    return StampingAuthority(tmp_path_factory.mktemp("authority"))


def at(port: int, policy: str = "") -> TimestampAuthority:
    """Name an authority of this machine."""
    return TimestampAuthority(url=f"http://127.0.0.1:{port}/", policy=policy)


def client_of(*authorities: TimestampAuthority, ports: tuple[int, ...] = ()) -> TimestampClient:
    """Make what asks authorities; only these ports of 127.0.0.1 are vouched for."""
    policy = AddressPolicy(allowed=frozenset(("127.0.0.1", port) for port in ports))
    guarded = GuardedClient(GATE, Guard(Answers(), policy), Identity(product="Rempart/test"), make_tls_context())
    return TimestampClient(guarded, GATE, authorities)


def ask(
    answer: Callable[[bytes], bytes], imprint: Imprint = IMPRINT, *, policy: str = "", media_type: str = ""
) -> Timestamp | NotTimestamped:
    """Ask one authority that answers as told."""
    with serving(answer, media_type or "application/timestamp-reply") as port:
        [outcome] = client_of(at(port, policy), ports=(port,)).request_all(imprint)
    return outcome


@pytest.mark.parametrize("algorithm", ImprintAlgorithm)
def test_openssl_accepts_what_is_kept(stamper: StampingAuthority, algorithm: ImprintAlgorithm) -> None:
    """The reply, and the token alone, against the request as it was sent; not with a byte changed."""
    imprint = Imprint(algorithm=algorithm, digest=hashlib.new(algorithm.value, b"what was captured").digest())

    stamp = ask(stamper.answer, imprint)

    assert isinstance(stamp, Timestamp)
    assert stamper.verify(request=stamp.request_der, reply=stamp.raw_reply)
    assert stamper.verify(request=stamp.request_der, token=stamp.token_der)
    damaged = stamp.raw_reply[:-1] + bytes([stamp.raw_reply[-1] ^ 1])
    assert not stamper.verify(request=stamp.request_der, reply=damaged)
    assert stamp.remarks == ()
    assert abs(stamp.gen_time - stamp.at) < dt.timedelta(minutes=5)
    assert stamp.hops[0].peer == "127.0.0.1"


def test_a_policy_is_asked_for(stamper: StampingAuthority) -> None:
    """And one that the authority does not have is refused by it, in its words."""
    named, unknown = ask(stamper.answer, policy="1.2.3.4.5"), ask(stamper.answer, policy="1.9.9")

    assert isinstance(named, Timestamp)
    assert named.policy == "1.2.3.4.5"
    assert isinstance(unknown, NotTimestamped)
    assert unknown.reason is NotTimestampedReason.NOT_GRANTED
    assert "unaccepted_policy" in unknown.in_words()


def test_a_nonce_is_never_used_twice(stamper: StampingAuthority) -> None:
    """A reply that was heard before is refused."""
    first = ask(stamper.answer)
    assert isinstance(first, Timestamp)

    again = ask(lambda _query: first.raw_reply)

    assert isinstance(again, NotTimestamped)
    assert again.reason is NotTimestampedReason.WRONG_NONCE


@pytest.mark.parametrize(
    "answer, media_type, reason",
    [
        (b"", "", NotTimestampedReason.NOT_FETCHED),
        (b"0" * 70_000, "", NotTimestampedReason.NOT_FETCHED),
        (b"0\x80" * 100, "", NotTimestampedReason.BAD_REPLY),
        (b"<html>", "", NotTimestampedReason.NOT_FETCHED),
        (b"<html>", "text/html", NotTimestampedReason.NOT_FETCHED),
    ],
)
def test_what_is_no_reply_is_a_reason(answer: bytes, media_type: str, reason: NotTimestampedReason) -> None:
    """Of any size and type."""
    outcome = ask(lambda _query: answer, media_type=media_type)

    assert isinstance(outcome, NotTimestamped)
    assert outcome.reason is reason
    assert outcome.url.startswith("http://127.0.0.1:")


def test_one_that_fails_does_not_keep_the_next_from_being_asked(stamper: StampingAuthority) -> None:
    """In their order; and no more than are wanted."""
    with serving(lambda _query: b"") as broken, serving(stamper.answer) as good:
        ports = (broken, good)
        client = client_of(at(broken), at(good), at(good), ports=ports)
        some, every = client.request_some(IMPRINT, wanted=1), client.request_all(IMPRINT)

    assert [type(outcome) for outcome in some] == [NotTimestamped, Timestamp]
    assert [type(outcome) for outcome in every] == [NotTimestamped, Timestamp, Timestamp]


def test_a_private_authority_is_not_asked() -> None:
    """The address policy holds for them too: nobody vouched for this one."""
    asked: list[bytes] = []

    def answer(query: bytes) -> bytes:
        asked.append(query)
        return b""

    with serving(answer) as port:
        [outcome] = client_of(at(port)).request_all(IMPRINT)

    assert isinstance(outcome, NotTimestamped)
    assert outcome.reason is NotTimestampedReason.NOT_FETCHED
    assert asked == []


def test_the_gate_judges_authorities_too() -> None:
    """Nothing is fetched that it stops."""
    [outcome] = client_of(TimestampAuthority(url="http://lycee-mineures.example.org/")).request_all(IMPRINT)

    assert isinstance(outcome, NotTimestamped)
    assert outcome.reason is NotTimestampedReason.STOPPED


class Fetcher:
    """Notes what was wanted, and answers as told."""

    def __init__(self, outcome: FetchOutcome) -> None:
        """Keep the answer."""
        self.outcome = outcome
        self.wanted: list[Wanted] = []

    def fetch(self, cleared: Cleared[Address], wanted: Wanted) -> FetchOutcome:
        """Answer."""
        assert isinstance(cleared, Cleared)
        self.wanted.append(wanted)
        return self.outcome


def stopped() -> Iterator[Stopped]:
    """Yield what the gate says of a redirect."""
    found = GATE.check(Address(url="http://lycee-mineures.example.org/"))
    assert isinstance(found, Stopped)
    yield found


def test_a_stop_on_the_way_is_one() -> None:
    """As at the beginning; what was asked is a digest, a nonce, and no more."""
    [found] = stopped()
    fetcher = Fetcher(found)
    client = TimestampClient(fetcher, GATE, [TimestampAuthority(url="http://tsa.example.org/")])

    [outcome] = client.request_all(IMPRINT)

    assert isinstance(outcome, NotTimestamped)
    assert outcome.reason is NotTimestampedReason.STOPPED
    [wanted] = fetcher.wanted
    assert wanted.mode is FetchMode.TIMESTAMP
    assert wanted.body is not None
    assert DIGEST in wanted.body.content
    assert len(wanted.body.content) < 80


@pytest.mark.parametrize("ahead, remark", [(-600, "after"), (600, "before"), (299, ""), (-299, "")])
def test_a_time_far_from_ours_is_a_remark(stamper: StampingAuthority, ahead: int, remark: str) -> None:
    """Not a refusal: it may be this machine's clock that is wrong."""
    first = ask(stamper.answer)
    assert isinstance(first, Timestamp)
    nonce = first.nonce.to_bytes(8)
    found = ask_fetcher(first, nonce, first.gen_time + dt.timedelta(seconds=ahead))

    assert [remark in text for text in found.remarks] == [True] * bool(remark)


def ask_fetcher(first: Timestamp, nonce: bytes, now: dt.datetime) -> Timestamp:
    """Play a reply again to a client whose clock says something else."""
    with serving(lambda _query: first.raw_reply) as port:
        policy = AddressPolicy(allowed=frozenset({("127.0.0.1", port)}))
        guarded = GuardedClient(GATE, Guard(Answers(), policy), Identity(product="Rempart/test"), make_tls_context())
        client = TimestampClient(guarded, GATE, [at(port)], random_bytes=lambda _size: nonce, now=lambda: now)
        [outcome] = client.request_all(IMPRINT)
    assert isinstance(outcome, Timestamp)
    return outcome


def test_logs_name_no_digest(stamper: StampingAuthority, caplog: pytest.LogCaptureFixture) -> None:
    """What was captured is known by it."""
    with caplog.at_level(logging.DEBUG, logger="rempart"):
        ask(stamper.answer)

    lines = [r.getMessage() for r in caplog.records if r.name.startswith("rempart")]
    assert lines == ["time-stamp: stamped"]
