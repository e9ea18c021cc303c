"""What elements of HTML refer to: pictures as large as the page has them, videos, links, embedded players."""

from __future__ import annotations

import re
from typing import Final

from rempart.collect.file_endings import kind_of
from rempart.collect.references import IMAGE, LINK, VIDEO, References, best_of_srcset

Attributes = dict[str, str | None]

#: The picture that a click opens (lightboxes of XenForo, Discourse, PhotoSwipe, fancybox, Lightbox 2, lightGallery).
_LARGE: Final = (
    "data-url",
    "data-lb-trigger-src",
    "data-zoom-src",
    "data-full-src",
    "data-pswp-src",
    "data-large-image",
)
#: Where pages put the address of a picture that is loaded only once it is seen.
_LAZY: Final = ("data-src", "data-original", "data-lazy-src", "data-full", "data-original-src", "data-echo")
#: Where a picture's element names another than in its ``src``.
_BESIDES_SRC: Final = frozenset((*_LARGE, *_LAZY, "srcset", "data-srcset"))
#: What marks a link that opens a picture over the page.
_LIGHTBOX: Final = frozenset(
    "data-fancybox data-lightbox data-fslightbox data-pswp-src data-lg-size data-gallery".split()
)
_LIGHTBOX_CLASSES: Final = re.compile("lightbox|js-lbImage|fancybox|magnific|photoswipe|venobox")
#: ``onclick="loadMedia(this, 'https://…')"``: players that are loaded by a click.
_ONCLICK: Final = re.compile(r"\(\s*this\s*,\s*'(https?:)?(//[^']{4,4000})'")
_DECORATION: Final = re.compile("smil|emoji|emoticon|avatar|icon")


#: Elements that refer to something by themselves; any other does only by what a click on it runs.
REFERRING: Final = frozenset({"a", "img", "video", "audio", "source", "iframe", "embed"})


def refer(tag: str, attributes: Attributes, references: References) -> None:
    """Add what one element refers to."""
    if tag == "a":
        _refer_link(attributes, references)
    elif tag == "img":
        if is_content(attributes):
            references.add(picture_of(attributes), kind=IMAGE)
    elif tag in {"video", "audio", "source"}:
        references.add(attributes.get("poster"), kind=IMAGE)
        references.add(attributes.get("src"), kind=VIDEO)
        references.add(best_of_srcset(attributes.get("srcset") or ""), kind=IMAGE)
    elif tag in {"iframe", "embed"}:
        references.add(attributes.get("src") or attributes.get("data-src"), kind=LINK)
    if (clicked := attributes.get("onclick")) and (found := _ONCLICK.search(clicked)):
        references.add(f"{found[1] or 'https:'}{found[2]}")


def _refer_link(attributes: Attributes, references: References) -> None:
    href = attributes.get("href")
    if not href:
        return
    kind = IMAGE if opens_picture(attributes) and kind_of(href) is LINK else None
    references.add(attributes.get("data-pswp-src") or href, kind=kind, name=attributes.get("download") or "")


def opens_picture(attributes: Attributes) -> bool:
    """Tell a link that opens a picture over the page."""
    if not _LIGHTBOX.isdisjoint(attributes):
        return True
    names, relation = attributes.get("class"), attributes.get("rel")
    return bool((names and _LIGHTBOX_CLASSES.search(names)) or (relation and _LIGHTBOX_CLASSES.search(relation)))


def picture_of(attributes: Attributes) -> str:
    """Return the address of a picture, the largest that its element names; empty if it holds the picture itself."""
    if _BESIDES_SRC.isdisjoint(attributes):
        address = attributes.get("src") or ""
    else:
        srcset = attributes.get("srcset") or attributes.get("data-srcset") or ""
        best = _first(attributes, _LARGE) or best_of_srcset(srcset)
        address = best or _first(attributes, _LAZY) or attributes.get("src") or ""
    return "" if address.startswith("data:") else address


def is_content(attributes: Attributes) -> bool:
    """Tell a picture from a smiley, an avatar and a dot that counts visitors."""
    names = attributes.get("class")
    if names and _DECORATION.search(names):
        return False
    return attributes.get("width") not in {"1", "0"} and attributes.get("height") not in {"1", "0"}


def _first(attributes: Attributes, names: tuple[str, ...]) -> str:
    for name in names:
        value = attributes.get(name)
        if value and not value.startswith("data:"):
            return value
    return ""
