"""Telegram, by the page that shows one public message elsewhere: ``https://t.me/NAME/ID?embed=1``.

It is made to be embedded by anybody; what it shows without an application is all that is read. What the message answers
is another's, and is passed over; names of channels and of who signs are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rempart.collect.document import Document, words_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import HtmlReader
from rempart.collect.limits import ID_MOST
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.sizes import parse_size
from rempart.collect.walking import Step
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost, ReferenceKind, Wall

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_ASKED: Final = re.compile(r"https?://[^/?]+/[A-Za-z][A-Za-z0-9_]{2,31}/\d{1,18}\?embed=1")
_MESSAGE: Final = ".tgme_widget_message[data-post]"
#: What stands in a message and is no word of it: who wrote it, whom it answers, who passed it on, when, who saw it.
_ASIDE: Final = frozenset(
    [
        f"tgme_widget_message_{name}"
        for name in "user author from_author forwarded_from reply via_bot footer info "
        "link views meta reactions inline_keyboard bubble_tail voice_player audio_player contact".split()
    ]
    + ["message_video_duration", "message_media_not_supported_wrap", "message_media_not_supported"]
)
_PICTURES: Final = frozenset(
    [f"tgme_widget_message_{name}" for name in "photo_wrap video_thumb roundvideo_thumb".split()]
    + ["link_preview_image", "link_preview_right_image"]
)
_TO_ITSELF: Final = frozenset(
    f"tgme_widget_message_{name}"
    for name in "photo_wrap video_player roundvideo_player document_wrap sticker_wrap poll".split()
)
_STYLE_MOST: Final = 8_192
_BACKGROUND: Final = re.compile(r"background-image:\s*url\(\s*['\"]?((?:https?:)?//[^'\")]{4,4000})", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[A-Za-z0-9_]{1,64}/(\d{1,18})")
#: ``c`` and the channel's number, then a digest of it.
_PEER: Final = re.compile(r"[a-z]{0,3}(\d{1,20})(?:_-?\d{1,24})?")
#: What says that a message is there and can be seen in the application alone.
_NOT_SHOWN: Final = ".message_media_not_supported, .tgme_widget_message_not_supported"


def signs(page: Document) -> tuple[str, ...]:
    """Recognise the frame of a message, and what stands in it where there is none.

    It must have been asked for as one: a page that only looks like it would be read as one message, and hide the rest.
    """
    if not _ASKED.fullmatch(page.addresses.page):
        return ()
    if "tgme_widget" not in (page.body.get("class") or "") and not any(
        "widget-frame" in address for address in page.head.resources
    ):
        return ()
    found = [name for name in (_MESSAGE, ".tgme_widget_message_error") if page.tree.css_first(name) is not None]
    return tuple(f"element {name[1:].partition('[')[0]}" for name in found)


def read(page: Document) -> ParsedPage:
    """Read one message; a message that is gone is a page without one."""
    node = page.tree.css_first(_MESSAGE)
    post = _post(page, node) if node is not None and page.budget.post() else None
    is_hidden = post is not None and not post.text and not post.media and page.first(_NOT_SHOWN) is not None
    return ParsedPage(
        engine=Engine.TELEGRAM,
        kind=PageKind.LOGIN_WALL if is_hidden else PageKind.CHANNEL,
        canonical_url=page.url,
        posts=(post,) if post and not is_hidden else (),
        wall=Wall.LOGIN if is_hidden else Wall.NONE,
    )


def _post(page: Document, node: LexborNode) -> ParsedPost | None:
    found = _NUMBER.fullmatch(node.attributes.get("data-post") or "")
    if found is None:
        return None
    peer = _PEER.fullmatch(node.attributes.get("data-peer") or "")
    channel = peer[1] if peer else ""
    references = page.walker.references()
    page.tell(".tgme_widget_message_reply .tgme_widget_message_metatext", ".js-message_reply_text")
    content = page.walker.read(node, handler=_handle, into=references)
    for thumb in node.css("i[style]"):
        _refer_picture(thumb.attributes, references)
    _refer_files(page, node, references)
    written = page.first(".tgme_widget_message_date time")
    return ParsedPost(
        engine_id=f"{channel}/{found[1]}" if channel else found[1],
        author_key=channel,
        posted_at=parse_instant(written.attributes.get("datetime")) if written is not None else None,
        text=content.text,
        media=references.all(),
        url=page.url,
    )


def _refer_files(page: Document, node: LexborNode, references: References) -> None:
    """Add the names and sizes of files: their addresses are the message's own, and none is asked for."""
    for wrap in node.css(".tgme_widget_message_document_wrap"):
        references.add(
            f"{page.url}#{wrap.attributes.get('href') or ''}",
            kind=ReferenceKind.LINK,
            engine_id=words_of(wrap.css_first(".tgme_widget_message_document_title"))[:ID_MOST],
            name=words_of(wrap.css_first(".tgme_widget_message_document_title")),
            size_bytes=parse_size(words_of(wrap.css_first(".tgme_widget_message_document_extra"))),
        )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Know pictures by their style; pass over what is no word of the message."""
    names = set((attributes.get("class") or "").split())
    if names & _ASIDE:
        return Step.UNHEARD
    _refer_picture(attributes, references)
    # These lead to the message itself.
    return Step.INSIDE if tag == "a" and names & _TO_ITSELF else Step.USUAL


def _refer_picture(attributes: Attributes, references: References) -> None:
    """Add the picture that an element shows by its style."""
    if _PICTURES.isdisjoint((attributes.get("class") or "").split()):
        return
    if found := _BACKGROUND.search((attributes.get("style") or "")[:_STYLE_MOST]):
        references.add(found[1], kind=ReferenceKind.IMAGE)


READER: Final = HtmlReader(engine=Engine.TELEGRAM, signs=signs, read=read)
