"""Which places show the same content: a signature of a thread's words, codes of its pictures, and groups of places.

A signature is a MinHash (A. Broder, 1997) of the word triples of a thread's first posts, without what they quote: the
order of posts, the site around them, dates, numbers and addresses do not count, and no word can be read back from it.
A thread of few words has none: that two such threads are alike would say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.model.collected import ParsedPost
from rempart.model.ids import SourceId, ThreadId

#: Numbers of one signature: the estimate of a similarity of 0.7 is off by 0.04 (one standard deviation, 1/√n).
PERMUTATIONS: Final = 128
#: Bytes of a signature: its version, then its numbers (32 bits, little-endian).
SIGNATURE_BYTES: Final = 1 + 4 * PERMUTATIONS
#: The version says how words are cut, and by which seed and algorithm of rensa they were hashed.
_VERSION: Final = b"\x01"
_SEED: Final = 20_261_122
#: Posts that are compared: engines show at least ten on a first page, however many there are on the mirror's.
POSTS_COMPARED: Final = 10
_WORDS_COMPARED: Final = 2_000
_WORDS_TOGETHER: Final = 3
#: Fewer distinct triples say nothing: two threads of greetings are alike without being the same.
TRIPLES_LEAST: Final = 40
#: Words that so many posts share were put there by the site.
_BOILERPLATE_POSTS: Final = 3
#: Two threads are the same from here on; unlike ones stay under 0.2 (tests/collect/test_mirrors.py).
SAME_LEAST: Final = 0.7
#: Places are mirrors from so many threads on: one that was copied by a reader is no mirror.
THREADS_LEAST: Final = 3
#: 64 of the bits of a picture's fingerprint, and how many may differ: what mirrors show has the same bytes or nearly.
CODE_BYTES: Final = 8
_CODE_BITS: Final = 3
#: Codes that are kept of a thread.
CODES_MOST: Final = 64
#: Threads without words are the same if they share so many pictures, and that share of both.
_PICTURES_LEAST: Final = 4
_PICTURES_SHARE: Final = 0.8
#: Numbers that are looked up together: of pairs that are 0.7 similar, (1 - 0.7⁴)³² = 0.02 % share none of 32 looks.
_BAND: Final = 4
#: Threads of one place that are kept under one look-up: a place that repeats itself is not compared with itself.
_SAME_PLACE_MOST: Final = 4

_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPrint:
    """What one thread is compared by."""

    thread: ThreadId
    """Which."""
    source: SourceId
    """Where."""
    signature: bytes = field(repr=False)
    """Of its words, as :func:`signature_of` makes it; empty if there are too few."""
    codes: bytes = field(default=b"", repr=False)
    """Of its pictures, as :func:`added_code` makes them."""


def signature_of(posts: Sequence[ParsedPost]) -> bytes:
    """Return the signature of a thread's first posts; empty if they hold too few words to say anything.

    Args:
        posts: Of its first page, in its order; those without words are passed over.

    Returns:
        Nothing, or :data:`SIGNATURE_BYTES` bytes.
    """
    import rensa  # noqa: PLC0415 - native, and only where threads are compared

    sets = [triples for post in posts if (triples := _triples(post.text))][:POSTS_COMPARED]
    seen = Counter(triple for triples in sets for triple in triples)
    kept = sorted(triple for triple, posts_with in seen.items() if posts_with < _BOILERPLATE_POSTS)
    if len(kept) < TRIPLES_LEAST:
        return b""
    sketch = rensa.RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([triple.encode("utf-8", "replace") for triple in kept])
    return _VERSION + np.array(sketch.digest(), "<u4").tobytes()


def similarity(one: bytes, other: bytes) -> float | None:
    """Estimate which share of their word triples two threads have in common, from 0 to 1; None if it is unknown."""
    if not (is_signature(one) and is_signature(other)):
        return None
    return float(np.mean(_numbers(one) == _numbers(other)))


def nearest(signature: bytes, known: Sequence[bytes]) -> float:
    """Return how similar the most similar of known signatures is; 0 if nothing can be said."""
    usable = [each for each in known if is_signature(each)]
    if not (usable and is_signature(signature)):
        return 0.0
    matrix = np.frombuffer(b"".join(usable), np.uint8).reshape(len(usable), SIGNATURE_BYTES)[:, 1:]
    numbers = np.ascontiguousarray(matrix).view("<u4")
    return float((numbers == _numbers(signature)).mean(axis=1).max())


def is_signature(stored: bytes) -> bool:
    """Tell a signature that this version can compare."""
    return len(stored) == SIGNATURE_BYTES and stored[:1] == _VERSION


def added_code(codes: bytes, fingerprint: bytes) -> bytes:
    """Add a picture to the codes of a thread; as they were if it is there already, or if there are enough.

    Args:
        codes: As this function returned them; empty at first.
        fingerprint: 32 bytes (PDQ), of which every fourth is kept.
    """
    code = fingerprint[::4][:CODE_BYTES]
    is_full = len(codes) >= CODES_MOST * CODE_BYTES
    return codes if is_full or len(code) != CODE_BYTES or _has(codes, code) else codes + code


def groups(prints: Iterable[ThreadPrint], *, threads_least: int = THREADS_LEAST) -> list[frozenset[SourceId]]:
    """Group the places that show the same threads.

    1. Threads that may be the same are found by numbers that they share (locality-sensitive hashing).
    2. They are compared.
    3. Two places with enough such pairs are mirrors: a thread counts once, however often it is repeated elsewhere.
    4. Mirrors of mirrors are one group.

    Returns:
        Groups of at least two, the largest first.
    """
    known = [each for each in prints if is_signature(each.signature) or each.codes]
    lefts: dict[tuple[SourceId, SourceId], set[ThreadId]] = defaultdict(set)
    rights: dict[tuple[SourceId, SourceId], set[ThreadId]] = defaultdict(set)
    for a, b in _candidates(known):  # (1)
        if is_same(a, b):  # (2)
            one, other = (a, b) if a.source < b.source else (b, a)
            lefts[one.source, other.source].add(one.thread)
            rights[one.source, other.source].add(other.thread)
    pairs = [pair for pair in lefts if min(len(lefts[pair]), len(rights[pair])) >= threads_least]  # (3)
    return _joined(pairs)  # (4)


def is_same(a: ThreadPrint, b: ThreadPrint) -> bool:
    """Tell whether two threads show the same; of those without words their pictures tell."""
    alike = similarity(a.signature, b.signature)
    if alike is not None:
        return alike >= SAME_LEAST
    if a.signature or b.signature:
        return False
    ones, others = _codes(a.codes), _codes(b.codes)
    shared = sum(_has(b.codes, code) for code in ones)
    back = sum(_has(a.codes, code) for code in others)
    return min(shared, back) >= max(_PICTURES_LEAST, _PICTURES_SHARE * max(len(ones), len(others)))


def _triples(text: str) -> frozenset[str]:
    """Return the distinct runs of three words of a text, without numbers and addresses."""
    plain = unicodedata.normalize("NFKC", _LINK.sub(" ", text)).casefold()
    words = [found[0] for found, _ in zip(_WORD.finditer(plain), range(_WORDS_COMPARED), strict=False)]
    return frozenset(" ".join(words[at : at + _WORDS_TOGETHER]) for at in range(len(words) - _WORDS_TOGETHER + 1))


def _numbers(signature: bytes) -> npt.NDArray[np.uint32]:
    """Return the numbers of a signature: ``(128,) uint32``."""
    return np.frombuffer(signature, "<u4", offset=1)


def _codes(codes: bytes) -> list[bytes]:
    return [codes[at : at + CODE_BYTES] for at in range(0, len(codes) - CODE_BYTES + 1, CODE_BYTES)]


def _has(codes: bytes, code: bytes) -> bool:
    wanted = int.from_bytes(code, "big")
    return any((int.from_bytes(each, "big") ^ wanted).bit_count() <= _CODE_BITS for each in _codes(codes))


def _candidates(prints: Sequence[ThreadPrint]) -> Iterator[tuple[ThreadPrint, ThreadPrint]]:
    """Yield each pair of threads of two places that share some numbers, or part of a picture's code, once."""
    under: dict[tuple[int, bytes], list[ThreadPrint]] = defaultdict(list)
    for each in prints:
        for key in _keys(each):
            if sum(other.source == each.source for other in under[key]) < _SAME_PLACE_MOST:
                under[key].append(each)
    told: set[tuple[ThreadId, ThreadId]] = set()
    for together in under.values():
        for at, a in enumerate(together):
            for b in together[at + 1 :]:
                pair = (a.thread, b.thread) if a.thread < b.thread else (b.thread, a.thread)
                if a.source != b.source and pair not in told:
                    told.add(pair)
                    yield a, b


def _keys(each: ThreadPrint) -> Iterator[tuple[int, bytes]]:
    """Yield what a thread is looked up by."""
    if is_signature(each.signature):
        width = 4 * _BAND
        for at in range(1, SIGNATURE_BYTES, width):
            yield at, each.signature[at : at + width]
    elif not each.signature:
        for code in _codes(each.codes):
            # Of four pieces one is whole if at most three bits differ.
            yield from ((-at - 1, code[at : at + 2]) for at in range(0, CODE_BYTES, 2))


def _joined(pairs: Iterable[tuple[SourceId, SourceId]]) -> list[frozenset[SourceId]]:
    """Join pairs that share a place."""
    group_of: dict[SourceId, set[SourceId]] = {}
    for one, other in pairs:
        both = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(both, both))
    return sorted({frozenset(group) for group in group_of.values()}, key=lambda g: (-len(g), sorted(g)))
