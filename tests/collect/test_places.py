"""What a person writes as a source becomes one place in its one form, or is refused with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.collect.places import parse_place
from rempart.errors import MisuseError, RefusedError

_BASE = Path("/base/here")


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/+AbCd",
        "telegram:https://t.me/+AbCd",
        "telegram:+AbCd",
        "telegram:joinchat/AbCd",
        "telegram:https://t.me/c/1234/5",
        "feed:https://t.me/joinchat/AbCd",
        "sitemap:https://discord.gg/x",
        "discord.gg/abcd",
        "https://chat.whatsapp.com/AbCd",
        "https://forum.example/register?invite=AbCd",
        "tg://join?invite=AbCd",
        "magnet:?xt=urn:btih:" + "0" * 40,
    ],
)
def test_what_is_joined_is_refused(text: str) -> None:
    """No invitation is accepted: exit code 6, and what to do instead."""
    with pytest.raises(RefusedError) as caught:
        parse_place(text, _BASE)

    assert caught.value.exit_code == 6
    assert "rempart evidence add" in caught.value.advice
    assert "AbCd" not in caught.value.diagnostics()


@pytest.mark.parametrize(
    "text, key",
    [
        ("https://F.Example/forums/d.42/?utm_source=x#a", "page:https://f.example/forums/d.42/"),
        ("  HTTP://f.example  ", "page:http://f.example/"),
        ("feed:https://f.example/rss", "feed:https://f.example/rss"),
        ("Sitemap: https://f.example/sitemap.xml", "sitemap:https://f.example/sitemap.xml"),
        ("mastodon:@User@Host.Example", "mastodon:@user@host.example"),
        ("mastodon:user@bücher.example", "mastodon:@user@xn--bcher-kva.example"),
        ("mastodon:https://host.example/@user", "mastodon:@user@host.example"),
        ("bluesky:@Name.bsky.social", "bluesky:name.bsky.social"),
        ("bluesky:did:plc:" + "a" * 24, "bluesky:did:plc:" + "a" * 24),
        ("https://bsky.app/profile/name.bsky.social", "bluesky:name.bsky.social"),
        ("telegram:https://t.me/Name_x/12?embed=1", "telegram:https://t.me/name_x/12"),
        ("telegram:t.me/name_x/12", "telegram:https://t.me/name_x/12"),
        ("telegram:name_x/12", "telegram:https://t.me/name_x/12"),
        ("https://t.me/s/name_x/12", "telegram:https://t.me/name_x/12"),
        ("search:  Calendar   2027 ", "search:Calendar 2027"),
        ('search:"Calendar 2027"', 'search:"Calendar 2027"'),
        ("search:cafe\u0301", "search:caf\u00e9"),
        ("search:https://t.me/+AbCd", "search:https://t.me/+AbCd"),
        ("folder:../x/./y", "folder:/base/x/y"),
        ("list:urls.txt", "list:/base/here/urls.txt"),
        ("warc:/a/b.warc.gz", "warc:/a/b.warc.gz"),
        ("folder:/magnet: x", "folder:/magnet: x"),
    ],
)
def test_one_form(text: str, key: str) -> None:
    """However it was written, the same source has the same key."""
    assert parse_place(text, _BASE).key == key


@pytest.mark.parametrize(
    "text, advice",
    [
        ("", "A source is"),
        ("https://a.example/\u2028x", "A source is"),
        ("forum.example/x", "https://"),
        ("somebody@host.example", "A source is"),
        ("@somebody", "A source is"),
        ("/etc", "A source is"),
        ("ftp://f.example/", "A source is"),
        ("author:somebody", "A source is"),
        ("https://user:word@f.example/", "password"),
        ("https://f.exam\\ple/", "whole address"),
        ("feed:f.example/rss", "https://"),
        ("mastodon:@user", "with its host"),
        ("mastodon:@user@localhost", "with its host"),
        ("mastodon:@user@host.example:8080", "with its host"),
        ("mastodon:@us er@host.example", "with its host"),
        ("bluesky:name", "whole handle"),
        ("bluesky:" + "a" * 250 + ".bsky.social", "whole handle"),
        ("telegram:@name_x", "message that was reported"),
        ("https://t.me/name_x", "message that was reported"),
        ("https://t.me/s/name_x", "message that was reported"),
        ("telegram:https://other.example/name_x/12", "message that was reported"),
        ("telegram:name_x/0", "message that was reported"),
        ("search:", "search:"),
        ('search:""', "search:"),
        ("search:" + "a" * 401, "search:"),
        ("folder:", "folder:/path"),
        ("folder:/\udcff", "signs that can be shown"),
        ("list:" + "a" * 5000, "list:/path"),
    ],
)
def test_what_is_no_source(text: str, advice: str) -> None:
    """It is said what to write; what was written is not repeated, it may be somebody's."""
    with pytest.raises(MisuseError) as caught:
        parse_place(text, _BASE)

    assert advice in caught.value.diagnostics()
    assert "user:word" not in caught.value.diagnostics()


@pytest.mark.parametrize("size", [1, 400])
def test_a_query_within_its_bounds(size: int) -> None:
    """Search engines read 400 characters."""
    assert parse_place("search:" + "a" * size, _BASE).text == "a" * size


@given(
    st.sampled_from(["", "https://", "feed:https://", "mastodon:", "bluesky:", "telegram:", "search:", "folder:"]),
    st.text(max_size=60),
)
def test_reading_again_changes_nothing(prefix: str, text: str) -> None:
    """Whatever is written is refused with a reason, or read to a form that reads as itself."""
    try:
        place = parse_place(prefix + text, _BASE)
    except (MisuseError, RefusedError):
        return

    again = place.text if place.kind == "page" else place.key
    assert parse_place(again, _BASE) == place
