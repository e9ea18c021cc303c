"""A cookie goes back to the host that set it, in the job in which it was set, and nowhere else."""

from __future__ import annotations

import ipaddress
import itertools
from typing import ClassVar, Final, cast

import httpx2
import pytest

from net.doors import Door, FakeResolver, Kind
from net.servers import RawServer, page, reply
from rempart.model.web import Page
from rempart.net.addresses import IPAddress
from rempart.net.cookies import JobCookies
from rempart.net.urls import parse_host

LOOPBACK: Final[IPAddress] = ipaddress.ip_address("127.0.0.1")


def answer(url: str, *cookies: str) -> httpx2.Response:
    """Return an answer that sets cookies."""
    headers = [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]
    return httpx2.Response(200, headers=headers, request=httpx2.Request("GET", url))


def sent(cookies: JobCookies, url: str) -> str:
    """Return what is sent to an address."""
    request = httpx2.Request("GET", url)
    cookies.send(request)
    return str(request.headers.get("cookie", ""))


@pytest.mark.parametrize(
    "cookie",
    [
        "a=1",
        "a=1; Domain=example.org",
        "a=1; Domain=.example.org",
        "a=1; Domain=org",
        "a=1; Domain=co.uk",
        "a=1; Path=/",
    ],
)
@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/",
        "http://www.forum.example.org/",
        "http://other.example.org/",
        "http://b.co.uk/",
        "http://evil.example/",
    ],
)
def test_a_cookie_is_not_sent_to_another_host(cookie: str, other: str) -> None:
    """Whatever domain it names: no list says which suffixes are public."""
    cookies = JobCookies()
    cookies.keep(answer("http://forum.example.org/", cookie))
    cookies.keep(answer("http://a.co.uk/", cookie))

    assert sent(cookies, other) == ""


def test_a_cookie_is_sent_back() -> None:
    """To the host that set it."""
    cookies = JobCookies()
    cookies.keep(answer("http://forum.example.org/", "session=abc; HttpOnly", "lang=fr; Domain=.example.org"))

    assert set(sent(cookies, "http://forum.example.org/next").split("; ")) == {"session=abc", "lang=fr"}


def test_a_secure_cookie_is_not_sent_in_clear() -> None:
    """RFC 6265 §4.1.2.5."""
    cookies = JobCookies()
    cookies.keep(answer("https://forum.example.org/", "a=1; Secure"))

    assert sent(cookies, "http://forum.example.org/") == ""
    assert sent(cookies, "https://forum.example.org/") == "a=1"


@pytest.mark.parametrize(
    "path, is_sent", [("/a/b", True), ("/a/b/c", True), ("/a/", False), ("/a/bc", False), ("/", False)]
)
def test_a_cookie_of_a_folder_stays_there(path: str, is_sent: bool) -> None:  # noqa: FBT001 - a table
    """RFC 6265 §5.1.4."""
    cookies = JobCookies()
    cookies.keep(answer("http://forum.example.org/", "a=1; Path=/a/b"))

    assert bool(sent(cookies, f"http://forum.example.org{path}")) is is_sent


def test_cookies_do_not_pile_up() -> None:
    """A host that sets thousands, or a huge one, does not make requests grow."""
    cookies = JobCookies()
    for number in range(20):
        cookies.keep(
            answer(
                "http://forum.example.org/", *(f"c{number}-{i}=v" for i in range(50)), "huge=" + "a" * 5_000 + "\u00e9"
            )
        )

    assert len(sent(cookies, "http://forum.example.org/").split("; ")) == 50


def test_a_header_that_servers_refuse_is_not_sent() -> None:
    """50 cookies of 4 kB are legal, and no server takes them."""
    cookies = JobCookies()
    cookies.keep(answer("http://forum.example.org/", *(f"c{i}={'a' * 1_000}" for i in range(20))))

    assert sent(cookies, "http://forum.example.org/") == ""


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "=",
        ";;;;",
        "a=1; Expires=never",
        "a=1; Max-Age=9" + "9" * 400,
        "a=1; Max-Age=nan",
        "a=1; Expires=Thu, 99 Abc 99999 99:99:99 GMT",
        "a=1; Version=x",
        'a="' + "\\" * 3_000,
        "a=\xff\x01",
        "a=1; Port=x",
        "a=1; Domain=[::1]",
    ],
)
def test_a_bad_cookie_is_no_error(cookie: str) -> None:
    """It is kept or not; nothing raises."""
    cookies = JobCookies()

    cookies.keep(answer("http://forum.example.org/", cookie))

    assert sent(cookies, "http://other.example.org/") == ""


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.usefixtures("nothing_left_open")
def test_two_jobs_share_no_cookie(kind: Kind) -> None:
    """Nor do two hosts at one address."""
    names = {parse_host(name): [LOOPBACK] for name in ("forum.example.org", "other.example.org")}
    with RawServer(reply(page(set_cookie="session=abc; Domain=example.org"))) as server:
        allowed = ("127.0.0.1", server.port)
        with (
            Door(kind, allowed, resolver=FakeResolver(names)) as one,
            Door(kind, allowed, resolver=FakeResolver(names)) as two,
        ):
            for door, host in ((one, "forum"), (one, "forum"), (one, "other"), (two, "forum")):
                assert isinstance(door.fetch(server.url(host=f"{host}.example.org")), Page)

        assert [b"session=abc" in head for head in server.heads] == [False, True, False, False]


def test_a_thread_may_set_a_cookie_while_another_one_asks() -> None:
    """The threads of a job share its cookies: what one walks through does not grow under it."""
    cookies = JobCookies()
    cookies.keep(answer("http://forum.example.org/", "a=1", "b=2"))
    url = httpx2.URL("http://forum.example.org/")

    class Asked:
        """A request whose address sets a cookie as soon as it is looked at, as another thread would."""

        headers: ClassVar[dict[str, str]] = {}

        @property
        def url(self) -> httpx2.URL:
            """Let the other thread come in between."""
            cookies.keep(answer("http://forum.example.org/", f"c{next(numbers)}=3"))
            return url

    numbers = itertools.count()
    cookies.send(cast("httpx2.Request", Asked()))

    assert "a=1; b=2" in Asked.headers["Cookie"]
