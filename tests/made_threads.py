"""Threads of words that nobody wrote, in code: some words come often, as in every language."""

from __future__ import annotations

import functools
import random

from rempart.model.collected import ParsedPost

_SYLLABLES = "ba co di fu ga li mo ne pa ri so tu va ze cha bli dro fre gla pru sta tri von quel".split()
_COMMON = "le la de et un une est pas que qui dans pour sur avec the a of to in and is it that on".split()


def made_words(seed: int, words: int) -> str:
    """Return a text: four words in ten are among the commonest, the others from 4,000, the first ones more often."""
    draw, rare = random.Random(seed), _rare_words()  # noqa: S311 - made words
    return " ".join(
        draw.choice(_COMMON) if draw.random() < 0.4 else rare[int(4_000 * draw.random() ** 3)] for _ in range(words)
    )


@functools.cache
def _rare_words() -> tuple[str, ...]:
    book = random.Random(0)  # noqa: S311 - as above
    return tuple("".join(book.choice(_SYLLABLES) for _ in range(book.randint(2, 4))) for _ in range(4_000))


def made_posts(seed: int, count: int = 10, words: int = 40) -> list[ParsedPost]:
    """Return the posts of a thread."""
    return [ParsedPost(engine_id=str(number), text=made_words(seed * 1_000 + number, words)) for number in range(count)]
