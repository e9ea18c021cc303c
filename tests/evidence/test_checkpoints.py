"""Checkpoints: the published example's form, and every other spelling."""

from __future__ import annotations

import pytest

from grown_logs import ORIGIN, GrownLog
from rempart.errors import IntegrityError
from rempart.evidence.checkpoints import checkpoint_text, open_checkpoint, parse_checkpoint_text, parse_size
from rempart.evidence.notes import NoteSigner, parse_note, render_note

#: The example of C2SP tlog-checkpoint.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
TEXT = checkpoint_text(GrownLog(5).checkpoint(5))
LINES = TEXT.split("\n")


def test_the_published_example_is_read() -> None:
    """Its three lines, and its signature's key."""
    note = parse_note(EXAMPLE.encode())
    checkpoint = parse_checkpoint_text(note.text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert note.signatures[0].key_id.hex() == "033de0ae"
    assert checkpoint_text(checkpoint) == note.text


def test_a_signed_checkpoint_is_opened() -> None:
    """By the log's own key."""
    log = GrownLog(5)

    assert open_checkpoint(log.signed(5), log.signer.key).checkpoint == log.checkpoint(5)


def test_the_name_of_the_key_is_that_of_the_log() -> None:
    """One key that signs for two logs would let one stand for the other."""
    log = GrownLog(5)
    signed = render_note(
        TEXT.replace(ORIGIN, "other.example"), [log.signer.sign(TEXT.replace(ORIGIN, "other.example"))]
    )

    with pytest.raises(IntegrityError, match="signed by the key of"):
        open_checkpoint(signed, log.signer.key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{LINES[0]}\n{LINES[1]}\n",
        f"\n{LINES[1]}\n{LINES[2]}\n",
        f"{LINES[0]}\n05\n{LINES[2]}\n",
        f"{LINES[0]}\n-5\n{LINES[2]}\n",
        f"{LINES[0]}\n5 \n{LINES[2]}\n",
        f"{LINES[0]}\n\u0665\n{LINES[2]}\n",
        f"{LINES[0]}\n9223372036854775808\n{LINES[2]}\n",
        f"{LINES[0]}\n5\n{LINES[2][:-1]}\n",
        f"{LINES[0]}\n5\nAAAA\n",
        TEXT + "\n",
        TEXT + "\nmore\n",
        TEXT[:-1],
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    """Lines that lack, are empty or spelt otherwise."""
    with pytest.raises(IntegrityError, match="not a checkpoint"):
        parse_checkpoint_text(text)


def test_lines_of_others_are_kept() -> None:
    """C2SP allows extension lines, and whoever cosigns signs them too."""
    assert parse_checkpoint_text(TEXT + "more\n").size == 5


@pytest.mark.parametrize("text, size", [("0", 0), ("9223372036854775807", 2**63 - 1), ("", None), ("00", None)])
def test_a_size_has_one_spelling(text: str, size: int | None) -> None:
    """The largest is that of a signed number."""
    assert parse_size(text) == size


def test_a_stranger_signs_nothing_of_ours() -> None:
    """Even under the same name."""
    other = NoteSigner(ORIGIN, GrownLog(1, seed=2).signer._private)

    with pytest.raises(IntegrityError, match="none of the keys"):
        open_checkpoint(render_note(TEXT, [other.sign(TEXT)]), GrownLog(5).signer.key)
