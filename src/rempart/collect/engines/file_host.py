"""Pages of file hosts: the names and sizes of what they offer. Nothing is downloaded, no button is followed.

Hosts come and go, and their markup with them: what they share is names of files with sizes beside them, and a way to
download. Some write all of it by script: then the page says nothing, and that is what is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rempart.collect.budget import clean_title
from rempart.collect.document import Document, words_of
from rempart.collect.interface import HtmlReader
from rempart.collect.sizes import parse_size
from rempart.model.collected import Engine, PageKind, ParsedPage, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DOWNLOADS: Final = (
    "a[download], a[href*='/download'], a[class*=download], button[id*=download], button[class*=download], "
    "form[action*=download], a[id*=download], input[value*=ownload]"
)
_FILE_NAME: Final = re.compile(
    r"[^/\\:*?\"<>|\r\n]{1,250}\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?|mp4|m4v|mov|mkv|webm|avi|wmv|flv|mpe?g|"
    r"zip|rar|7z|tar|gz|tgz|xz|iso|pdf|mp3|m4a|wav|part\d{1,3}|00\d)",
    re.IGNORECASE,
)
_NAMED: Final = (
    "[class*=file-name], [class*=filename], [class*=fileName], [class*=file_name], [itemprop=name], h1, h2, h3"
)
_ROW: Final = "a[title], a[href*='/f/'], a[href*='/file/'], a[href*='/d/'], a[href*='/v/'], a[href*='/i/'], a[download]"
#: How far above a name its size is looked for: a cell, a row, a card.
_LEVELS: Final = 4
_CARD_CHARACTERS_MOST: Final = 600
_NAMES_MOST: Final = 2_000


def signs(page: Document) -> tuple[str, ...]:
    """Recognise a page that offers a file: a way to download, a file's name, a size beside it."""
    if page.tree.css_first(_DOWNLOADS) is None:
        return ()
    if any(size is not None for _, _, size in _files(page, most=3)):
        return ("a way to download", "a file name with its size")
    return ()


def read(page: Document) -> ParsedPage:
    """Read what is offered: one file, or an album of them."""
    references = page.walker.references()
    page.tell("h1", "h2")
    for node, name, size in _files(page, most=_NAMES_MOST):
        href = node.attributes.get("href") if node.tag == "a" else None
        references.add(href or page.url, kind=ReferenceKind.ATTACHMENT, name=name, size_bytes=size)
    return ParsedPage(
        engine=Engine.FILE_HOST,
        kind=PageKind.FILE_HOST,
        canonical_url=page.url,
        title=page.title or words_of(page.first("h1")),
        media=references.all(),
        next_url=page.addresses.absolute(page.head.next) or page.href("a[rel~=next]"),
    )


def _files(page: Document, *, most: int) -> list[tuple[LexborNode, str, int | None]]:
    """Find names of files, with the sizes that stand by them; of rows if there are any, else of headings."""
    rows = [found for node in page.tree.css(_ROW)[:_NAMES_MOST] if (found := _file(node))]
    if rows:
        return rows[:most]
    return [found for node in page.tree.css(_NAMED)[:_NAMES_MOST] if (found := _file(node))][:most]


def _file(node: LexborNode) -> tuple[LexborNode, str, int | None] | None:
    for words in (node.attributes.get("title") or "", node.attributes.get("download") or "", words_of(node)):
        name = clean_title(words)
        if _FILE_NAME.fullmatch(name):
            return node, name, _size_by(node)
    return None


def _size_by(node: LexborNode) -> int | None:
    around: LexborNode | None = node
    for _ in range(_LEVELS):
        if around is None or around.tag == "body":
            return None
        text = around.text(separator=" ")
        if len(text) > _CARD_CHARACTERS_MOST:
            return None
        if (size := parse_size(text)) is not None:
            return size
        around = around.parent
    return None


READER: Final = HtmlReader(engine=Engine.FILE_HOST, signs=signs, read=read)
