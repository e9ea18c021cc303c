"""Ways in which a page could hide what it is about from the gate: whatever is tried, its pictures are not asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rempart.app.stopping import PageVerdict
from rempart.app.workspace import Workspace
from rempart.collect import FetchedPage
from rempart.collect.recognising import read_page
from rempart.config import Settings
from rempart.model.source import Health, Source, SourceKind
from stops import make_stop
from targets.access_log import Request
from targets.served import Answer, Served, not_found
from watch_scenes import LoopbackNames, add, due_again, leaked, outside, watch, without_pace, workspace_with_leak

pytestmark = pytest.mark.enable_socket

#: What the gate stops, as readers would write it.
FLAGGED = "elle a 15 ans"
HOST, CANARY = "site.example", "canary.example"
PICTURE = "<img src='https://canary.example/a.jpg'>"


@dataclass
class Scene:
    """A site that says whatever a test has it say, and a canary that keeps the pictures."""

    settings: Settings
    workspace: Workspace
    canary: Served
    pages: dict[str, Answer] = field(default_factory=dict)
    names: LoopbackNames = field(default_factory=LoopbackNames)

    def __post_init__(self) -> None:
        """Serve it."""
        self.site = Served(self._answer)

    def _answer(self, request: Request) -> Answer:
        return self.pages.get(request.path, not_found())

    def url(self, path: str = "/") -> str:
        """Return an address of the site."""
        return self.site.url(path, name=HOST)

    def picture(self, name: str = "a.jpg") -> str:
        """Return where a picture is."""
        return self.canary.url(f"/{name}", name=CANARY)

    def put(self, path: str, body: str, media_type: str = "text/html; charset=utf-8") -> None:
        """Say something at a path."""
        self.pages[path] = Answer(body=body.encode(), media_type=media_type)

    def add(self, path: str = "/", kind: SourceKind = SourceKind.PAGE) -> Source:
        """Watch a place of it."""
        return add(self.workspace, self.url(path), kind=kind)

    def watch(self) -> None:
        """Watch once."""
        watch(self.workspace, self.settings, outside([self.url(), self.picture()], self.names))

    def again(self, source: Source) -> None:
        """Watch once more."""
        due_again(self.workspace, source)
        self.watch()

    def sung(self) -> list[str]:
        """Return what the canary was asked for."""
        return [request.path for request in self.canary.log.requests if request.path != "/robots.txt"]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Make a site and a canary."""
    without_pace(monkeypatch)
    settings, workspace = workspace_with_leak(tmp_path)
    canary = Served(lambda _: Answer(body=leaked(), media_type="image/jpeg"))
    with workspace:
        made = Scene(settings, workspace, canary)
        yield made
        made.site.close()
    canary.close()


def xenforo(body: str, *, after: str = "", title: str = "Quiet boats", crumbs: str = "") -> str:
    """Return a thread of one post, as XenForo writes it."""
    return f"""<html id="XF" data-xf="2.2" data-cookie-prefix="xf_" data-template="thread_view"><body>
    <ul class="p-breadcrumbs">{crumbs}</ul><h1 class="p-title-value">{title}</h1>
    <article class="message" data-content="post-1"><div class="bbWrapper">{body}</div>{after}</article></body></html>"""


def test_the_canary_sings_where_nothing_is_hidden(scene: Scene) -> None:
    """Or the tests below would show nothing."""
    scene.put("/", xenforo(f"hello <img src='{scene.picture()}'>"))
    scene.add()

    scene.watch()

    assert scene.sung() == ["/a.jpg"]


HIDDEN = {
    "a quote of another post": "<blockquote class='bbCodeBlock--quote'>{flagged}</blockquote>{picture}",
    "a quote without a class": "<blockquote>{flagged}</blockquote>{picture}",
    "a preview of a link": "<div class='bbCodeBlock--unfurl' data-url='/x'><h3>{flagged}</h3></div>{picture}",
    "what stands for a picture": "<img src='{url}' alt='{flagged}'>",
    "a picture's title": "<img src='{url}' title='{flagged}'>",
    "what a link is said to be": "<a href='/x' title='{flagged}'>x</a>{picture}",
    "a button": "<button>{flagged}</button>{picture}",
    "a box of text": "<textarea>{flagged}</textarea>{picture}",
    "a drawing": "<svg><text>{flagged}</text></svg>{picture}",
    "letters in elements": "elle est m<b>i</b>neu<i></i>re {picture}",
    "a comment in a word": "elle est mine<!-- x -->ure {picture}",
    "a place to break a word": "elle est mine<wbr>ure {picture}",
    "behind a wall of words": "{wall} {flagged} {picture}",
    "deeper than anybody looks": "{picture}{deep}{flagged}",
}


def judged(markup: str, media_type: str = "text/html", url: str = "https://site.example/") -> PageVerdict:
    """Read a page as the sandbox does, and judge it."""
    page = read_page(FetchedPage(url=url, body=markup.encode(), media_type=media_type))
    assert page.media or any(post.media for post in page.posts)
    return make_stop()[0].judge_page(page)


@pytest.mark.parametrize("body", HIDDEN.values(), ids=HIDDEN)
def test_no_part_of_a_post_hides_a_word(body: str) -> None:
    """Quotes, descriptions and what is too long are words of a post as any."""
    deep, wall = "<div>" * 600, "un calendrier de bateaux " * 12_000
    url = "https://canary.example/a.jpg"
    text = body.format(flagged=FLAGGED, url=url, picture=f"<img src='{url}'>", deep=deep, wall=wall)

    assert judged(xenforo(text)).flag


def test_more_words_than_can_be_judged_flag_the_page() -> None:
    """Rather than half judged."""
    flag = judged(xenforo(f"{PICTURE}<p>{'mot ' * 1_000_000}</p>")).flag

    assert flag
    assert flag.rule == "too long to be judged"


def test_a_post_that_has_no_room_on_a_page_flags_it() -> None:
    """What is cut off was not judged."""
    post = '<article class="message" data-content="post-{}"><div class="bbWrapper">{}</div></article>'
    posts = "".join(post.format(number, "boats") for number in range(2, 1_100))

    assert judged(xenforo(PICTURE, after=f"</article>{posts}<article>")).flag


def test_every_section_above_a_thread_is_judged() -> None:
    """Not only the nearest."""
    crumb = "<li><a><span itemprop=name>{}</span></a></li>"

    assert judged(xenforo(PICTURE, crumbs=crumb.format("Lycéennes") + crumb.format("Photos"))).flag
    assert not judged(xenforo(PICTURE, crumbs=crumb.format("Boats") + crumb.format("Photos"))).flag


HEADS = {
    "title": "<title>{flagged}</title><meta property='og:title' content='Boats'>",
    "description": "<meta name='description' content='{flagged}'>",
    "og:description": "<meta property='og:description' content='{flagged}'>",
    "the name of a picture in JSON-LD": """<script type="application/ld+json">{{"@type": "ImageObject",
        "caption": "{flagged}"}}</script>""",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_a_page_says_to_programs_is_judged(head: str) -> None:
    """Titles and descriptions, whichever is shown."""
    page = "<html><head>{}</head><body><p>hello</p>{}</body></html>"

    assert judged(page.format(head.format(flagged=FLAGGED), PICTURE)).flag
    assert not judged(page.format(head.format(flagged="boats"), PICTURE)).flag


def test_one_harmless_message_does_not_stand_for_a_page() -> None:
    """A page that tells programs other words than it shows to people."""
    said = json.dumps({"@type": "Comment", "text": "lovely boats"})
    script = f'<script type="application/ld+json">{said}</script>'

    assert judged(f"<html><head>{script}</head><body><p>{FLAGGED}</p>{PICTURE}</body></html>").flag


ENTRIES = {
    "title": "<title>{flagged}</title><description>boats</description>",
    "text": "<title>boats</title><description>{flagged}</description>",
    "category": "<title>boats</title><category>lycéennes</category>",
    "media:title": "<title>boats</title><media:title>{flagged}</media:title>",
    "media:description": "<title>boats</title><media:description>{flagged}</media:description>",
    "address": "<title>boats</title><link>https://site.example/{flagged}</link>",
    "quote": "<title>boats</title><description>&lt;blockquote&gt;{flagged}&lt;/blockquote&gt;</description>",
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_an_entry_of_a_feed_is_judged_with_all_its_words(entry: str) -> None:
    """Its enclosure is not asked for, nor the page that it leads to; those of other entries are."""
    verdict = judged(feed(entry.format(flagged=FLAGGED), "https://site.example"), "application/rss+xml")

    assert verdict.flag is None
    assert len(verdict.addresses) == 2
    assert "https://site.example/bad.jpg" in verdict.addresses
    assert not [url for url in verdict.addresses if "good" in url]


def feed(entry: str, site: str, shown: str = "") -> str:
    """Return a feed of an entry that says this, and of one that says nothing."""
    item = "<item>{}{}<guid>{}</guid><enclosure url='{}' type='image/jpeg' length='9'/></item>"
    link = "" if "<link>" in entry else f"<link>{site}/bad</link>"
    bad = item.format(entry, link, "bad", f"{shown or site}/bad.jpg")
    good = item.format("<title>boats</title>", f"<link>{site}/good</link>", "good", f"{shown or site}/good.jpg")
    start = '<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
    return f"{start}<title>News</title>{bad}{good}</channel></rss>"


def test_a_picture_of_a_sitemap_is_judged_with_its_caption() -> None:
    """Google's extension of sitemaps names pictures, with words."""
    image = (
        "<image:image><image:loc>https://s.example/{}.jpg</image:loc><image:caption>{}</image:caption></image:image>"
    )
    images = image.format(1, FLAGGED) + image.format(2, "boats")
    start = '<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://s.example/p</loc>'

    verdict = judged(f"<?xml version='1.0'?>{start}{images}</url></urlset>", "application/xml")

    assert verdict.addresses == {"https://s.example/1.jpg"}


def test_a_page_of_a_sitemap_is_judged_with_what_is_said_of_its_video() -> None:
    """The page is not asked for; the others are."""
    video = f"<video:video><video:title>{FLAGGED}</video:title></video:video>"
    urls = f"<url><loc>https://s.example/1</loc>{video}</url><url><loc>https://s.example/2</loc></url>"
    xml = f"<urlset xmlns:video='http://www.google.com/schemas/sitemap-video/1.1'>{urls}</urlset>"
    page = read_page(FetchedPage(url="https://s.example/", body=xml.encode(), media_type="application/xml"))

    assert make_stop()[0].judge_page(page).addresses == {"https://s.example/1"}


def test_a_quote_stops_what_stands_beside_it(scene: Scene) -> None:
    """Through a whole watch."""
    scene.put("/", xenforo(f"<blockquote>{FLAGGED}</blockquote><img src='{scene.picture()}'>"))
    scene.add()

    scene.watch()

    assert scene.sung() == []
    assert CANARY not in scene.names.asked
    assert scene.workspace.referrals.all()


def test_one_entry_of_a_feed_is_stopped_alone(scene: Scene) -> None:
    """Through two watches: the other one is read, and so is the feed the next time."""
    words = f"<title>{FLAGGED}</title>"
    scene.put("/feed", feed(words, scene.url(""), scene.picture("")[:-1]), "application/rss+xml")
    source = scene.add("/feed", SourceKind.FEED)

    scene.watch()
    scene.again(source)

    assert scene.sung() == ["/good.jpg"]
    asked = [request.path for request in scene.site.log.requests]
    assert "/bad" not in asked
    assert asked.count("/good") == 1
    assert asked.count("/feed") == 2


def test_a_thread_that_is_flagged_on_its_last_page_is_not_read_from_its_first(scene: Scene) -> None:
    """The source is that thread; too few words to be recognised by: its first page is harmless by itself."""
    pages = "<nav class=pageNav-main>" + "".join(
        f"<li class=pageNav-page><a href='{u}'>1</a></li>" for u in ("/", "/2")
    )
    following = "<a class=pageNav-jump--next href='/2'>next</a>"
    scene.put("/", xenforo("hello", after=f"</article>{pages}{following}"))
    scene.put("/2", xenforo("boats", title="Other").replace("post-1", "post-2"))
    source = scene.add()
    scene.watch()
    scene.put("/", xenforo(f"hello <img src='{scene.picture()}'>"))
    scene.put("/2", xenforo(FLAGGED).replace("post-1", "post-3"))
    scene.again(source)
    scene.site.log.forget()

    scene.again(source)

    assert [request.path for request in scene.site.log.requests if request.path != "/robots.txt"] == []
    assert scene.sung() == []
    assert scene.workspace.sources.get(source.id).health is Health.STOPPED
