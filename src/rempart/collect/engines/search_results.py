"""Makes results of what search providers answer: addresses in their one form, words that are only words."""

from __future__ import annotations

import html
import re
from typing import Final

from rempart.collect.addresses import canonical
from rempart.collect.budget import clean_title
from rempart.collect.limits import RESULT_TEXT_MOST, TITLE_MOST
from rempart.collect.walking import Walker
from rempart.model.collected import LeftOut, SearchResult

#: Of a title or a piece of text, before it is cleaned.
_RAW_MOST: Final = 4 * RESULT_TEXT_MOST
_MARKS: Final = re.compile(r"</?(?:strong|em|mark|b|i)>", re.IGNORECASE)


def result(walker: Walker, *, url: str, title: str, text: str, position: int | None) -> SearchResult | None:
    """Return one result; None if its address is none of the web, which the page then says."""
    address = canonical(url)
    if not address:
        walker.budget.leave_out(LeftOut.ADDRESSES)
        return None
    return SearchResult(
        url=address,
        title=clean_title(plain(title))[:TITLE_MOST],
        text=walker.budget.text(plain(text))[:RESULT_TEXT_MOST].rstrip(),
        position=position,
    )


def plain(text: str) -> str:
    """Return a text without the marks that providers set around the words of a query."""
    # Nothing else is taken for markup: what a reader of tags would drop, the gate would not see.
    return html.unescape(_MARKS.sub("", text[:_RAW_MOST]))
