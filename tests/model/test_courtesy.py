"""What a person reads where a host does not let us in: what she can do, and never a way around."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.model.courtesy import Blocked, BlockKind, Later, LaterReason

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("kind", list(BlockKind))
def test_each_kind_says_what_a_person_can_do(kind: BlockKind) -> None:
    """In whole sentences."""
    blocked = Blocked(kind=kind, host="forum.example.org")

    assert blocked.in_words().startswith("forum.example.org: ")
    assert blocked.what_a_person_can_do.endswith(".")


def test_nothing_that_is_said_is_a_way_around() -> None:
    """No other address, no proxy, no borrowed cookie, no account, no pretended browser."""
    said = " ".join(kind.what_a_person_can_do.lower() for kind in BlockKind)

    assert not [word for word in ("proxy", "vpn", "cookie", "user-agent", "bypass", " tor ") if word in said]
    assert "never logs in" in said
    assert "solves none" in said


@pytest.mark.parametrize("why", list(LaterReason))
def test_each_reason_to_wait_has_words(why: LaterReason) -> None:
    """With the instant, in UTC."""
    later = Later(until=NOW, why=why, host="forum.example.org")

    assert later.in_words().startswith("forum.example.org is asked later (2026-03-04 12:00:00 UTC): ")


def test_a_sign_is_told() -> None:
    """So that a person can judge it."""
    blocked = Blocked(kind=BlockKind.CHALLENGE, host="forum.example.org", sign="a captcha")

    assert blocked.in_words().endswith("(a captcha)")
