"""Pages as XenForo 2 writes them, of what a made forum holds: enough of its markup for whoever reads it, no more."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Final

from targets.board import Board, File, Post, Thread

_HEAD: Final = """<!DOCTYPE html><html id="XF" lang="en-US" data-app="public" data-template="{template}"
 data-content-key="{key}" data-logged-in="false" data-cookie-prefix="xf_"><head><meta charset="utf-8">
<title>{title} | {site}</title>{canonical}</head><body><div class="p-nav"><a href="/login/">Log in</a>
<a href="/register/">Register</a><a href="/members/">Members</a></div>
<ul class="p-breadcrumbs"><li itemprop="itemListElement"><a href="/" itemprop="item"><span itemprop="name">{site}</span>
</a></li>{crumb}</ul><div class="p-title"><h1 class="p-title-value">{title}</h1></div>"""
_FOOT: Final = '<footer class="p-footer">{site}, since a while. <a href="/help/terms/">Terms</a></footer></body></html>'
_SLUG: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What differs between two forums that hold the same."""

    site: str = "Harbour talk"
    """What it calls itself."""
    section: str = "Requests"
    """Its one forum."""
    node: int = 42
    """The forum's number."""
    posts_per_page: int = 20
    """Of a thread."""
    threads_per_page: int = 20
    """Of the forum."""

    @property
    def forum_path(self) -> str:
        """Return where the forum is."""
        return f"/forums/{slug(self.section)}.{self.node}/"


def slug(title: str) -> str:
    """Return a title as it stands in addresses."""
    return _SLUG.sub("-", title.lower()).strip("-") or "x"


def thread_path(thread: Thread, page: int = 1) -> str:
    """Return where a page of a thread is."""
    return f"/threads/{slug(thread.title)}.{thread.number}/{f'page-{page}' if page > 1 else ''}"


def file_path(number: int, file: File) -> str:
    """Return where a file is."""
    return f"/attachments/{slug(file.name)}.{number}/"


def pages_of(count: int, per_page: int) -> int:
    """Return how many pages hold so many."""
    return max(1, -(-count // per_page))


def thread_page(board: Board, thread: Thread, page: int, look: Look) -> str:
    """Write one page of a thread."""
    first = (page - 1) * look.posts_per_page
    pages = pages_of(len(thread.posts), look.posts_per_page)
    forum = f'<a href="{look.forum_path}" itemprop="item"><span itemprop="name">{html.escape(look.section)}</span></a>'
    crumb = f'<li itemprop="itemListElement">{forum}</li>'
    path = thread_path(thread, page)
    head = _head(look, "thread_view", f"thread-{thread.number}", thread.title, path=path, crumb=crumb)
    posts = (_post(board, thread, post) for post in thread.posts[first : first + look.posts_per_page])
    return head + _pages(f"{thread_path(thread)}page-", page, pages) + "".join(posts) + _FOOT.format(site=look.site)


def forum_page(threads: Sequence[Thread], page: int, look: Look) -> str:
    """Write one page of the forum: the thread that changed last stands first."""
    first = (page - 1) * look.threads_per_page
    path = f"{look.forum_path}{f'page-{page}' if page > 1 else ''}"
    head = _head(look, "forum_view", f"forum-{look.node}", look.section, path=path)
    rows = (_row(thread) for thread in threads[first : first + look.threads_per_page])
    pages = pages_of(len(threads), look.threads_per_page)
    return head + _pages(f"{look.forum_path}page-", page, pages) + "".join(rows) + _FOOT.format(site=look.site)


def index_page(threads: Sequence[Thread], look: Look) -> str:
    """Write the index, which has one forum."""
    time = _time(threads[0].posts[-1], "node-extra-date u-dt") if threads else ""
    title = f'<h3 class="node-title"><a href="{look.forum_path}">{html.escape(look.section)}</a></h3>'
    node = f'<div class="node-body">{title}<div class="node-extra">{time}</div></div>'
    return _head(look, "forum_list", "", look.site, path="/") + node + _FOOT.format(site=look.site)


def login_page(look: Look) -> str:
    """Write what those see who are not let in."""
    form = """<div class="blockMessage">You must be logged-in to do that.</div><form action="/login/login"
 method="post"><input name="login"><input type="password" name="password"><button>Log in</button></form>"""
    return _head(look, "login", "", "Log in", path="/login/") + form + "</body></html>"


def feed(threads: Sequence[Thread], look: Look, root: str) -> str:
    """Write the forum's RSS: its newest threads, with their first words."""
    items = "".join(
        f"<item><title>{html.escape(thread.title)}</title><link>{root}{thread_path(thread)}</link>"
        f'<guid isPermaLink="false">{thread.number}</guid>'
        f"<pubDate>{format_datetime(thread.posts[-1].at)}</pubDate>"
        f"<description>{html.escape(thread.posts[0].text)}</description></item>"
        for thread in threads[: look.threads_per_page]
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{html.escape(look.section)}</title>'
        f"<link>{root}{look.forum_path}</link><description></description>{items}</channel></rss>"
    )


def sitemap(threads: Sequence[Thread], root: str) -> str:
    """Write the map of the site: its threads and when they changed."""
    urls = "".join(
        f"<url><loc>{root}{thread_path(thread)}</loc><lastmod>{thread.posts[-1].at.isoformat()}</lastmod></url>"
        for thread in threads
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="utf-8"?><urlset xmlns="{space}">{urls}</urlset>'


def _head(look: Look, template: str, key: str, title: str, *, path: str, crumb: str = "") -> str:
    # NOTE: relative, so that the same page serves under any name of the host.
    canonical = f'<link rel="canonical" href="{path}">'
    words = {"title": html.escape(title), "site": html.escape(look.site), "canonical": canonical, "crumb": crumb}
    return _HEAD.format(template=template, key=key, **words)


def _pages(stem: str, page: int, pages: int) -> str:
    if pages == 1:
        return ""
    shown = sorted({1, page - 1, page, page + 1, pages} & set(range(1, pages + 1)))
    first = stem.removesuffix("page-")
    items = "".join(
        f'<li class="pageNav-page{" pageNav-page--current" if number == page else ""}">'
        f'<a href="{f"{stem}{number}" if number > 1 else first}">{number}</a></li>'
        for number in shown
    )
    after = f'<a href="{stem}{page + 1}" class="pageNav-jump pageNav-jump--next">Next</a>' if page < pages else ""
    nav = f'<div class="pageNav"><ul class="pageNav-main">{items}</ul>{after}</div>'
    return f'<nav class="pageNavWrapper">{nav}</nav>'


def _post(board: Board, thread: Thread, post: Post) -> str:
    files = [(number, board.files[number]) for number in post.files]
    return f"""<article class="message message--post js-post" data-author="member {post.author}"
 data-content="post-{post.number}" id="js-post-{post.number}"><div class="message-user"><h4 class="message-name">
<a href="/members/{post.author}/" class="username" data-user-id="{post.author}">member {post.author}</a></h4></div>
<header>{_time(post, "u-dt")}</header><div class="message-body js-selectToQuote"><div class="bbWrapper">
{_quoted(board, thread, post)}{html.escape(post.text)}{"".join(_image(*one) for one in files)}{_links(post)}
{post.markup}</div></div>
{_attachments(files)}</article>"""


def _links(post: Post) -> str:
    return "".join(f'<br><a href="{html.escape(link)}" class="link link--external">there</a>' for link in post.links)


def _quoted(board: Board, thread: Thread, post: Post) -> str:
    quoted = next((other for other in thread.posts if other.number == post.quotes), None)
    if quoted is None:
        return ""
    images = "".join(_image(number, board.files[number]) for number in quoted.files)
    return f"""<blockquote class="bbCodeBlock bbCodeBlock--quote" data-source="post: {quoted.number}"><div
 class="bbCodeBlock-title">member {quoted.author} said:</div><div>{html.escape(quoted.text)}{images}</div>
</blockquote>"""


def _image(number: int, file: File) -> str:
    if not file.media_type.startswith("image/"):
        return ""
    name, path = html.escape(file.name), file_path(number, file)
    return f'<br><a href="{path}" class="js-lbImage"><img src="{path}" class="bbImage" alt="{name}"></a>'


def _attachments(files: Sequence[tuple[int, File]]) -> str:
    items = "".join(
        f'<li class="file file--linked"><a class="file-preview" href="{file_path(number, file)}"></a><div '
        f'class="file-info"><span class="file-name">{html.escape(file.name)}</span><div class="file-meta">'
        f"{len(file.body) / 1024:.1f} KB</div></div></li>"
        for number, file in files
    )
    return f'<section class="message-attachments"><ul class="attachmentList">{items}</ul></section>' if items else ""


def _row(thread: Thread) -> str:
    path = thread_path(thread)
    return f"""<div class="structItem structItem--thread js-threadListItem-{thread.number}"><div
 class="structItem-title"><a href="{path}" data-tp-primary="on">{html.escape(thread.title)}</a></div><div
 class="structItem-cell structItem-cell--latest"><a href="{path}latest">
{_time(thread.posts[-1], "structItem-latestDate")}</a></div></div>"""


def _time(post: Post, names: str) -> str:
    written = post.at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return f'<time class="{names}" datetime="{written}" data-timestamp="{int(post.at.timestamp())}">then</time>'
