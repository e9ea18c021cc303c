"""Mirrors: the same threads are recognised however they are shown, and unlike ones are never taken for the same."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools

import pytest

from made_threads import made_posts, made_words
from rempart.collect.mirrors import (
    CODE_BYTES,
    CODES_MOST,
    SAME_LEAST,
    SIGNATURE_BYTES,
    ThreadPrint,
    added_code,
    groups,
    is_same,
    is_signature,
    nearest,
    signature_of,
    similarity,
)
from rempart.model.collected import ParsedPost
from rempart.model.ids import SourceId, ThreadId


def printed(source: str, thread: int, posts: list[ParsedPost], codes: bytes = b"") -> ThreadPrint:
    """Make what a thread is compared by."""
    return ThreadPrint(
        thread=ThreadId(f"{source}-{thread}"), source=SourceId(source), signature=signature_of(posts), codes=codes
    )


def site(name: str, threads: range, **changes: int) -> list[ThreadPrint]:
    """Make a site of threads that are the same on every site."""
    return [printed(name, each, made_posts(each, **changes)) for each in threads]


def fingerprint_of(picture: int) -> bytes:
    """Make the fingerprint of a picture."""
    return hashlib.sha256(picture.to_bytes(4, "big")).digest()


def post(text: str) -> ParsedPost:
    """Make a post."""
    return ParsedPost(engine_id="", text=text)


def alike(one: list[ParsedPost], other: list[ParsedPost]) -> float:
    """Compare two threads, both of which must have a signature."""
    found = similarity(signature_of(one), signature_of(other))
    assert found is not None
    return found


class TestSignature:
    """Of a thread's words."""

    def test_its_numbers_never_change(self) -> None:
        """Stored ones are compared with new ones: if rensa's algorithm or ours changes, so must the version."""
        signature = signature_of(made_posts(1))

        assert signature[:9].hex() == "016f0d580252eb1003"
        assert len(signature) == SIGNATURE_BYTES

    def test_the_order_of_posts_does_not_count(self) -> None:
        """Newest first or last."""
        posts = made_posts(1)

        assert signature_of(posts[::-1]) == signature_of(posts)

    def test_a_longer_page_of_the_same_thread_is_the_same(self) -> None:
        """Ten posts on one site's page, forty on its mirror's."""
        posts = made_posts(1, count=40)

        assert signature_of(posts) == signature_of(posts[:10])

    def test_what_the_site_adds_to_posts_does_not_count(self) -> None:
        """Sentences under each of them."""
        posts = made_posts(1)
        added = "pour voir ce contenu il faut vous connecter ou vous inscrire sur notre beau site de partage"
        more = [dataclasses.replace(each, text=f"{each.text} . {added}") for each in posts]

        assert alike(posts, more) >= 0.9

    def test_addresses_dates_and_numbers_do_not_count(self) -> None:
        """A mirror writes its own."""
        one = [post(f"{each.text} https://a.example/{n} le 3/4") for n, each in enumerate(made_posts(1))]
        other = [post(f"{each.text} https://b.example/9{n} le 12/11") for n, each in enumerate(made_posts(1))]

        assert signature_of(one) == signature_of(other)

    @pytest.mark.parametrize("words", [0, 1, 3, 30])
    def test_few_words_say_nothing(self, words: int) -> None:
        """Two threads of greetings are alike without being the same."""
        assert signature_of([post(made_words(1, words))]) == b""

    def test_one_sentence_a_thousand_times_says_nothing(self) -> None:
        """Its distinct words are few."""
        assert signature_of([post("merci beaucoup pour le partage " * 1_000)]) == b""

    @pytest.mark.parametrize(
        "text", ["\udcff\ud800 " * 200, "\x00" * 500, "ﷺ " * 500, "\U0001d518 " * 300, "a" * 90_000]
    )
    def test_no_text_breaks_it(self, text: str) -> None:
        """Whatever letters a page holds."""
        signature = signature_of([post(text), *made_posts(1)])

        assert is_signature(signature)

    def test_no_word_can_be_read_in_it(self) -> None:
        """It is all numbers."""
        assert b"Nadia" not in signature_of([post(f"Nadia {made_words(3, 200)}")])


class TestSimilarity:
    """Of two threads."""

    def test_unlike_threads_are_far_from_the_bound(self) -> None:
        """The highest of 4,950 pairs."""
        signatures = [signature_of(made_posts(seed)) for seed in range(100)]
        highest = max(similarity(a, b) or 0.0 for a, b in itertools.combinations(signatures, 2))

        assert highest < 0.2

    @pytest.mark.parametrize("kept, is_over", [(9, True), (5, False)])
    def test_a_thread_on_each_side_of_the_bound(self, kept: int, is_over: bool) -> None:  # noqa: FBT001 - expected
        """One post of ten was rewritten; five were."""
        posts = made_posts(1)
        other = posts[:kept] + made_posts(2)[kept:]

        assert (alike(posts, other) >= SAME_LEAST) is is_over

    @pytest.mark.parametrize("stored", [b"", b"\x02" + bytes(512), bytes(SIGNATURE_BYTES), b"\x01abc"])
    def test_what_cannot_be_compared_is_unknown(self, stored: bytes) -> None:
        """Another version, or none."""
        assert similarity(signature_of(made_posts(1)), stored) is None

    def test_the_nearest_of_many(self) -> None:
        """Others and what cannot be compared are passed over."""
        known = [b"", *(signature_of(made_posts(seed)) for seed in range(5))]

        assert nearest(signature_of(made_posts(3)), known) == 1.0
        assert nearest(signature_of(made_posts(9)), known) < 0.2
        assert nearest(b"", known) == 0.0
        assert nearest(signature_of(made_posts(3)), []) == 0.0


class TestCodes:
    """Of a thread's pictures."""

    def test_a_picture_is_kept_once(self) -> None:
        """Also if a bit or two of it differ."""
        fingerprint = fingerprint_of(1)
        codes = added_code(b"", fingerprint)

        assert added_code(codes, fingerprint) == codes
        assert added_code(codes, bytes([fingerprint[0] ^ 3, *fingerprint[1:]])) == codes
        assert len(added_code(codes, fingerprint_of(2))) == 2 * CODE_BYTES

    def test_a_thread_has_so_many_at_most(self) -> None:
        """A gallery of a thousand pictures."""
        codes = b""
        for seed in range(1_000):
            codes = added_code(codes, fingerprint_of(seed))

        assert len(codes) == CODES_MOST * CODE_BYTES

    def test_what_is_no_fingerprint_is_not_kept(self) -> None:
        """Of another length."""
        assert added_code(b"", b"short") == b""


class TestGroups:
    """Of places."""

    def test_two_sites_with_the_same_threads_are_one_group(self) -> None:
        """Among others that share none."""
        prints = site("a", range(10)) + site("b", range(5, 15)) + site("c", range(20, 30))

        assert groups(prints) == [frozenset({SourceId("a"), SourceId("b")})]

    @pytest.mark.parametrize("shared, found", [(2, 0), (3, 1)])
    def test_so_many_threads_make_a_mirror(self, shared: int, found: int) -> None:
        """On each side of the bound."""
        prints = site("a", range(10)) + site("b", range(10 - shared, 20 - shared))

        assert len(groups(prints)) == found

    def test_a_mirror_of_a_mirror_is_of_the_group(self) -> None:
        """Though the first and the last share nothing."""
        prints = site("a", range(5)) + site("b", range(2, 10)) + site("c", range(7, 12))

        assert groups(prints) == [frozenset({SourceId("a"), SourceId("b"), SourceId("c")})]

    def test_one_thread_that_is_repeated_is_one(self) -> None:
        """An advertisement in fifty threads of each of two sites makes no mirror."""
        prints = [printed(name, number, made_posts(1)) for name in "ab" for number in range(50)]
        one = [printed("c", 1, made_posts(1))]

        assert groups(prints[:50] + one) == []

    def test_threads_of_one_place_are_not_compared(self) -> None:
        """A place is no mirror of itself."""
        assert groups([printed("a", number, made_posts(1)) for number in range(10)]) == []

    def test_short_threads_make_no_group(self) -> None:
        """Though they are equal."""
        prints = [printed(name, number, [post("merci")]) for name in "ab" for number in range(10)]

        assert groups(prints) == []

    def test_threads_of_pictures_alone_are_compared_by_them(self) -> None:
        """Four of the same pictures, and no words."""
        prints = []
        for name, number in itertools.product("ab", range(3)):
            codes = b""
            for seed in range(4):
                codes = added_code(codes, fingerprint_of(10 * number + seed))
            prints.append(printed(name, number, [], codes))

        assert groups(prints) == [frozenset({SourceId("a"), SourceId("b")})]

    def test_the_same_pictures_under_other_words_are_no_mirror(self) -> None:
        """A leak that is posted again is a recirculation."""
        codes = added_code(b"", fingerprint_of(1)) * 4

        assert not is_same(printed("a", 1, made_posts(1), codes), printed("b", 1, made_posts(2), codes))
        assert not is_same(printed("a", 1, made_posts(1), codes), printed("b", 1, [], codes))

    @pytest.mark.slow
    def test_unlike_sites_make_no_group(self) -> None:
        """Forty sites of forty threads: 1.2 million pairs of threads."""
        prints = [each for n in range(40) for each in site(f"s{n}", range(100 * n, 100 * n + 40))]

        assert groups(prints, threads_least=1) == []
