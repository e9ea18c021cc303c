"""What comes of asking the outside: every reason has its words, and memory is given back."""

from __future__ import annotations

import os

import pytest

from rempart.model.web import Address, MemoryFile, NotFetched, NotFetchedReason


@pytest.mark.parametrize("reason", NotFetchedReason)
def test_every_reason_has_its_words(reason: NotFetchedReason) -> None:
    """A sentence of its own, which its detail follows."""
    words = reason.in_words()

    assert words
    assert [other.in_words() for other in NotFetchedReason].count(words) == 1
    assert NotFetched(reason=reason).in_words() == words
    assert NotFetched(reason=reason, detail="10.0.0.1").in_words() == f"{words}: 10.0.0.1"


def test_an_address_is_judged_with_what_led_to_it() -> None:
    """The gate is shown all of it."""
    assert Address(url="https://a.example.org/", context=("a title",)).names_to_check() == (
        "https://a.example.org/",
        "a title",
    )


def test_memory_is_given_back_once() -> None:
    """By whoever holds it last; a second time is no error."""
    descriptor = os.memfd_create("test")
    with MemoryFile(descriptor, 0) as memory:
        assert memory.fileno() == descriptor
    memory.close()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_memory_that_was_handed_over_is_not_closed() -> None:
    """Its new owner does that."""
    descriptor = MemoryFile(os.memfd_create("test"), 0).detach()

    os.fstat(descriptor)
    os.close(descriptor)
