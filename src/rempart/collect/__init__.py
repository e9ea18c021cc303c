"""What watched places say, read in a sandbox: pages of forums, feeds, sitemaps, listings. Nothing is fetched here.

>>> from rempart.collect import FetchedPage, read_page
>>> post = b'<article class="message" data-content="post-7"><div class="bbWrapper"><blockquote>old</blockquote>new'
>>> body = b'<html id="XF"><h1 class="p-title-value">Lost</h1>' + post
>>> page = read_page(FetchedPage(url="https://forum.example/threads/lost.5/?utm_source=x#post-7", body=body))
>>> page.engine, page.kind, page.canonical_url
(<Engine.XENFORO: 'xenforo'>, <PageKind.THREAD: 'thread'>, 'https://forum.example/threads/lost.5/')
>>> [(post.engine_id, post.text) for post in page.posts]
[('7', 'new')]

Pages of strangers go through the task :data:`PARSE_TASK`, in a pool of :mod:`rempart.hazmat`: :func:`pack` before,
:func:`parse_page` after. :func:`read_page` itself is for tests and figures.
"""

from rempart.collect.addresses import canonical
from rempart.collect.channels import (
    ChannelHomes,
    ask_of,
    first_asks,
    follow,
    health_of,
    is_gone,
    new_cursor,
    refusal_of,
)
from rempart.collect.expiry import end_of, undated
from rempart.collect.file_endings import kind_of
from rempart.collect.interface import ExamplePage, FetchedPage
from rempart.collect.limits import PAGE_BYTES_MOST
from rempart.collect.packing import TASK_NAME as PARSE_TASK
from rempart.collect.packing import pack, parse_page
from rempart.collect.recognising import read_page
from rempart.collect.search import ChannelAsk, SearchProvider, position_of, providers_of

__all__ = [
    "PAGE_BYTES_MOST",
    "PARSE_TASK",
    "ChannelAsk",
    "ChannelHomes",
    "ExamplePage",
    "FetchedPage",
    "SearchProvider",
    "ask_of",
    "canonical",
    "end_of",
    "first_asks",
    "follow",
    "health_of",
    "is_gone",
    "kind_of",
    "new_cursor",
    "pack",
    "parse_page",
    "position_of",
    "providers_of",
    "read_page",
    "refusal_of",
    "undated",
]
