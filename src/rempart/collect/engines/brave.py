"""Brave's search interface: ``/res/v1/web/search`` (api-dashboard.search.brave.com, documentation of Web Search).

Its pages are counted by ``offset``, from 0 to 9, and have ``count`` results at most: a position over all pages follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rempart.collect.addresses import without
from rempart.collect.engines.json_values import object_of, objects_of, text_of
from rempart.collect.engines.search_results import result
from rempart.collect.interface import JsonReader
from rempart.collect.limits import RESULTS_MOST
from rempart.collect.walking import Walker
from rempart.model.collected import Engine, LeftOut, PageKind, ParsedPage, SearchResult

#: Of ``offset`` and ``count``, and what they are where they are not given.
OFFSET_MOST: Final = 9
COUNT: Final = 20
_OFFSET: Final = re.compile(r"[?&]offset=(\d)(?:&|$)")
_COUNT: Final = re.compile(r"[?&]count=(\d{1,2})(?:&|$)")


def signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise an answer, or its error, by the type that both name."""
    said = answer.get("type")
    if said == "search" and isinstance(answer.get("query"), dict):
        return ("type search",)
    return ("type ErrorResponse",) if said == "ErrorResponse" and isinstance(answer.get("error"), dict) else ()


def read(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read the results of one page."""
    page = walker.addresses.page
    offset, count = _number(_OFFSET, page, 0), _number(_COUNT, page, COUNT)
    rows = objects_of(object_of(answer.get("web")).get("results"))
    if answer.get("type") != "search":
        walker.budget.leave_out(LeftOut.ENGINES)
    if len(rows) > RESULTS_MOST:
        walker.budget.leave_out(LeftOut.RESULTS)
    has_more = object_of(answer.get("query")).get("more_results_available") is True
    return ParsedPage(
        engine=Engine.BRAVE,
        kind=PageKind.SEARCH,
        canonical_url=page,
        results=tuple(_results(rows[:RESULTS_MOST], offset * count, walker)),
        next_url=_following(page, offset) if rows and has_more and offset < OFFSET_MOST else "",
    )


def _results(rows: list[Mapping[str, object]], before: int, walker: Walker) -> list[SearchResult]:
    found = []
    for place, row in enumerate(rows, start=before + 1):
        url, title, text = (text_of(row.get(name)) for name in ("url", "title", "description"))
        if one := result(walker, url=url, title=title, text=text, position=place):
            found.append(one)
    return found


def _number(pattern: re.Pattern[str], page: str, default: int) -> int:
    found = pattern.search(page)
    return int(found[1]) if found else default


def _following(page: str, offset: int) -> str:
    here = without(page, frozenset({"offset"}))
    return f"{here}{'&' if '?' in here else '?'}offset={offset + 1}"


READER: Final = JsonReader(engine=Engine.BRAVE, signs=signs, read=read)
