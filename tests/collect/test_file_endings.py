"""One list of endings: what a link, an attachment and a line of a list are told by."""

from __future__ import annotations

import pytest

from followed import done, picture, post, thread_page
from rempart.collect.file_endings import PICTURES, kind_of
from rempart.model.collected import ReferenceKind

SITE = "https://forum.example"


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/view.jpg.exe",
        f"{SITE}/viewjpg",
        f"{SITE}/view.jpg/",
        f"{SITE}/download?name=view.jpg",
        f"{SITE}/view.jpgx",
        "",
    ],
)
def test_what_only_looks_like_a_picture_is_a_link(url: str) -> None:
    """An ending is the last part of a path, whole, before what is asked with it."""
    assert kind_of(url) is ReferenceKind.LINK


@pytest.mark.parametrize("ending", sorted(PICTURES))
def test_a_picture_is_one_wherever_it_is_named(ending: str) -> None:
    """Links and attachments were told by two lists, which differed."""
    name = f"View.{ending.upper()}"

    assert kind_of(f"{SITE}/files/{name}?exp=1") is ReferenceKind.IMAGE
    assert len(done(thread_page(post(1, picture(name=name)))).media) == 1


def test_a_video_is_no_picture() -> None:
    """It is counted, and not asked for."""
    assert kind_of(f"{SITE}/clip.MP4?x=view.jpg") is ReferenceKind.VIDEO
    assert PICTURES.isdisjoint({"mp4", "webm", "mov"})
