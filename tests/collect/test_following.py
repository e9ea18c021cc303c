"""Where to go on from a page: what is new is asked for once, what is as before is left in peace."""

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
    one_asked,
    picture,
    post,
    seen,
    thread_page,
)
from rempart.collect.following import (
    listed_threads,
    post_key,
)
from rempart.model.collected import (
    PageKind,
    PageLink,
    ParsedPost,
)
from rempart.model.frontier import PAGES_FIRST, Thread, Urgency
from rempart.model.ids import ThreadId

# Threads of a listing


def test_a_new_thread_is_asked_for_on_its_first_page() -> None:
    """With the words that led to it, and what the listing says of its newest post."""
    asked = one_asked(done(forum(listed(last="91", changed_at=NOW, title="Boats"))))

    assert (asked.url, asked.urgency, asked.depth) == (THREAD, Urgency.NEW, 1)
    assert (asked.post, asked.posted_at) == ("91", NOW)
    assert asked.context == ("Boats", "Requests", "Harbour")


def test_a_changed_thread_is_asked_for_on_the_last_page_that_was_read() -> None:
    """Before new threads, and although it was asked for before."""
    asked = one_asked(done(forum(listed(last="92")), seen(threads=(known(last_post=digest("91")),))))

    assert (asked.url, asked.urgency, asked.again) == (f"{THREAD}page-3", Urgency.CHANGED, True)
    assert asked.thread == "thr_1"


@pytest.mark.parametrize(
    "link, thread, is_changed",
    [
        (listed(last="91"), known(last_post=digest("91")), False),
        (listed(last="92"), known(last_post=digest("91")), True),
        (listed(last="91"), known(last_post=""), True),
        (listed(changed_at=NOW), known(changed_at=NOW), False),
        (listed(changed_at=NOW), known(changed_at=NOW - dt.timedelta(seconds=1)), True),
        (listed(changed_at=NOW), known(changed_at=NOW + dt.timedelta(hours=1)), False),
        (listed(last="91", changed_at=NOW + dt.timedelta(1)), known(last_post=digest("91"), changed_at=NOW), False),
        (listed(), known(changed_at=NOW), True),
        (listed(changed_at=NOW), known(), True),
        (listed(last="91"), known(last_post=digest("91"), tail_url=""), True),
    ],
    ids=[
        "the same newest post",
        "another newest post",
        "no newest post is known",
        "the same instant",
        "a later instant",
        "an earlier instant: a post was deleted",
        "the post counts before the instant",
        "the listing says nothing",
        "no instant is known",
        "it was never read to its end",
    ],
)
def test_a_thread_is_changed_if_its_listing_says_so_or_says_nothing(
    link: PageLink, thread: Thread, *, is_changed: bool
) -> None:
    """A post's number says it better than a time."""
    [found] = done(forum(link), seen(threads=(thread,))).threads

    assert found.is_changed is is_changed


def test_a_thread_that_is_linked_twice_counts_once() -> None:
    """Its newest post is known from the link that names it."""
    [found] = done(forum(listed(), listed(last="91"), listed())).threads

    assert found.link.last_post_id == "91"


def test_a_frozen_thread_is_not_asked_for() -> None:
    """Whatever its listing says of it."""
    assert not done(forum(listed(last="92")), seen(threads=(known(is_frozen=True),))).threads


def test_threads_elsewhere_are_not_asked_for() -> None:
    """A listing leads to its own host's."""
    assert not done(forum(listed("https://other.example/threads/x.7/"))).threads


def test_threads_too_deep_are_not_asked_for() -> None:
    """Depth 0 is the first page alone."""
    assert not done(forum(listed()), seen(depth_most=0)).threads


def test_where_reading_begins_no_picture_waits() -> None:
    """A forum has thousands of new threads: the pictures of one do not wait for the others."""
    assert not one_asked(done(forum(listed()))).is_before_pictures
    assert {one.run for one in done(forum(listed(), next_url=f"{ROOT}page-2")).pages} == {0}


def test_a_listing_names_the_threads_to_look_up() -> None:
    """Each once, forums aside."""
    page = forum(listed(), listed(), PageLink(kind=PageKind.FORUM, url=f"{ROOT}sub/"))

    assert listed_threads(page) == (THREAD,)


# Listings themselves


def test_a_listing_is_followed_while_a_page_shows_something_new() -> None:
    """Its second page is asked for at each such visit: it shows others each time."""
    [onward] = done(forum(listed(), next_url=f"{ROOT}page-2")).pages

    assert (onward.url, onward.again, onward.depth) == (f"{ROOT}page-2", True, 0)


def test_a_listing_of_known_threads_is_not_followed() -> None:
    """What stands behind is older."""
    before = seen(threads=(known(last_post=digest("91")),))

    assert not done(forum(listed(last="91"), next_url=f"{ROOT}page-2"), before).pages


def test_pages_that_lead_to_each_other_are_asked_for_once() -> None:
    """A page that was read a moment ago is not asked for again, whoever links to it."""
    sub = PageLink(kind=PageKind.FORUM, url=f"https://{HOST}/forums/b.2/")
    page = forum(listed(), sub, next_url=f"{ROOT}page-2")

    again = [one.again for one in done(page, seen(lately=frozenset({sub.url, f"{ROOT}page-2"}))).pages]

    assert again == [False, False]
    assert [one.again for one in done(page).pages] == [True, True]


def test_a_thread_that_was_read_a_moment_ago_is_as_before() -> None:
    """Listed again on the next page, because it moved, or because nobody tells when it changed."""
    thread = known()

    [found] = done(forum(listed()), seen(threads=(thread,), lately=frozenset({thread.tail_url}))).threads

    assert not found.is_changed


@pytest.mark.parametrize("is_about_person", [True, False])
def test_pages_of_people_are_followed_where_she_consents_or_in_a_case_alone(is_about_person: bool) -> None:  # noqa: FBT001 - of pytest
    """A page of nobody's engine links to its members as to anything."""
    link = PageLink(kind=PageKind.UNKNOWN, url=f"https://{HOST}/members/somebody.7/")

    found = done(forum(link, kind=PageKind.UNKNOWN), replace(seen(), is_about_person=is_about_person)).pages

    assert [one.url for one in found] == ([link.url] if is_about_person else [])


def test_forums_are_followed_to_the_depth_that_was_said() -> None:
    """Where the source's first page is depth 0."""
    page = forum(PageLink(kind=PageKind.FORUM, url=f"{ROOT}sub/", title="More"))

    [deeper] = done(page, seen(asked_for(depth=1))).pages

    assert (deeper.depth, deeper.again) == (2, True)
    assert deeper.context == ("More", "Requests", "Harbour")
    assert not done(page, seen(asked_for(depth=2))).pages


def test_pages_elsewhere_are_not_asked_for() -> None:
    """Nor a next page that leads away, nor another port."""
    away = ("https://other.example/f/", f"https://{HOST}:8443/f/", f"https://{HOST}.other.example/f/")
    links = tuple(PageLink(kind=PageKind.FORUM, url=url) for url in away)

    assert not done(forum(listed(), *links, next_url="https://other.example/page-2")).pages


# Threads


def test_of_a_new_thread_the_last_page_comes_first() -> None:
    """Where what is new is; then the second one and what follows."""
    asked = asked_for(THREAD, depth=1, urgency=Urgency.NEW, post="91")

    onward = done(thread_page(next_url=f"{THREAD}page-2", last_url=f"{THREAD}page-9"), seen(asked)).onward

    assert [(one.url, one.urgency) for one in onward] == [
        (f"{THREAD}page-9", Urgency.CHANGED),
        (f"{THREAD}page-2", Urgency.DEEPER),
    ]
    assert {one.depth for one in onward} == {1}
    assert {one.post for one in onward} == {"91"}


def test_the_pages_between_are_asked_for_once() -> None:
    """Those of a thread that was read to its end are known."""
    asked = asked_for(f"{THREAD}page-2", urgency=Urgency.DEEPER)
    page = thread_page(url=f"{THREAD}page-2", next_url=f"{THREAD}page-3", last_url=f"{THREAD}page-9")

    [onward] = done(page, seen(asked, thread=known())).onward

    assert (onward.url, onward.urgency, onward.again) == (f"{THREAD}page-3", Urgency.DEEPER, False)


def test_behind_what_was_the_last_page_stands_what_is_new() -> None:
    """It goes on from there, and never back to the first page; a page of that number may have been read before."""
    asked = asked_for(f"{THREAD}page-3", urgency=Urgency.CHANGED)
    page = thread_page(url=f"{THREAD}page-3", next_url=f"{THREAD}page-4", last_url=f"{THREAD}page-5")

    [onward] = done(page, seen(asked, thread=known())).onward

    assert (onward.url, onward.urgency, onward.again) == (f"{THREAD}page-4", Urgency.CHANGED, True)


def test_a_thread_whose_last_posts_are_not_where_they_were_is_read_anew() -> None:
    """Posts before them were deleted: what was added since may stand on the page before."""
    thread = known(tail_posts=(digest("8"), digest("9")))
    asked = asked_for(thread.tail_url, urgency=Urgency.CHANGED)

    moved = done(thread_page(post(12), url=thread.tail_url), seen(asked, thread=thread)).onward
    as_before = done(thread_page(post(9), post(12), url=thread.tail_url), seen(asked, thread=thread)).onward

    assert [(one.url, one.urgency, one.again) for one in moved] == [(THREAD, Urgency.NEW, True)]
    assert not as_before


def test_a_thread_that_is_read_anew_is_read_whole() -> None:
    """Each of its pages although it was asked for before; those of a new thread are rows of their own."""
    asked = asked_for(THREAD, urgency=Urgency.NEW)
    page = thread_page(post(1), next_url=f"{THREAD}page-2")

    [anew] = done(page, seen(asked, thread=known())).onward
    [new] = done(page, seen(asked, thread=known(posts=0, tail_url=""))).onward

    assert (anew.urgency, anew.again) == (Urgency.NEW, True)
    assert (new.urgency, new.again) == (Urgency.DEEPER, False)


def test_pages_of_a_thread_are_followed_whatever_their_depth() -> None:
    """They are the same thread: the depth counts links to it."""
    asked = asked_for(THREAD, depth=2, urgency=Urgency.NEW)

    assert done(thread_page(next_url=f"{THREAD}page-2"), seen(asked)).onward


@pytest.mark.parametrize("run", [0, 1, PAGES_FIRST - 1, PAGES_FIRST, PAGES_FIRST + 1])
def test_a_thread_counts_how_far_it_was_read(run: int) -> None:
    """The pictures of its first pages wait for those that follow; a thread without end keeps them waiting no longer."""
    asked = replace(asked_for(THREAD, urgency=Urgency.NEW), run=run, thread=ThreadId("thr_1"))

    onward = done(thread_page(next_url=f"{THREAD}page-2", last_url=f"{THREAD}page-99"), seen(asked)).onward

    assert {one.run for one in onward} == {min(run, PAGES_FIRST) + 1}
    assert {one.is_before_pictures for one in onward} == {run < PAGES_FIRST}


def test_a_thread_that_leads_away_is_not_followed() -> None:
    """A next page on another host is none of its pages."""
    page = thread_page(next_url="https://other.example/2", last_url="https://other.example/9")

    assert not done(page, seen(asked_for(THREAD))).onward


def test_the_last_page_is_the_one_without_a_next_page() -> None:
    """From here on it is what tells whether something is new."""
    assert done(thread_page(post(1))).is_tail
    assert not done(thread_page(post(1), next_url=f"{THREAD}page-2")).is_tail
    assert not done(forum()).is_tail


def test_posts_that_were_on_the_last_page_are_not_new() -> None:
    """Only what was added is looked at, with what it shows."""
    before = known(tail_posts=(digest("1"), digest("2")))

    following = done(thread_page(post(1, picture(1)), post(2), post(3, picture(3))), seen(thread=before))

    assert [one.engine_id for one in following.posts] == ["3"]
    assert [one.key for one in following.media] == [f"{HOST} attachment 3"]


def test_a_post_without_a_number_is_known_by_its_words() -> None:
    """Edited, it is a new one."""
    bare = ParsedPost(engine_id="", text="some words")

    assert post_key(bare) == post_key(replace(bare, media=(picture(),)))
    assert post_key(bare) != post_key(replace(bare, text="other words"))
    assert post_key(replace(bare, text="\ud800"))
