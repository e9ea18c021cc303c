"""Paste pages: one block of text, and a way to have it raw; or the raw text itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rempart.collect.document import Document, words_of
from rempart.collect.interface import HtmlReader
from rempart.collect.references import References
from rempart.collect.walking import Walker
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_RAW: Final = "a[href*='/raw'], a[href*='raw=1'], a[href*='/plain/'], a[href$='.txt']"
#: Where pastes stand, the surest first: a page may have a smaller ``<pre>`` besides.
_BLOCKS: Final = (
    "textarea[readonly]",
    "textarea.textarea",
    ".source",
    ".paste-content",
    "#paste",
    "#code",
    "pre[id]",
    "pre",
    "textarea",
)
_NAMES: Final = re.compile(r"paste|\bbin\b|snippet|\bgist\b", re.IGNORECASE)
#: An address in running text: up to what ends it, without the sentence's own full stop or bracket.
_ADDRESS: Final = re.compile(r"\bh(?:tt|xx)ps?://[^\s\"'<>|\\^`{}]{3,4000}", re.IGNORECASE)
_ENDS: Final = ".,;:!?)]}»"
_ADDRESSES_MOST: Final = 5_000


def signs(page: Document) -> tuple[str, ...]:
    """Recognise a paste by its way to the raw text, or by its name, and a block of text."""
    named = f"{page.head.properties.get('og:site_name', '')} {page.head.title}"
    if page.tree.css_first(_RAW) is not None:
        mark = "a link to the raw text"
    elif _NAMES.search(named):
        mark = "named a paste"
    else:
        return ()
    return (mark, "one block of text") if page.first(*_BLOCKS) is not None else ()


def read(page: Document) -> ParsedPage:
    """Read a paste."""
    block = page.first(*_BLOCKS)
    page.tell("h1", "h2")
    text = _text_of(block) if block is not None else ""
    return _page(text, page.walker, url=page.url, title=words_of(page.first("h1")) or page.title)


def read_text(text: str, walker: Walker) -> ParsedPage:
    """Read a paste that is raw."""
    return _page(text, walker, url=walker.addresses.page, title="")


def refer_text(text: str, references: References) -> None:
    """Add the addresses that are written in a text, also with the ``hxxp`` that keeps readers from clicking."""
    for number, found in enumerate(_ADDRESS.finditer(text)):
        if number == _ADDRESSES_MOST:
            break
        address = found[0].rstrip(_ENDS)
        references.add("http" + address[4:] if address[1:3].lower() == "xx" else address, kind=None)


def _page(text: str, walker: Walker, *, url: str, title: str) -> ParsedPage:
    kept = walker.budget.text(text)
    references = walker.references()
    references.add_text(kept)
    refer_text(kept, references)
    return ParsedPage(
        engine=Engine.PASTE,
        kind=PageKind.PASTE,
        canonical_url=url,
        title=title,
        posts=(ParsedPost(engine_id="", text=kept, media=references.all()),) if kept else (),
    )


def _text_of(block: LexborNode) -> str:
    """Return the text of a block; one that is a list has an element a line."""
    lines = block.css("li") or block.css(".line") or block.css(".code-line")
    return "\n".join(line.text() for line in lines) if lines else block.text()


READER: Final = HtmlReader(engine=Engine.PASTE, signs=signs, read=read)
