"""The room's contract: every engine reads its own example pages, and nothing that is done to them makes it fail."""

from __future__ import annotations

import pytest

from rempart.collect import ExamplePage, read_page
from rempart.collect.examples import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_an_example_gives_what_it_must(example: ExamplePage) -> None:
    """Every value, neither more nor less."""
    assert read_page(example.page) == example.expected
