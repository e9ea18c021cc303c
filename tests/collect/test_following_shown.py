"""What a page shows: pictures alone are asked for, the rest is counted or written down; feeds and sitemaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from followed import (
    HOST,
    NOW,
    ROOT,
    THREAD,
    asked_for,
    digest,
    done,
    forum,
    known,
    listed,
    picture,
    post,
    seen,
    thread_page,
)
from rempart.collect.following import (
    listed_threads,
    place_of,
)
from rempart.model.collected import (
    MediaReference,
    PageKind,
    PageLink,
    ReferenceKind,
)
from rempart.model.frontier import Urgency

# What pages show


@pytest.mark.parametrize(
    "reference, is_asked",
    [
        (picture(), True),
        (picture(name="", url=f"https://{HOST}/attachments/12/"), True),
        (picture(name="photo.HEIC"), True),
        (picture(name="pack.zip"), False),
        (picture(name="clip.mp4"), False),
        (picture(name="", url=f"https://{HOST}/files/pack.7z"), False),
        (picture(kind=ReferenceKind.IMAGE, name="whatever.php"), True),
        (picture(kind=ReferenceKind.IMAGE, url="https://images.example/1.jpg"), True),
        (picture(kind=ReferenceKind.VIDEO), False),
        (picture(kind=ReferenceKind.LINK), False),
        (picture(kind=ReferenceKind.MAGNET, url="magnet:?xt=urn:btih:aa"), False),
        (picture(kind=ReferenceKind.IPFS, url="ipfs://bafy"), False),
    ],
)
def test_pictures_alone_are_asked_for(reference: MediaReference, *, is_asked: bool) -> None:
    """On any host; never an archive, a video, a link or a locator."""
    media = done(thread_page(post(1, reference))).media

    assert [one.url for one in media] == ([reference.url] if is_asked else [])


def test_a_picture_goes_with_what_the_gate_must_judge() -> None:
    """Its name, its thread's title, its section, and what led there; and where a person finds it."""
    [media] = done(thread_page(post(1, picture()))).media

    assert media.context == ("view.jpg", "Boats", "Requests", "Harbour")
    assert (media.page_url, media.post, media.posted_at) == (THREAD, "1", NOW)
    assert place_of(thread_page(), replace(post(1), url=f"{THREAD}#post-1")) == f"{THREAD}#post-1"


@pytest.mark.parametrize(
    "lasts, urgency",
    [
        (None, Urgency.ENDING),
        (dt.timedelta(minutes=10), Urgency.ENDING),
        (-dt.timedelta(minutes=10), Urgency.ENDING),
        (dt.timedelta(days=30), Urgency.MEDIA),
    ],
    ids=["nobody knows when", "soon", "it has ended", "in a month"],
)
def test_what_will_not_wait_comes_first(lasts: dt.timedelta | None, urgency: Urgency) -> None:
    """A temporary address goes before everything else."""
    ends = None if lasts is None else NOW + lasts

    [media] = done(thread_page(post(1, picture(is_temporary=True, expires_at=ends)))).media

    assert (media.urgency, media.expires_at) == (urgency, ends)


def test_the_same_file_under_two_addresses_is_asked_for_once() -> None:
    """By what its engine calls it, else by its address without the signature."""
    twice = (picture(1), picture(1, url=f"https://{HOST}/attachments/1/full"))
    signed = tuple(
        MediaReference(kind=ReferenceKind.IMAGE, url=f"https://cdn.example/a.jpg?Expires={1767225600 + n}&Signature=s")
        for n in range(2)
    )

    keys = [one.key for one in done(thread_page(post(1, *twice, *signed))).media]

    assert keys == [f"{HOST} attachment 1", "https://cdn.example/a.jpg"]


def test_two_hosts_number_their_files_each_for_itself() -> None:
    """The same number elsewhere is another file."""
    there = picture(1, url="https://cdn.example/1.jpg")

    assert len(done(thread_page(post(1, picture(1), there))).media) == 2


def test_files_of_a_file_host_are_not_downloaded() -> None:
    """Names and sizes are read, nothing else."""
    page = replace(thread_page(kind=PageKind.FILE_HOST), media=(picture(), picture(2, name="pack.zip")))

    assert not done(page).media


def test_pictures_outside_posts_are_looked_at_too() -> None:
    """Of a listing of a directory, of a page without posts."""
    page = replace(forum(), kind=PageKind.LISTING, media=(picture(3),))

    [media] = done(page).media

    assert (media.post, media.page_url) == ("", ROOT)


def test_videos_are_counted_and_locators_are_noted_once() -> None:
    """Neither is asked for."""
    magnet = picture(kind=ReferenceKind.MAGNET, url="magnet:?xt=urn:btih:aa", engine_id="aa")
    page = thread_page(post(1, magnet, picture(kind=ReferenceKind.VIDEO)), post(2, magnet))

    following = done(page)

    assert (following.locators, following.videos, following.media) == ((magnet,), 1, ())


# Feeds and sitemaps


def test_a_feed_leads_to_threads_and_shows_pictures() -> None:
    """Its entries are its posts; of its threads the changed ones are asked for."""
    page = replace(thread_page(post(1, picture()), kind=PageKind.FEED), links=(listed(changed_at=NOW),))

    following = done(page, seen(threads=(known(changed_at=NOW - dt.timedelta(days=1)),)))

    assert [one.is_changed for one in following.threads] == [True]
    assert len(following.media) == 1


def test_a_feed_of_threads_is_followed_as_a_listing_is() -> None:
    """While a page of it shows something new."""
    page = replace(thread_page(kind=PageKind.FEED, next_url=f"{ROOT}feed?page=2"), links=(listed(last="91"),))

    assert [one.url for one in done(page).pages] == [f"{ROOT}feed?page=2"]
    following = done(page, seen(threads=(known(last_post=digest("91")),)))
    assert not following.pages
    assert not following.onward


def test_pages_of_a_sitemap_are_asked_for_when_they_changed() -> None:
    """As threads of a listing are: a sitemap says when."""
    links = tuple(
        PageLink(kind=PageKind.UNKNOWN, url=f"https://{HOST}/{n}", changed_at=NOW - dt.timedelta(days=n))
        for n in range(3)
    )
    page = forum(*links, kind=PageKind.SITEMAP)
    threads = tuple(known(link.url, changed_at=NOW - dt.timedelta(days=1)) for link in links[:2])

    following = done(page, seen(threads=threads))

    assert listed_threads(page) == tuple(link.url for link in links)
    assert [one.is_changed for one in following.threads] == [True, False, True]
    assert not following.pages


def test_a_sitemap_of_sitemaps_is_not_a_step_deeper() -> None:
    """Its parts are asked for again at each visit."""
    [part] = done(forum(PageLink(kind=PageKind.SITEMAP, url=f"{ROOT}1.xml"), kind=PageKind.SITEMAP)).pages

    assert (part.depth, part.again) == (0, True)


def test_what_led_to_a_page_does_not_grow_without_end() -> None:
    """Twelve texts, the nearest first."""
    asked = replace(asked_for(), context=tuple(str(n) for n in range(40)))

    [media] = done(thread_page(post(1, picture())), seen(asked)).media

    assert media.context[:3] == ("view.jpg", "Boats", "Requests")
    assert len(media.context) == 12
