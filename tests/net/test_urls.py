"""An address is read in one form, and what two programs could read in two is refused."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.urls import WebUrl, join_url, parse_host, parse_url

R = NotFetchedReason


@pytest.mark.parametrize(
    "text, form",
    [
        ("http://forum.example.org", "http://forum.example.org/"),
        ("HTTPS://Forum.Example.ORG:443/A?B#C", "https://forum.example.org/A?B"),
        ("http://forum.example.org:80/", "http://forum.example.org/"),
        ("http://forum.example.org:00080/", "http://forum.example.org/"),
        ("http://forum.example.org:443/", "http://forum.example.org:443/"),
        ("http://forum.example.org./", "http://forum.example.org/"),
        ("http://forum.example.org:/", "http://forum.example.org/"),
        ("http://forum.example.org?a=1", "http://forum.example.org/?a=1"),
        ("http://forum.example.org/a/./b/../c", "http://forum.example.org/a/c"),
        ("http://forum.example.org/a/%2e%2E/%2e/c/..", "http://forum.example.org/"),
        ("http://forum.example.org/../../etc", "http://forum.example.org/etc"),
        ("http://forum.example.org/été?q=é", "http://forum.example.org/%C3%A9t%C3%A9?q=%C3%A9"),
        ("http://münchen.example.org/", "http://xn--mnchen-3ya.example.org/"),
        ("http://faß.example.org/", "http://xn--fa-hia.example.org/"),
        ("http://\uff46\uff4f\uff52\uff55\uff4d.example.org/", "http://forum.example.org/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://[2606:4700::1111]:80/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_has_one_form(text: str, form: str) -> None:
    """That form is what is judged, resolved and asked."""
    assert str(parse_url(text)) == form


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", R.SCHEME),
        ("forum.example.org", R.SCHEME),
        ("http:", R.BAD_HOST),
        ("http://", R.BAD_HOST),
        ("http://:80/", R.BAD_HOST),
        ("http://a/", R.BAD_HOST),
        ("http://a b.example.org/", R.BAD_ADDRESS),
        ("http://forum.example.org/\x85", R.BAD_ADDRESS),
        ("http://forum.example.org/\x9b31m", R.BAD_ADDRESS),
        ("http://forum.example.org/\udc80", R.BAD_ADDRESS),
        ("http://\udc80.example.org/", R.BAD_ADDRESS),
        ("http://-a.example.org/", R.BAD_HOST),
        ("http://a-.example.org/", R.BAD_HOST),
        ("http://a..example.org/", R.BAD_HOST),
        ("http://.example.org/", R.BAD_HOST),
        ("http://forum.example.org../", R.BAD_HOST),
        ("http://" + "a" * 64 + ".example.org/", R.BAD_HOST),
        ("http://" + "a." * 130 + "org/", R.BAD_HOST),
        ("http://xn--a.example.org/", R.BAD_HOST),
        ("http://a\u200db.example.org/", R.BAD_HOST),
        ("http://a!b.example.org/", R.BAD_HOST),
        ("http://[::1", R.BAD_HOST),
        ("http://[]/", R.BAD_HOST),
        ("http://::1/", R.BAD_ADDRESS),
        ("http://forum.example.org:a/", R.BAD_ADDRESS),
        ("http://forum.example.org:-1/", R.BAD_ADDRESS),
        ("http://forum.example.org:" + "9" * 5_000 + "/", R.BAD_ADDRESS),
        ("http://forum.example.org/" + "a" * 9_000, R.BAD_ADDRESS),
        ("http://forum.example.org/" + "\xe9" * 2_000, R.BAD_ADDRESS),
        ("http://hidden.onion/", R.BAD_HOST),
        ("http://a.test/", R.BAD_HOST),
        ("http://1.in-addr.arpa/", R.BAD_HOST),
    ],
)
def test_a_bad_address_is_refused_with_its_reason(text: str, reason: NotFetchedReason) -> None:
    """And with no other exception."""
    with pytest.raises(FetchError) as caught:
        parse_url(text)

    assert caught.value.reason is reason, caught.value
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    "text, alphabets",
    [
        ("http://\u0430pple.example/", "CYRILLIC, LATIN"),
        ("http://ex\u0430mple.org/", "CYRILLIC, LATIN"),
        ("http://g\u03bfogle.example/", "GREEK, LATIN"),
    ],
)
def test_a_host_of_several_alphabets_is_remarked(text: str, alphabets: str) -> None:
    """It may be what it looks like: a person decides, knowing it."""
    url = parse_url(text)

    assert url.host.isascii()
    assert not url.shown_host.isascii()
    assert any(alphabets in remark for remark in url.remarks)


def test_a_host_of_one_foreign_alphabet_shows_its_letters() -> None:
    """Without a warning."""
    [remark] = parse_url("http://xn--e1afmkfd.xn--p1ai/").remarks

    assert "пример.рф" in remark


@pytest.mark.parametrize(
    "location, whole",
    [
        ("/c", "https://forum.example.org/c"),
        ("c", "https://forum.example.org/a/c"),
        ("?q", "https://forum.example.org/a/b?q"),
        ("#f", "https://forum.example.org/a/b?x=1"),
        ("//other.example.org/c", "https://other.example.org/c"),
        ("../../../c", "https://forum.example.org/c"),
        ("HTTP://other.example.org", "http://other.example.org/"),
    ],
)
def test_an_address_is_read_from_where_it_stands(location: str, whole: str) -> None:
    """RFC 3986 §5."""
    assert str(join_url(parse_url("https://forum.example.org/a/b?x=1"), location)) == whole


@pytest.mark.parametrize(
    "location",
    [
        "\thttps://other.example.org/",
        "https://oth\ner.example.org/",
        "///other.example.org/",
        "https:///other.example.org/",
        "HTTPS:////other.example.org/",
        "////a",
        "/\\a",
        "http:a",
    ],
)
def test_what_joining_would_change_is_refused(location: str) -> None:
    """The standard library drops tabs and ends of lines, browsers see a host after three slashes."""
    with pytest.raises(FetchError):
        join_url(parse_url("https://forum.example.org/a/b"), location)


PARTS = st.sampled_from(
    [
        *"abcxyz019.-_~%/?#[]@:!$&'()*+,;=\\ \t\n\0é\u3002\uff11\uff45\u0430\u200d\u202e\udc80",
        *"http:// https:// example.org 127.0.0.1 ::1 xn-- %2e .. // localhost".split(),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=20).map("".join))


def parsed(text: str) -> WebUrl | None:
    """Return an address, or None where it is refused; anything else raised is a failure."""
    try:
        return parse_url(text)
    except FetchError:
        return None


@given(st.one_of(TEXTS, TEXTS.map("http://{}".format), TEXTS.map("https://example.org/{}".format)))
def test_what_is_accepted_is_in_its_one_form(text: str) -> None:
    """Read again it is the same; it has no user, no other scheme, no character that programs drop."""
    if (url := parsed(text)) is None:
        return
    form = str(url)

    assert parse_url(form) == url
    assert form.isascii()
    assert url.scheme in {"http", "https"}
    assert "@" not in url.netloc
    assert not set(form) & set("\\\t\r\n\0 #")
    assert parse_host(url.host) == url.host
    assert 0 < url.port <= 65_535


@given(st.one_of(TEXTS, TEXTS.map("http://{}".format), TEXTS.map("https://example.org/{}".format)))
@example('http://example.org/"`{}|^<>?"`{}|^<>')
@example("http://example.org:443/%2E%2e//%zz/")
def test_what_is_sent_is_what_was_judged(text: str) -> None:
    """The library that sends reads an address as it was written anew, to the letter."""
    if (url := parsed(text)) is None:
        return
    sent = httpx2.URL(str(url))

    assert (sent.scheme, sent.raw_host.decode(), sent.raw_path.decode()) == (url.scheme, url.host, url.target)
    assert (sent.port or {"http": 80, "https": 443}[sent.scheme]) == url.port


@given(TEXTS)
def test_joining_raises_nothing_else(location: str) -> None:
    """Whatever a host answers."""
    base = parse_url("https://forum.example.org/a/b")
    try:
        url = join_url(base, location)
    except FetchError:
        return

    assert parse_url(str(url)) == url
