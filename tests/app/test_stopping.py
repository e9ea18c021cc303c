"""The stop: nothing of a page escapes it, nothing moves a word out of its sight, and what was frozen stays so."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from rempart.app.known_list import KnownList
from rempart.app.stopping import Stop
from rempart.collect.mirrors import signature_of
from rempart.model import Cleared, Stopped
from rempart.model.collected import MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind
from rempart.model.frontier import Ask, NewFrontier, Urgency
from rempart.model.ids import ThreadId
from rempart.model.referral import FlagSource
from rempart.model.web import Address
from stops import FLAGGED, FakeBook, attachment, make_stop, thread_page

HARMLESS = "Les photos du calendrier sont belles, merci beaucoup."


@pytest.fixture
def made() -> tuple[Stop, FakeBook]:
    """Make a stop and its book."""
    return make_stop()


@pytest.fixture
def stop(made: tuple[Stop, FakeBook]) -> Stop:
    """Return the stop alone."""
    return made[0]


def ask(url: str, *context: str, kind: Ask = Ask.PAGE, key: str = "") -> NewFrontier:
    """Make something to ask for."""
    return NewFrontier(ask=kind, url=url, key=key or url, context=context, depth=0, urgency=Urgency.NEW)


def with_media(page: ParsedPage, *media: MediaReference) -> ParsedPage:
    """Give a page's first post some references."""
    first = dataclasses.replace(page.posts[0], media=media)
    return dataclasses.replace(page, posts=(first, *page.posts[1:]))


def test_a_harmless_page_passes(stop: Stop) -> None:
    """Or the tests below would show nothing."""
    verdict = stop.judge_page(with_media(thread_page(HARMLESS, title="Calendrier", section="Photos"), attachment()))

    assert verdict.flag is None
    assert not verdict.addresses


@pytest.mark.parametrize(
    "page, source",
    [
        (thread_page(HARMLESS, title=FLAGGED), FlagSource.TITLE),
        (thread_page(HARMLESS, section=FLAGGED), FlagSource.SECTION),
        (thread_page(HARMLESS, HARMLESS, f"une {FLAGGED}"), FlagSource.TEXT),
        (thread_page(HARMLESS, url="https://forum.example/threads/petite-fille.5/"), FlagSource.ADDRESS),
        (with_media(thread_page(HARMLESS), attachment(name="fille 15 ans.jpg")), FlagSource.ADDRESS),
        (with_media(thread_page(HARMLESS), dataclasses.replace(attachment(), name="15ans.jpg")), FlagSource.FILE_NAME),
    ],
    ids=["title", "section", "post", "address", "attachment's address", "attachment's name"],
)
def test_whatever_a_page_says_of_itself_flags_it(stop: Stop, page: ParsedPage, source: FlagSource) -> None:
    """Its whole thread is frozen."""
    flag = stop.judge_page(page).flag

    assert flag is not None
    assert flag.source is source


@pytest.mark.parametrize("kind", [ReferenceKind.MAGNET, ReferenceKind.LINK])
def test_the_name_of_what_a_post_only_links_to_flags_the_page(stop: Stop, kind: ReferenceKind) -> None:
    """A torrent's name is a word of the post."""
    named = MediaReference(kind=kind, url=f"magnet:?xt=urn:btih:{'a' * 40}", engine_id="a" * 40, name="pack 14 ans")

    assert stop.judge_page(with_media(thread_page(HARMLESS), named)).flag is not None


def test_a_flag_tells_no_word_of_the_page(stop: Stop) -> None:
    """Only which rule."""
    verdict = stop.judge_page(thread_page(f"Nadia {FLAGGED}"))

    assert verdict.flag is not None
    assert verdict.flag.rule == "fr-word"
    assert "Nadia" not in repr(verdict)


def test_a_page_too_long_to_be_judged_counts_as_flagged(stop: Stop) -> None:
    """Rather than half judged: eighteen letters hide in one of these."""
    flag = stop.judge_page(thread_page("\ufdfa" * 400_000)).flag

    assert flag is not None
    assert flag.rule == "too long to be judged"


def test_a_title_on_a_listing_flags_that_thread_only(stop: Stop) -> None:
    """The others are read."""
    links = tuple(
        PageLink(kind=PageKind.THREAD, url=f"https://forum.example/threads/{number}/", title=title)
        for number, title in enumerate(["Photos", FLAGGED, "Calendrier"])
    )

    verdict = stop.judge_page(dataclasses.replace(thread_page(), kind=PageKind.FORUM, links=links))

    assert verdict.flag is None
    assert verdict.addresses == {"https://forum.example/threads/1/"}


def test_media_outside_posts_are_flagged_one_by_one(stop: Stop) -> None:
    """A file host's page lists files of many people."""
    good, bad = attachment(1), attachment(2, "fillette.jpg")
    verdict = stop.judge_page(dataclasses.replace(thread_page(), media=(good, bad)))

    assert verdict.flag is None
    assert verdict.addresses == {bad.url}


@pytest.mark.parametrize(
    "new, source",
    [
        (ask(f"https://forum.example/{FLAGGED}"), FlagSource.ADDRESS),
        (ask("https://forum.example/?q=%2531%2535ans"), FlagSource.ADDRESS),
        (ask("https://forum.example/1", "Section", "14 yo"), FlagSource.TITLE),
        (ask("https://forum.example/1", "14ans.jpg", kind=Ask.MEDIA), FlagSource.FILE_NAME),
        (ask("https://forum.example/1", "mot " * 5_000 + FLAGGED + " mot" * 5_000), FlagSource.TITLE),
    ],
)
def test_an_address_is_judged_with_what_led_to_it(stop: Stop, new: NewFrontier, source: FlagSource) -> None:
    """Before anybody is asked."""
    flag = stop.judge_address(new)

    assert flag is not None
    assert flag.source is source
    assert not isinstance(stop.clear(new), Cleared)


def test_a_harmless_address_is_cleared_with_its_context(stop: Stop) -> None:
    """The proof is for these very words."""
    cleared = stop.clear(ask("https://forum.example/1", "Photos"))

    assert isinstance(cleared, Cleared)
    assert cleared.item.context == ("Photos",)


def test_the_words_of_whoever_reported_are_judged(stop: Stop) -> None:
    """She may know what the page does not say."""
    flag = stop.judge_report("https://forum.example/1", ["je crois qu'elle a 15 ans"])

    assert flag is not None
    assert flag.source is FlagSource.REPORTER


def test_a_known_address_is_flagged_as_such() -> None:
    """By its line, whatever it is called."""
    known = KnownList({hashlib.sha256(b"https://img.example/a.jpg").digest(): 3})
    stop, _ = make_stop(known)

    flag = stop.judge_address(ask("https://img.example/a.jpg?utm_source=x", kind=Ask.MEDIA))

    assert flag is not None
    assert (flag.source, flag.rule) == (FlagSource.KNOWN_LIST, "known-addresses line 3")


class TestFrozen:
    """What was stopped once is stopped everywhere."""

    LONG = " ".join(f"phrase{chr(97 + n % 26)}{chr(97 + n // 26)} de plus" for n in range(60))

    @pytest.mark.parametrize(
        "url",
        [
            "https://forum.example/threads/lost.5/",
            "http://forum.example/threads/lost.5",
            "https://forum.example/threads/lost.5/?utm_source=x",
        ],
    )
    def test_an_address_however_it_is_spelled(self, made: tuple[Stop, FakeBook], url: str) -> None:
        """Scheme, final slash and campaign do not count."""
        stop, book = made
        book.digests.update(stop.marks.of_address("https://forum.example/threads/lost.5/", ""))

        flag = stop.judge_address(ask(url))

        assert flag is not None
        assert flag.source is FlagSource.MIRROR

    def test_an_attachment_on_a_mirror(self, made: tuple[Stop, FakeBook]) -> None:
        """The same name and number on another host freeze its thread there."""
        stop, book = made
        book.digests.update(stop.marks.of_media(attachment(), "forum.example"))
        there = with_media(thread_page(HARMLESS), attachment(host="mirror.example"))

        flag = stop.judge_page(dataclasses.replace(there, canonical_url="https://mirror.example/t/5/")).flag

        assert flag is not None
        assert flag.source is FlagSource.MIRROR

    def test_another_attachment_of_the_same_name_is_not_frozen(self, made: tuple[Stop, FakeBook]) -> None:
        """Every camera makes the same names."""
        stop, book = made
        book.digests.update(stop.marks.of_media(attachment(7), "forum.example"))

        assert stop.judge_page(with_media(thread_page(HARMLESS), attachment(8))).flag is None

    def test_a_thread_on_a_mirror_by_its_title_and_number(self, made: tuple[Stop, FakeBook]) -> None:
        """Also where it is only listed."""
        stop, book = made
        book.digests.update(stop.marks.of_page(thread_page(HARMLESS)))
        link = PageLink(kind=PageKind.THREAD, url="https://mirror.example/x/", engine_id="5", title="  LOST ")
        listing = dataclasses.replace(thread_page(), title="Forum", engine_id="1", links=(link,))

        verdict = stop.judge_page(dataclasses.replace(listing, canonical_url="https://mirror.example/f/"))

        assert verdict.addresses == {link.url}

    def test_a_short_title_alone_freezes_nothing(self, made: tuple[Stop, FakeBook]) -> None:
        """Threads called Photos are many."""
        stop, book = made
        book.digests.update(stop.marks.of_page(thread_page(HARMLESS)))
        other = dataclasses.replace(thread_page(HARMLESS, url="https://other.example/t/9"), engine_id="9")

        assert stop.judge_page(other).flag is None

    def test_the_same_words_on_a_mirror(self, made: tuple[Stop, FakeBook]) -> None:
        """Under another title, another number and in another order."""
        stop, book = made
        book.signatures.append(signature_of([ParsedPost(engine_id="1", text=self.LONG)]))
        page = thread_page("salut tout le monde", self.LONG, title="Autre", url="https://mirror.example/9")

        flag = stop.judge_page(dataclasses.replace(page, engine_id="9")).flag

        assert flag is not None
        assert flag.rule == "frozen words"

    def test_a_picture_elsewhere_that_a_frozen_post_showed(self, made: tuple[Stop, FakeBook]) -> None:
        """On a host of pictures, linked from a thread that is not frozen."""
        stop, book = made
        shown = MediaReference(kind=ReferenceKind.IMAGE, url="https://img.example/a.jpg?Expires=1767225600&Signature=x")
        book.digests.update(stop.marks.of_page(with_media(thread_page(HARMLESS), shown)))
        again = ask("https://img.example/a.jpg?Expires=1768225600&Signature=y", kind=Ask.MEDIA)

        assert stop.judge_address(again) is not None

    def test_a_redirect_to_a_frozen_address_is_stopped(self, made: tuple[Stop, FakeBook]) -> None:
        """By the gate that ``net`` asks at each hop."""
        stop, book = made
        book.digests.update(stop.marks.of_address("https://forum.example/threads/lost.5/", ""))

        judged = stop.gate.check(Address(url="http://forum.example/threads/lost.5"))

        assert isinstance(judged, Stopped)
        assert isinstance(stop.gate.check(Address(url="https://forum.example/other")), Cleared)

    def test_what_waits_of_a_thread_like_one_that_was_stopped_since(self) -> None:
        """The mirror was read first, before anybody knew."""
        signature = signature_of([ParsedPost(engine_id="1", text=self.LONG)])
        stop, book = make_stop(prints={"thr_1": signature})
        waiting = dataclasses.replace(ask("https://mirror.example/9/page-2"), thread=ThreadId("thr_1"))
        before = stop.judge_address(waiting)

        book.signatures.append(signature)

        assert before is None
        assert stop.judge_address(waiting) is not None

    def test_a_page_asks_the_book_twice_however_long_it_is(self, made: tuple[Stop, FakeBook]) -> None:
        """A listing of a thousand threads is judged in two looks."""
        stop, book = made
        links = tuple(
            PageLink(kind=PageKind.THREAD, url=f"https://forum.example/{n}", title=f"{n}") for n in range(999)
        )

        stop.judge_page(dataclasses.replace(thread_page(), links=links, media=(attachment(),)))

        assert book.asked == 2
