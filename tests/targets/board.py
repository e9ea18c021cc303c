"""What a made forum holds: threads, posts, files; the same seed makes the same words and pictures on every machine."""

from __future__ import annotations

import datetime as dt
import functools
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pictures import scene

#: When the first thread began.
BEGAN: Final = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
_BETWEEN_POSTS: Final = dt.timedelta(minutes=7)
#: Words about nothing: boats, gardens, tools. None of them is of any interest to a gate.
_WORDS: Final = (
    "anchor atelier balcony barrel basket beacon bench birch bolt bottle branch brass bridge broom brush bucket "
    "cabin cable candle canvas carpet cedar chalk chisel cider clay clock cobalt copper cork cotton crate curtain "
    "desk dock drawer drum dune easel echo ember engine fabric feather fence fern ferry filter flag flint fog fork "
    "fountain frame garden gate glaze granite grove hammer harbour hedge hinge island ivory jacket jar kettle ladder "
    "lamp lantern lemon lever lime linen lock loom magnet maple marble market meadow mill mirror mortar moss nail "
    "needle nickel oak oar olive orchard oven paddle paint panel paper pebble pencil pepper pine pipe plank plaster "
    "plough pond pulley quarry quartz rail rake reed ribbon ridge river roof rope rust saddle sail salt sand saw "
    "scarf shell shelf shovel silk slate sled soap spade spoon spring spruce stair steam stone stove straw string "
    "table tar teapot thread tide tile timber tin tower tractor trail tray tunnel valley varnish vase velvet violin "
    "wagon wall walnut wave wheel willow window wire wool workshop yarn zinc"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something attached to a post."""

    name: str
    """``page-7.jpg``."""
    body: bytes = field(repr=False)
    """Its bytes."""
    media_type: str = "image/jpeg"
    """What the forum says that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message."""

    number: int
    """Unique on the forum."""
    author: int
    """Number of its author."""
    at: dt.datetime
    """When."""
    text: str
    """What is written: no markup."""
    quotes: int | None = None
    """Number of a post of the same thread that stands above it, with its pictures."""
    files: tuple[int, ...] = ()
    """Numbers of what is attached."""
    links: tuple[str, ...] = ()
    """Addresses that it leads to."""
    markup: str = ""
    """Added to the body as it is, on the forum that is made here: pictures from elsewhere, and worse."""


@dataclass(slots=True, kw_only=True)
class Thread:
    """A thread, which grows."""

    number: int
    """Unique on the forum."""
    title: str
    """Its title."""
    posts: list[Post] = field(default_factory=list)
    """The oldest first."""


@dataclass(slots=True)
class Board:
    """Threads and files, and the numbers that come next."""

    seed: int = 0
    """What the words are made of."""
    shift: int = 0
    """Added to every number: a mirror has numbers of its own."""
    threads: dict[int, Thread] = field(default_factory=dict)
    """By number."""
    files: dict[int, File] = field(default_factory=dict)
    """By number."""
    _made: int = 0
    _posts: int = 0

    def open_thread(self, title: str = "") -> Thread:
        """Begin a thread, empty."""
        number = self.shift + len(self.threads) + 1
        draw = _chance(f"title {self.seed} {number - self.shift}")
        self.threads[number] = Thread(number=number, title=title or " ".join(draw.sample(_WORDS, 4)).capitalize())
        return self.threads[number]

    def attach(self, file: File) -> int:
        """Keep a file and return its number."""
        number = self.shift + len(self.files) + 1
        self.files[number] = file
        return number

    def append(
        self,
        thread: int,
        text: str = "",
        *,
        files: Sequence[File] = (),
        quotes: int | None = None,
        links: Sequence[str] = (),
        markup: str = "",
    ) -> Post:
        """Add a post to a thread.

        Args:
            thread: Its number.
            text: Without one, words about nothing.
            files: What is attached.
            quotes: Number of the post that it repeats.
            links: Where it leads.
            markup: Added as it is.
        """
        self._posts += 1
        draw = _chance(f"post {self.seed} {self._posts}")
        post = Post(
            number=self.shift + 1000 + self._posts,
            author=draw.randint(1, 40),
            at=BEGAN + self._posts * _BETWEEN_POSTS,
            text=text or f"{' '.join(draw.choices(_WORDS, k=draw.randint(12, 40))).capitalize()}.",
            quotes=quotes,
            files=tuple(self.attach(file) for file in files),
            links=tuple(links),
            markup=markup,
        )
        self.threads[thread].posts.append(post)
        return post

    def put(self, thread: int, place: int, files: Sequence[File], text: str = "") -> Post:
        """Attach files to a post of a thread, counted from 0, as if they had been there all the time."""
        posts = self.threads[thread].posts
        numbers = tuple(self.attach(file) for file in files)
        posts[place] = replace(posts[place], files=numbers, text=text or posts[place].text)
        return posts[place]

    def fill(self, *, threads: int, posts: int, picture_every: int) -> None:
        """Make threads of some posts; one post in so many shows a picture, one in five quotes the one before."""
        for _ in range(threads):
            thread = self.open_thread()
            for place in range(1, posts + 1):
                self._made += 1
                has_picture = picture_every and place % picture_every == 0
                files = (File(name=f"view-{self._made}.jpg", body=picture(self.seed * 7919 + self._made)),)
                before = thread.posts[-1].number if place % 5 == 0 else None
                self.append(thread.number, files=files if has_picture else (), quotes=before)

    def copy(self, shift: int) -> Board:
        """Return the same words and pictures under other numbers."""
        other = Board(seed=self.seed, shift=shift)
        by = shift - self.shift
        other.files = {number + by: file for number, file in self.files.items()}
        for thread in self.threads.values():
            copied = other.threads[thread.number + by] = Thread(number=thread.number + by, title=thread.title)
            copied.posts = [_moved(post, by) for post in thread.posts]
        other._made, other._posts = self._made, self._posts
        return other


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - words, no secrets


def _moved(post: Post, by: int) -> Post:
    return replace(
        post,
        number=post.number + by,
        author=post.author + by,
        quotes=None if post.quotes is None else post.quotes + by,
        files=tuple(number + by for number in post.files),
    )


@functools.cache
def picture(seed: int) -> bytes:
    """Return a small JPEG of a made scene."""
    out = io.BytesIO()
    scene(seed, 160, 120).save(out, "JPEG", quality=85)
    return out.getvalue()
