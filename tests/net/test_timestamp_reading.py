"""A reply is the time-stamp of what was asked, or a reason; whatever its bytes are, in little time."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asn1crypto import cms, core, tsp, x509
from hypothesis import given
from hypothesis import strategies as st

from authorities import StampingAuthority
from rempart.clock import monotonic_s
from rempart.errors import TimestampError
from rempart.model.timestamp import Imprint, ImprintAlgorithm, NotTimestampedReason
from rempart.net.timestamp_reading import REPLY_BYTES_MOST, TimestampQuery, is_policy, read_reply
from required import skip_or_fail

IMPRINT = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(b"what was captured").digest())
QUERY = TimestampQuery(imprint=IMPRINT, nonce=0x8123456789ABCDEF)


@pytest.fixture(scope="module")
def stamper(tmp_path_factory: pytest.TempPathFactory) -> StampingAuthority:
    """Make an authority, or skip (red where CI requires it)."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    return StampingAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def good(stamper: StampingAuthority) -> bytes:
    """Return a reply to the query."""
    return stamper.answer(QUERY.to_der())


def reason_of(raw: bytes, query: TimestampQuery = QUERY) -> NotTimestampedReason | None:
    """Return why a reply is refused; None if it is not."""
    try:
        read_reply(raw, query)
    except TimestampError as error:
        return NotTimestampedReason(error.reason)
    return None


def element(tag: int, content: bytes) -> bytes:
    """Return an element of DER."""
    size = len(content)
    digits = size.to_bytes((size.bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 + len(digits)]) + digits) + content


def reply_with(good: bytes, **changes: object) -> bytes:
    """Return a good reply whose time-stamp says something else; its signature is then wrong, which is not read."""
    token = cms.ContentInfo.load(read_reply(good, QUERY).token_der)
    signed = token["content"]
    info = tsp.TSTInfo.load(bytes(signed["encap_content_info"]["content"]))
    gen_time, other = changes.pop("gen_time", None), changes.pop("other_certificate", b"")
    assert isinstance(other, bytes)
    for name, value in changes.items():
        info[name] = value
    der = info.dump(force=True)
    if isinstance(gen_time, bytes):  # asn1crypto would write it in its own form
        inner = tsp.TSTInfo.load(der).contents
        der = element(0x30, inner.replace(info["gen_time"].dump(), element(0x18, gen_time)))
    kind = signed["encap_content_info"]["content_type"].dump()
    parts = [
        signed["version"].dump(),
        signed["digest_algorithms"].dump(),
        element(0x30, kind + element(0xA0, element(0x04, der))),
        element(0xA0, signed["certificates"].contents + other),
        signed["signer_infos"].dump(),
    ]
    return wrapped(element(0x30, token["content_type"].dump() + element(0xA0, element(0x30, b"".join(parts)))))


def wrapped(token: bytes) -> bytes:
    """Return a reply that grants a token."""
    return element(0x30, element(0x30, element(0x02, b"\0")) + token)


def test_a_good_reply_says_when_and_by_whom(good: bytes) -> None:
    """And its token is kept as it came."""
    facts = read_reply(good, QUERY)

    assert facts.gen_time.tzinfo is dt.UTC
    assert facts.accuracy == dt.timedelta(seconds=1, microseconds=500_100)
    assert facts.policy == "1.2.3.4.1"
    assert facts.tsa_name == "Common Name: Test TSA"
    assert facts.serial > 1
    assert facts.token_der in good


def test_a_query_is_as_the_standard_says() -> None:
    """Version 1, the digest, a nonce, and the certificates that it takes to verify the reply."""
    policy = replace(QUERY, policy="1.2.3.4.5")

    asked = tsp.TimeStampReq.load(policy.to_der(), strict=True)

    assert asked["version"].native == "v1"
    assert asked["message_imprint"]["hashed_message"].native == IMPRINT.digest
    assert asked["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert asked["nonce"].native == QUERY.nonce
    assert asked["cert_req"].native is True
    assert asked["req_policy"].native == "1.2.3.4.5"


def test_a_reply_to_another_query_is_refused(good: bytes, stamper: StampingAuthority) -> None:
    """Another nonce, digest, algorithm or policy: an old reply, or one to somebody else."""
    other = replace(IMPRINT, digest=bytes(32))
    longer = Imprint(algorithm=ImprintAlgorithm.SHA512, digest=bytes(64))

    assert reason_of(good, replace(QUERY, nonce=1)) is NotTimestampedReason.WRONG_NONCE
    assert reason_of(good, replace(QUERY, imprint=other)) is NotTimestampedReason.WRONG_IMPRINT
    assert reason_of(good, replace(QUERY, imprint=longer)) is NotTimestampedReason.WRONG_IMPRINT
    assert reason_of(good, replace(QUERY, policy="1.2.3.4.5")) is NotTimestampedReason.WRONG_POLICY
    assert reason_of(stamper.answer(replace(QUERY, policy="1.2.3.4.5").to_der())) is None


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"nonce": None}, NotTimestampedReason.WRONG_NONCE),
        ({"nonce": -QUERY.nonce}, NotTimestampedReason.WRONG_NONCE),
        ({"version": 2}, NotTimestampedReason.WRONG_VERSION),
        ({"serial_number": 2**300}, NotTimestampedReason.BAD_REPLY),
        ({"accuracy": {"seconds": -1}}, NotTimestampedReason.BAD_TIME),
        ({"accuracy": {"seconds": 2**200}}, NotTimestampedReason.BAD_REPLY),
        ({"gen_time": b"20261122065447"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"20261122065447+0100"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"20261122065447.10Z"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"202611220654Z"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"20261322065447Z"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"20261122065460Z"}, NotTimestampedReason.BAD_TIME),
        ({"gen_time": b"20261122065447.1234567Z"}, None),
        ({"accuracy": None}, None),
        ({"tsa": None}, None),
    ],
)
def test_a_time_stamp_that_says_something_else_is_refused(
    good: bytes, changes: dict[str, object], reason: NotTimestampedReason | None
) -> None:
    """Each field on its own."""
    assert reason_of(reply_with(good, **changes)) is reason


def test_a_refusal_says_what_the_authority_said(stamper: StampingAuthority) -> None:
    """Its failure and its words, on one line."""
    raw = stamper.answer(replace(QUERY, policy="1.9.9").to_der())

    with pytest.raises(TimestampError) as caught:
        read_reply(raw, QUERY)

    assert caught.value.reason == NotTimestampedReason.NOT_GRANTED
    assert caught.value.detail.startswith("status 2 unaccepted_policy ")


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6, 127])
def test_only_what_is_granted_is_one(status: int) -> None:
    """Also those that no standard names."""
    raw = element(0x30, element(0x30, element(0x02, bytes([status]))))

    assert reason_of(raw) is NotTimestampedReason.NOT_GRANTED


def test_a_grant_with_changes_is_one(good: bytes) -> None:
    """Status 1: what was changed is what is checked."""
    raw = element(0x30, element(0x30, element(0x02, b"\x01")) + read_reply(good, QUERY).token_der)

    assert reason_of(raw) is None


def test_a_grant_without_a_token_is_none() -> None:
    """Nor is one without its certificates."""
    assert reason_of(element(0x30, element(0x30, element(0x02, b"\0")))) is NotTimestampedReason.NO_TOKEN


def test_a_token_without_certificates_is_refused(stamper: StampingAuthority) -> None:
    """In ten years nobody could verify it."""
    asked = tsp.TimeStampReq.load(QUERY.to_der())
    asked["cert_req"] = False

    assert reason_of(stamper.answer(asked.dump(force=True))) is NotTimestampedReason.NO_CERTIFICATE


def test_certificates_in_any_order_are_taken(good: bytes) -> None:
    """A SET that is not sorted as DER asks is what many authorities send, and OpenSSL takes."""
    signed = cms.ContentInfo.load(read_reply(good, QUERY).token_der)["content"]
    first, second = (certificate.dump() for certificate in signed["certificates"])
    assert first + second in good

    assert reason_of(good.replace(first + second, second + first)) is None
    assert reason_of(good) is None


def test_two_signers_are_refused(good: bytes) -> None:
    """RFC 3161 §2.4.2: no signature but the authority's."""
    token = cms.ContentInfo.load(read_reply(good, QUERY).token_der).copy()
    signers = token["content"]["signer_infos"]
    signers.append(signers[0].copy())

    assert reason_of(wrapped(token.dump(force=True))) is NotTimestampedReason.BAD_REPLY


@pytest.mark.parametrize("mask", [0xFF, 0x01, 0x20, 0x80])
def test_a_byte_that_was_flipped_is_a_value(good: bytes, mask: int) -> None:
    """Each byte, one after the other: a reason, or a signature that is wrong; never anything else raised."""
    for position in range(len(good)):
        changed = bytearray(good)
        changed[position] ^= mask

        reason = reason_of(bytes(changed))

        assert reason is None or reason.in_words()


def test_a_reply_that_was_cut_or_continued_is_refused(good: bytes) -> None:
    """At each byte; and with a byte after its end."""
    assert {reason_of(good[:size]) for size in range(len(good))} == {NotTimestampedReason.BAD_REPLY}
    assert reason_of(good + b"\0") is NotTimestampedReason.BAD_REPLY
    assert reason_of(good + good) is NotTimestampedReason.BAD_REPLY


def nested(depth: int) -> bytes:
    """Return sequences in each other."""
    return element(0x30, nested(depth - 1)) if depth else b""


@pytest.mark.parametrize(
    "other, is_read",
    [
        (nested(18), True),
        (nested(19), False),
        (b"\x05\x00" * 8_000, True),
        (b"\x05\x00" * 8_192, False),
    ],
)
def test_where_nobody_looks_is_bounded_too(good: bytes, other: bytes, is_read: bool) -> None:  # noqa: FBT001 - a parameter
    """A certificate of a kind that nobody knows, on each side of both limits: 24 deep, 8,192 elements."""
    raw = reply_with(good, other_certificate=element(0xA3, other))

    assert reason_of(raw) is (None if is_read else NotTimestampedReason.BAD_REPLY)


@pytest.mark.parametrize("header", [b"\x30\x83\x00", b"\x30\x84\x00\x00", b"\x3f\x10\x82"])
def test_a_header_has_one_form(good: bytes, header: bytes) -> None:
    """A length with zeros before it, or a tag in more bytes than it takes, would be read differently by others."""
    assert good.startswith(b"\x30\x82")

    assert reason_of(header + good[2:]) is NotTimestampedReason.BAD_REPLY


def test_a_short_length_is_in_one_byte(good: bytes) -> None:
    """``02 81 01 00`` is the zero of BER, not of DER."""
    token = read_reply(good, QUERY).token_der

    assert reason_of(element(0x30, element(0x30, b"\x02\x81\x01\x00") + token)) is NotTimestampedReason.BAD_REPLY


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield replies that are made to cost."""
    deep = b""
    for _level in range(10_000):
        deep = element(0x30, deep)
        if len(deep) > REPLY_BYTES_MOST - 8:
            break
    granted = element(0x30, element(0x02, b"\0"))
    name = element(0x31, element(0x30, element(0x06, b"\x55\x04\x03") + element(0x0C, b"a")))
    yield "empty", b""
    yield "a page", b"<html>" * 1_000
    yield "indefinite", b"\x30\x80" * 10_000 + b"\0\0" * 10_000
    yield "deep", deep
    yield "many", element(0x30, granted + element(0x30, b"\x05\x00" * 30_000))
    yield "too long a length", b"\x30\x84\xff\xff\xff\xff"
    yield "a length of 126 bytes", b"\x30\xfe" + b"\xff" * 200
    yield "a length that is not minimal", b"\x30\x81\x03\x02\x01\x00"
    yield "a long tag", element(0x30, granted + b"\x3f\xff\xff\xff\x7f\x00")
    yield "three parts", element(0x30, granted * 3)
    yield "a long identifier", element(0x30, granted + element(0x30, element(0x06, b"\xff" * 60_000)))
    yield "a long status", element(0x30, element(0x30, element(0x02, b"\x7f" * 60_000)))
    yield "names", element(0x30, granted + element(0x30, name * 3_000))
    yield "too large", element(0x30, granted + element(0x04, bytes(REPLY_BYTES_MOST)))


@pytest.mark.parametrize("name", [name for name, _ in hostile()])
def test_a_reply_that_is_made_to_cost_costs_little(name: str) -> None:
    """Bounded before it is read: less than a second on a slow machine."""
    raw = dict(hostile())[name]
    begun = monotonic_s()

    assert reason_of(raw) in {NotTimestampedReason.BAD_REPLY, NotTimestampedReason.NOT_GRANTED}
    assert monotonic_s() - begun < 30.0  # hours, if it grew with the square


def test_a_name_of_a_thousand_parts_costs_little(good: bytes) -> None:
    """It is shown shortened."""
    text = x509.DirectoryString(name="utf8_string", value=core.UTF8String("a" * 20))
    parts = [x509.RelativeDistinguishedName([{"type": "common_name", "value": text}])] * 900
    name = x509.GeneralName(name="directory_name", value=x509.Name(name="", value=x509.RDNSequence(parts)))
    raw = reply_with(good, tsa=name)
    begun = monotonic_s()

    facts = read_reply(raw, QUERY)

    assert len(facts.tsa_name) == 200
    assert monotonic_s() - begun < 30.0  # hours, if it grew with the square


@given(st.binary(max_size=400))
def test_any_bytes_are_a_reason(raw: bytes) -> None:
    """Nothing else is raised."""
    assert reason_of(raw) is not None


@given(st.lists(st.binary(max_size=20), max_size=6), st.lists(st.sampled_from([2, 3, 4, 5, 6, 0x30, 0xA0])))
def test_any_der_is_a_reason(contents: list[bytes], tags: list[int]) -> None:
    """As above, past the walk."""
    inner = b"".join(element(tag & 0xDF, content) for tag, content in zip(tags, contents, strict=False))
    for tag in itertools.islice(tags, 5):
        inner = element(tag | 0x20, inner)

    assert reason_of(element(0x30, element(0x30, element(0x02, b"\0")) + element(0x30, inner))) is not None


@pytest.mark.parametrize("text, is_one", [("1.2.3", True), ("0.4.0.2023.1.1", True), ("1", False), ("1.2.a", False)])
def test_a_policy_is_an_object_identifier(text: str, is_one: bool) -> None:  # noqa: FBT001 - a parameter
    """As the settings have it."""
    assert is_policy(text) is is_one


def test_a_digest_of_another_length_is_a_mistake() -> None:
    """An authority would stamp it."""
    with pytest.raises(ValueError, match="31 bytes"):
        Imprint(algorithm=ImprintAlgorithm.SHA256, digest=bytes(31))
