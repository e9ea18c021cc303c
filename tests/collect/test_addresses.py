"""Addresses in their one form: idempotent, of the web only, without what says who came from where."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collect.plain import plainly_joined
from rempart.collect.addresses import Addresses, canonical, without


@pytest.mark.parametrize(
    "given_as, expected",
    [
        ("https://F.Example:443/a#post-1", "https://f.example/a"),
        ("http://f.example:8080", "http://f.example:8080/"),
        ("https://f.example/a/./b/../c", "https://f.example/a/c"),
        ("https://f.example/%7ea/%2e%2E/b%2fc", "https://f.example/b%2Fc"),
        ("https://f.example/a?utm_source=x&p=2&fbclid=1&sid=0a&q=", "https://f.example/a?p=2&q="),
        ("https://f.example/a?UTM_Source=x&&", "https://f.example/a"),
        ("https://f.example/a;jsessionid=1F?p=1", "https://f.example/a?p=1"),
        ("https://f.example/é ?q=é", "https://f.example/%C3%A9%20?q=%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        (" https://f.example/a\n\tb ", "https://f.example/ab"),
        ("https://[2001:DB8::1]/x", "https://[2001:db8::1]/x"),
        ("https://f.example./", "https://f.example/"),
    ],
)
def test_one_form(given_as: str, expected: str) -> None:
    """However it was written."""
    assert canonical(given_as) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "ftp://f.example/",
        "//f.example/",
        "mailto:x@y",
        "",
        "https://user:word@f.example/",
        "https:///f.example",
        "https://f.example:0/",
        "https://f.example:99999/",
        "https://f.exam\\ple/",
        "https://f.example/\x00a",
        "https://[::1",
        "https://f.example/" + "a" * 9000,
        "blob:https://x/",
    ],
)
def test_what_is_none(text: str) -> None:
    """Other schemes, passwords, what two programs read in two ways."""
    assert canonical(text) == ""


@given(
    st.from_regex(r"https?://[a-z]{1,3}\.example/[a-z./%]{0,6}(\?[a-z_=&%]{0,9})?(#[ \n]?[a-z]{0,3})?", fullmatch=True),
    st.sampled_from(["", " ", "\t", "\n ", " \x00"]),
    st.integers(0, 40),
)
def test_blanks_change_nothing(address: str, blanks: str, at: int) -> None:
    """Those around an address, and line ends inside it: most have none, and are not looked through for them."""
    assert canonical(f"{blanks}{address[:at]}\n\t{address[at:]}{blanks}") == canonical(address)


@given(st.one_of(st.text(), st.from_regex(r"\Ahttps?://[a-z.]{1,9}(:\d{0,5})?[/?#%.;=&a-fé0-9\\ \[\]{}|^]{0,40}\Z")))
@example("https://x/%2525%41?%2525")
@example("https://x/;sid=1/..;sid=2")
@example("http://..")
@example("https://x./?a")
def test_twice_is_once(text: str) -> None:
    """A canonical address is its own canonical form, and of the web."""
    once = canonical(text)

    assert canonical(once) == once
    assert once == "" or once.startswith(("http://", "https://"))


@given(st.text(max_size=60), st.text(max_size=30))
def test_what_a_page_links_to_is_canonical(href: str, base: str) -> None:
    """By the quick way and by the long one."""
    found = Addresses("https://f.example/a/b?c=1", base).absolute(href)

    assert canonical(found) == found


@pytest.mark.parametrize(
    "href, expected",
    [
        ("/x/1#top", "https://f.example/x/1"),
        ("//y.example/x", "https://y.example/x"),
        ("?page=2", "https://f.example/a/b?page=2"),
        ("../c", "https://f.example/c"),
        ("/./x/../y", "https://f.example/y"),
        ("javascript:void(0)", ""),
        (None, ""),
    ],
)
def test_relative_addresses(href: str | None, expected: str) -> None:
    """They are of the page."""
    assert Addresses("https://f.example/a/b?c=1").absolute(href) == expected


def test_a_base_is_obeyed_if_it_is_an_address() -> None:
    """As browsers do."""
    assert Addresses("https://f.example/a", "/deep/er/").absolute("x") == "https://f.example/deep/er/x"
    assert Addresses("https://f.example/a/", "javascript:1").absolute("x") == "https://f.example/a/x"


def test_an_origin_is_whole() -> None:
    """A host that begins like the page's is another."""
    addresses = Addresses("https://f.example/a")

    assert addresses.is_here("https://f.example/b")
    assert not addresses.is_here("https://f.example.org/b")


def test_parameters_can_be_taken_out() -> None:
    """Whatever their letters' case."""
    assert without("https://f.example/a?Page=2&q=1", frozenset({"page"})) == "https://f.example/a?q=1"


@given(
    st.sampled_from(
        ["https://f.example/", "https://f.example/a/b?c=/d/", "https://f.example/a//b/c", "https://f.example/a;p/b;q"]
    ),
    st.lists(
        st.sampled_from(
            ["./", "../", "a", "b.php", "/", "//", "?", "?x=1", "&y=%2e", "#z", ".", "..", ";p", ":", "é", "%20", " "]
        ),
        max_size=7,
    ),
)
@example("https://f.example/x/viewtopic.php?t=5", ["./", "a", "/", "b.php", "?x=1", "&y=%2e"])
def test_a_relative_address_is_what_joining_gives(base: str, parts: list[str]) -> None:
    """The short way for plain paths below the page gives what the standard's own gives."""
    href = "".join(parts)

    assert Addresses(base).absolute(href) == (canonical(plainly_joined(base, href.strip())) if href else "")
