"""The walk over a page gives what the plain one gives, whatever the page is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.hostile import PAGES, mutated
from collect.plain import PlainWalker
from rempart.collect import FetchedPage
from rempart.collect.addresses import Addresses
from rempart.collect.budget import Budget
from rempart.collect.document import parse_markup
from rempart.collect.references import References
from rempart.collect.walking import Content, Step, Walker
from rempart.errors import MediaError
from rempart.model.collected import LeftOut

_PIECES = (
    *(
        "<p>",
        "</p>",
        "<div onclick=\"f(this,'//v.example/1234')\">",
        "</div>",
        "<br>",
        "<b>",
        "</b>",
        "<svg>",
        "</svg>",
    ),
    *("<a href='/x.jpg'>", "</a>", "<img src=/y.png>", "<table><tr><td>", "</table>", "<blockquote>", "</blockquote>"),
    *("<script>a<b</script>", "<!-- c -->", "<template><p>t", "</template>", "<ul><li>", "word", " \n ", "&nbsp;", "é"),
    *(
        "<select><option>",
        "<textarea>",
        "<video poster=/p.jpg src=/v.mp4>",
        "<span class=quote>",
        "<pre>\n a\n  b</pre>",
    ),
)


def handle(tag: str, attributes: dict[str, str | None], references: References) -> Step:
    """Take all three steps."""
    if attributes.get("class") == "quote":
        return Step.OVER
    if tag == "a":
        references.add(attributes.get("href"), name="named")
        return Step.INSIDE
    return Step.USUAL


def walked(
    kind: type[Walker], page: FetchedPage, *, is_handled: bool
) -> tuple[Content, tuple[LeftOut, ...], str] | None:
    """Read all parts of a page, with what the gate is told beside; None if it is refused before."""
    budget = Budget()
    try:
        tree = parse_markup(page.body)
    except MediaError:
        return None
    walker = kind(Addresses(page.url), budget)
    content = walker.read(tree.body, tree.head, tree.root, handler=handle if is_handled else None)
    return content, budget.left_out, budget.asides()


@pytest.mark.parametrize("is_handled", [True, False])
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_walked_as_plainly(name: str, is_handled: bool) -> None:  # noqa: FBT001 - of pytest
    """Also what is too deep, too long, too much."""
    page = PAGES[name]

    assert walked(Walker, page, is_handled=is_handled) == walked(PlainWalker, page, is_handled=is_handled)


@pytest.mark.parametrize("number", range(100))
def test_a_damaged_page_is_walked_as_plainly(number: int) -> None:
    """Examples with bytes exchanged, removed, doubled."""
    page = mutated(number)

    assert walked(Walker, page, is_handled=True) == walked(PlainWalker, page, is_handled=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40), st.booleans())
def test_any_markup_is_walked_as_plainly(parts: list[str], is_handled: bool) -> None:  # noqa: FBT001 - of hypothesis
    """Pieces of markup in any order."""
    page = FetchedPage(url="https://f.example/", body="".join(parts).encode())

    assert walked(Walker, page, is_handled=is_handled) == walked(PlainWalker, page, is_handled=is_handled)
