"""SearXNG, by its JSON: ``/search?q=…&format=json`` (docs.searxng.org, dev/search_api), of an instance of one's own.

It asks several engines. One that is suspended, shows a captcha or is too slow is named in ``unresponsive_engines``:
what it would have shown, and in which place, is not known then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rempart.collect.addresses import without
from rempart.collect.engines.json_values import objects_of, text_of
from rempart.collect.engines.search_results import result
from rempart.collect.interface import JsonReader
from rempart.collect.limits import RESULTS_MOST
from rempart.collect.walking import Walker
from rempart.model.collected import LOCATORS, Engine, LeftOut, PageKind, ParsedPage, SearchResult

_PAGE: Final = re.compile(r"[?&]pageno=(\d{1,3})(?:&|$)")
_OWN: Final = frozenset({"query", "results", "unresponsive_engines"})


def signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise an answer by its fields."""
    return ("fields query, unresponsive_engines",) if answer.keys() >= _OWN else ()


def read(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read the results of one page."""
    page = walker.addresses.page
    found = _PAGE.search(page)
    number = int(found[1]) if found else 1
    rows = objects_of(answer.get("results"))
    silent = answer.get("unresponsive_engines")
    if silent or silent is None or not rows:
        # No result at all is also what an instance answers whose engines are all switched off.
        walker.budget.leave_out(LeftOut.ENGINES)
    if len(rows) > RESULTS_MOST:
        walker.budget.leave_out(LeftOut.RESULTS)
    references = walker.references()
    for row in rows[:RESULTS_MOST]:
        references.add(text_of(row.get("magnetlink"))[:8_192] or None)
    # Later pages do not say how many results stood before them; without an engine, the others move up.
    is_ordered = number == 1 and silent == []
    return ParsedPage(
        engine=Engine.SEARXNG,
        kind=PageKind.SEARCH,
        canonical_url=page,
        results=tuple(_results(rows[:RESULTS_MOST], walker, is_ordered=is_ordered)),
        media=tuple(one for one in references.all() if one.kind in LOCATORS),
        next_url=_following(page, number) if rows else "",
    )


def _results(rows: list[Mapping[str, object]], walker: Walker, *, is_ordered: bool) -> list[SearchResult]:
    found = []
    for place, row in enumerate(rows, start=1):
        url, title, text = (text_of(row.get(name)) for name in ("url", "title", "content"))
        if one := result(walker, url=url, title=title, text=text, position=place if is_ordered else None):
            found.append(one)
    return found


def _following(page: str, number: int) -> str:
    here = without(page, frozenset({"pageno"}))
    return f"{here}{'&' if '?' in here else '?'}pageno={number + 1}"


READER: Final = JsonReader(engine=Engine.SEARXNG, signs=signs, read=read)
