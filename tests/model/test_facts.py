"""Facts as values."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.model.facts import CertificateProblem, NoFact, NoFactReason

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize("choice", [*NoFactReason, *CertificateProblem])
def test_each_reason_has_words(choice: NoFactReason | CertificateProblem) -> None:
    """For a person."""
    assert choice.in_words()


def test_a_detail_follows_the_words() -> None:
    """Where there is one."""
    none = NoFact(what="MX example.org", reason=NoFactReason.NO_SERVER, at=NOW)

    assert none.in_words() == NoFactReason.NO_SERVER.in_words()
    assert NoFact(what="x", reason=NoFactReason.NO_SERVER, detail=".nowhere", at=NOW).in_words().endswith(": .nowhere")
