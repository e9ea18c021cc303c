"""What one page of a watched place says: its posts, what they refer to, and where to go on. Never any media."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class Engine(StrEnum):
    """What software, or what form, made a page."""

    XENFORO = "xenforo"
    PHPBB = "phpbb"
    DISCOURSE = "discourse"
    MACHINA = "machina"
    MISAGO = "misago"
    GENERIC = "generic"
    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    FILE_HOST = "file_host"
    PASTE = "paste"
    MASTODON = "mastodon"
    """Also what speaks its interface: Pleroma, GoToSocial."""
    BLUESKY = "bluesky"
    TELEGRAM = "telegram"
    """The embed page of one message."""
    SEARXNG = "searxng"
    BRAVE = "brave"


class PageKind(StrEnum):
    """What a page is for."""

    THREAD = "thread"
    FORUM = "forum"
    LISTING = "listing"
    FEED = "feed"
    SITEMAP = "sitemap"
    PASTE = "paste"
    FILE_HOST = "file_host"
    LOGIN_WALL = "login_wall"
    CHANNEL = "channel"
    """Posts of one account, the account itself, or one message of a channel."""
    SEARCH = "search"
    """What a search provider answers."""
    UNKNOWN = "unknown"


class Wall(StrEnum):
    """What stands between a visitor and the page: it is told, and never passed."""

    NONE = "none"
    LOGIN = "login"
    CAPTCHA = "captcha"
    AGE = "age"


class ReferenceKind(StrEnum):
    """What a post or a page refers to."""

    ATTACHMENT = "attachment"
    """A file that the engine itself keeps, or that a file host or a listing offers."""
    IMAGE = "image"
    VIDEO = "video"
    """A video that the page plays itself."""
    LINK = "link"
    """An address elsewhere."""
    MAGNET = "magnet"
    """A BitTorrent address: a locator for a takedown, never joined, fetched or looked up."""
    INFOHASH = "infohash"
    """The same, of which only the digits are written."""
    IPFS = "ipfs"
    """A content identifier: a locator, as the two above."""


#: What is written down so that it can be reported, and that nothing here ever asks for.
LOCATORS = frozenset({ReferenceKind.MAGNET, ReferenceKind.INFOHASH, ReferenceKind.IPFS})


class LeftOut(StrEnum):
    """What a page had more of than is read: said, so that nothing is dropped in silence."""

    POSTS = "posts"
    MEDIA = "media"
    LINKS = "links"
    TEXT = "text"
    ADDRESSES = "addresses"
    """Addresses of the web that are none, or that are longer than any server reads."""
    REST = "rest"
    """What stands behind a fault in the page: it ends in the middle, or is not well-formed."""
    RESULTS = "results"
    """Of a search."""
    WORDS = "words"
    """What the gate would have to judge: nothing that the page refers to is asked for."""
    ENGINES = "engines"
    """Search engines that did not answer: what is not among the results may be there all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReference:
    """Something that a page refers to; knowing it asks nothing of any host."""

    kind: ReferenceKind
    """What it is."""
    url: str = field(repr=False)
    """``http`` or ``https`` in its canonical form; of a locator, ``magnet:?xt=…``, hexadecimal digits, ``ipfs://…``."""
    engine_id: str = ""
    """What the engine calls it: the same file under another address has the same; empty if it has no such name."""
    name: str = field(default="", repr=False)
    """Its file name, as the page shows it; empty if it shows none."""
    size_bytes: int | None = None
    """As the page says, often rounded; None if it does not."""
    is_temporary: bool = False
    """Its address is signed: it ends, whether or not it says when."""
    expires_at: dt.datetime | None = None
    """When its address ends, as the address itself says; None if it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPost:
    """One message."""

    engine_id: str
    """What the engine calls it, unique on its site; empty if it has no such name."""
    author_key: str = field(default="", repr=False)
    """The engine's own number of its author, never a name; empty for a guest. Outside a case nobody keeps it."""
    posted_at: dt.datetime | None = None
    """When; None where the page shows a time that only its readers' language and zone would tell."""
    text: str = field(default="", repr=False)
    """What is written, without what it quotes: a leak that is quoted n times counts once."""
    media: tuple[MediaReference, ...] = ()
    """What it refers to, outside quotes, in its order."""
    url: str = field(default="", repr=False)
    """Its own address, canonical and without its author's name; empty where it has none but its page's."""
    words: str = field(default="", repr=False, compare=False)
    """What else is said with it, as titles and sections of an entry of a feed; for the gate alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """Another page of the same place that may be asked for next."""

    kind: PageKind
    """What it will be."""
    url: str = field(repr=False)
    """Canonical."""
    engine_id: str = ""
    """What the engine calls it."""
    title: str = field(default="", repr=False)
    """Its words."""
    last_post_id: str = ""
    """What the engine calls the newest post there: the sign of something new where no time can be read."""
    changed_at: dt.datetime | None = None
    """When something was last added there: it is asked for again only if this is newer than what is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """One result of a search, as its provider tells it; nothing of it was asked for."""

    url: str = field(repr=False)
    """Canonical."""
    title: str = field(default="", repr=False)
    """On one line."""
    text: str = field(default="", repr=False)
    """A piece of the page, as the provider quotes it."""
    position: int | None = None
    """From 1, over all pages; None where the provider gives no order that can be compared with another day's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """Everything that is read of one page."""

    engine: Engine
    """What made it."""
    kind: PageKind
    """What it is for."""
    canonical_url: str = field(repr=False)
    """Its one address, whatever session, campaign or place in the page it was asked with."""
    evidence: tuple[str, ...] = ()
    """By which signs the engine was recognised, the strongest first."""
    engine_id: str = ""
    """What the engine calls the thread, the forum or the file."""
    title: str = field(default="", repr=False)
    """Its title."""
    section: str = field(default="", repr=False)
    """The forum or category it stands in: the gate judges it as it does the title."""
    posts: tuple[ParsedPost, ...] = ()
    """In the page's order."""
    media: tuple[MediaReference, ...] = ()
    """What is referred to outside any post."""
    links: tuple[PageLink, ...] = ()
    """Threads, forums, sitemaps: where to go on."""
    next_url: str = field(default="", repr=False)
    """The page after this one; empty if there is none."""
    last_url: str = field(default="", repr=False)
    """The last page, where the newest posts are; empty if there is one page."""
    results: tuple[SearchResult, ...] = ()
    """Of a search, in the provider's order."""
    wall: Wall = Wall.NONE
    """What is asked of a visitor first."""
    left_out: tuple[LeftOut, ...] = ()
    """What the page had more of."""
    words: str = field(default="", repr=False, compare=False)
    """What else is said on it: quotes, descriptions of pictures, what is too long for a post; for the gate alone."""
