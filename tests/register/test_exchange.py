"""What a partner is given: codes and labels only, signed, and refused when cut, changed or another's."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from feeds import code, read
from one_asset import ANNE, asset
from rempart.errors import IntegrityError
from rempart.keys import SigningKey
from rempart.model.asset import Asset, AssetState, Depicts, Sensitivity
from rempart.model.exchange import FeedFormat, FeedState, Label, digest_of
from rempart.register import Outgoing, label_of, label_of_removal, render_feed, sign_feed, verify_feed

KEY, OTHER = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
LINES = [
    Outgoing(digest=digest_of(code(n)), bits=code(n), label=label)
    for n, label in enumerate([Label.REVIEWED, Label.SELF_DECLARED, Label.REVIEWED])
] + [Outgoing(digest=digest_of(code(9)), bits=None, label=Label.WITHDRAWN)]


def signed(feed_format: FeedFormat = FeedFormat.JSONL, key: SigningKey = KEY) -> tuple[bytes, bytes]:
    """Return a file's content, and its signature's line."""
    content = b"".join(render_feed(LINES, feed_format))
    return content, sign_feed(content, feed_format, key, recipient="Café", sequence=3)


@pytest.mark.parametrize(
    "given, is_shared, expected",
    [
        (asset(), True, Label.SELF_DECLARED),
        (asset(accepted_by=ANNE), True, Label.REVIEWED),
        (asset(Sensitivity.INTIMATE), True, None),
        (asset(Sensitivity.INTIMATE), False, Label.SELF_DECLARED),
        (asset(Sensitivity.INTIMATE, accepted_by=ANNE), True, Label.REVIEWED),
        (asset(depicts=Depicts.OTHER), False, None),
        (asset(ground=None), True, None),
        (asset(accepted_by=ANNE, state=AssetState.CONTESTED), True, None),
    ],
)
def test_the_label_is_what_somebody_vouches_for(given: Asset, *, is_shared: bool, expected: Label | None) -> None:
    """What would be sealed here is not given to anybody."""
    assert label_of([given], {given.id}, is_shared=is_shared) is expected


def test_without_consent_nothing_leaves() -> None:
    """Even if everything else is in order."""
    assert label_of([asset(accepted_by=ANNE)], set(), is_shared=True) is None


def test_a_removal_tells_a_contest_from_a_withdrawal() -> None:
    """A contest may be dismissed; a withdrawal is for good."""
    assert label_of_removal([asset(), asset(state=AssetState.CONTESTED)]) is Label.CONTESTED
    assert label_of_removal([asset()]) is Label.WITHDRAWN
    assert label_of_removal([]) is Label.WITHDRAWN


def test_lines_are_in_the_order_of_the_codes() -> None:
    """An order of registration would tell days."""
    ours = b"".join(render_feed(LINES, FeedFormat.JSONL)).decode().splitlines()
    plain = b"".join(render_feed(reversed(LINES), FeedFormat.CSV)).decode().splitlines()

    codes = sorted(code(n).hex() for n in range(3))
    assert [json.loads(line).get("pdq") for line in ours[1:]] == [*codes, None]
    assert [line.partition(",")[0] for line in plain] == ["pdq", *codes]


def test_each_format_is_read_back() -> None:
    """With its labels where it has any; a removal is in ours only."""
    for feed_format, labels in (
        (FeedFormat.JSONL, {Label.REVIEWED, Label.SELF_DECLARED, Label.WITHDRAWN}),
        (FeedFormat.CSV, {Label.REVIEWED, Label.SELF_DECLARED}),
        (FeedFormat.TX, {Label.SELF_DECLARED}),
    ):
        entries, faults = read(b"".join(render_feed(LINES, feed_format)), feed_format)

        assert faults == []
        assert {e.bits for e in entries if e.state is FeedState.ACTIVE} == {code(0), code(1), code(2)}
        assert {e.label for e in entries} == labels


def test_pages_of_stopncii_are_not_written() -> None:
    """They are its own."""
    with pytest.raises(ValueError, match="read, not written"):
        list(render_feed(LINES, FeedFormat.STOPNCII))


def test_a_whole_file_is_verified() -> None:
    """By its last line, or by the file beside it."""
    content, line = signed()
    found = verify_feed(io.BytesIO(content + line), None, KEY.public)
    plain, beside = signed(FeedFormat.TX)

    assert (found.recipient, found.sequence, found.format) == ("Café", 3, "jsonl")
    assert verify_feed(io.BytesIO(plain), beside, KEY.public).format == "tx"


CONTENT, LINE = signed()
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "last byte cut": lambda f: f[:-1],
    "signature cut": lambda _: CONTENT,
    "half a signature": lambda f: f[: len(CONTENT) + 40],
    "a line cut": lambda f: f.replace(CONTENT.splitlines(keepends=True)[1], b""),
    "a line twice": lambda f: CONTENT.splitlines(keepends=True)[1] + f,
    "a label changed": lambda f: f.replace(b"self_declared", b"reviewed"),
    "a line after it": lambda f: f + b"{}\n",
    "an empty line after it": lambda f: f + b"\n",
    "another number": lambda f: f.replace(b'"sequence":3', b'"sequence":4'),
    "another recipient": lambda f: f.replace(b"Caf", b"Kaf"),
    "another format": lambda f: f.replace(b'"format":"jsonl"', b'"format":"csv"'),
    "a text for a number": lambda f: f.replace(b'"sequence":3', b'"sequence":"3"'),
    "a field more": lambda f: f.replace(b'"sequence":3', b'"sequence":3,"x":1'),
    "a field twice": lambda f: f.replace(b'"sequence":3', b'"sequence":3,"sequence":4'),
    "no signature in it": lambda f: f.replace(b"signature", b"signaturf"),
    "another's key named": lambda f: f.replace(KEY.public.hex().encode(), OTHER.public.hex().encode()),
    "a key that is none": lambda f: f.replace(b"ed25519:", b"rsa:"),
    "not UTF-8": lambda f: f[: len(CONTENT)] + b"\xff" + f[len(CONTENT) :],
    "signed by another": lambda _: CONTENT + signed(key=OTHER)[1],
    "the file of another signature": lambda _: b"x\n" + LINE,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused(damage: Callable[[bytes], bytes]) -> None:
    """Cut anywhere, changed anywhere, or signed by somebody else."""
    content = damage(CONTENT + LINE)
    assert content != CONTENT + LINE

    with pytest.raises(IntegrityError):
        verify_feed(io.BytesIO(content), None, KEY.public)


def test_every_cut_is_refused() -> None:
    """At each of its bytes."""
    whole = CONTENT + LINE
    for end in range(len(whole)):
        with pytest.raises(IntegrityError):
            verify_feed(io.BytesIO(whole[:end]), None, KEY.public)


def test_a_partner_without_rempart_verifies_it() -> None:
    """As docs/reference/json.md says it, with a library and nothing of ours."""
    *lines, last = (CONTENT + LINE).splitlines(keepends=True)
    said = json.loads(last)["signed"]
    signature, key = bytes.fromhex(said.pop("signature")), bytes.fromhex(said.pop("key").removeprefix("ed25519:"))
    message = b"rempart exchange file v1\n" + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    Ed25519PublicKey.from_public_bytes(key).verify(signature, message)

    assert said["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()


def test_a_signature_beside_is_of_its_file_only() -> None:
    """Neither of another format, nor of another file; and it has a limit."""
    plain, beside = signed(FeedFormat.CSV)
    verify_feed(io.BytesIO(plain), beside, KEY.public)

    for content, line in ((plain + b"x", beside), (plain, LINE), (plain, b""), (plain, beside + b" " * 5_000)):
        with pytest.raises(IntegrityError):
            verify_feed(io.BytesIO(content), line, KEY.public)
