"""The parent trusts no worker: what is not a page's record is refused."""

from __future__ import annotations

import copy
import json
from typing import cast

import pytest

from rempart.collect import parse_page
from rempart.collect.examples import EXAMPLES
from rempart.collect.parsed import write_page
from rempart.hazmat import Json

RECORD = json.loads(json.dumps(write_page(EXAMPLES[0].expected)))
LINKED = json.loads(json.dumps(write_page(EXAMPLES[1].expected)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_a_record_comes_back(example: object) -> None:
    """As the value that was written."""
    expected = example.expected  # type: ignore[attr-defined]  # parametrize gives objects

    assert parse_page(cast("dict[str, Json]", json.loads(json.dumps(write_page(expected))))) == expected


@pytest.mark.parametrize(
    "path, value",
    [
        (("engine",), "wordpress"),
        (("kind",), None),
        (("url",), "javascript:alert(1)"),
        (("url",), "https://F.example/"),
        (("next",), "data:,x"),
        (("title",), "x" * 301),
        (("title",), 5),
        (("evidence",), ["x"] * 9),
        (("posts",), {}),
        (("posts",), [[]]),
        (("posts",), [["1", "", None, "x", []]] * 1_001),
        (("posts", 0, 2), -1),
        (("posts", 0, 2), True),
        (("posts", 0, 3), "x" * 100_001),
        (("posts", 0, 4, 0, 1), "file:///etc/passwd"),
        (("posts", 0, 4, 0, 0), "magnet"),
        (("posts", 0, 4, 0, 4), 1.5),
        (("posts", 0, 4, 0, 5), 1),
        (("posts", 0, 4, 4, 1), "magnet:?xt=urn:btih:x&tr=udp://t.example"),
        (("left_out",), ["nothing"]),
        (("posts", 0, 5), "javascript:alert(1)"),
        (("results",), None),
        (("results",), [["https://r.example/", "", "", 1]] * 101),
        (("results",), [["https://r.example/", "", ""]]),
        (("results",), [["", "", "", 1]]),
        (("results",), [["HTTPS://R.example/", "", "", 1]]),
        (("results",), [["magnet:?xt=urn:btih:x", "", "", 1]]),
        (("results",), [["https://r.example/", "x" * 301, "", 1]]),
        (("results",), [["https://r.example/", "", "x" * 1_001, 1]]),
        (("results",), [["https://r.example/", "", "", 0]]),
        (("results",), [["https://r.example/", "", "", -1]]),
        (("results",), [["https://r.example/", "", "", True]]),
        (("results",), [["https://r.example/", "", "", 1.0]]),
        (("results",), [["https://r.example/", "", "", 100_001]]),
        (("wall",), ""),
    ],
)
def test_what_is_no_record_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """Another type, another scheme, another form, too much."""
    record = copy.deepcopy(RECORD)
    inner = record
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    with pytest.raises(ValueError, match=r"."):
        parse_page(record)


def test_a_link_is_checked() -> None:
    """As references are."""
    record = copy.deepcopy(LINKED)
    record["links"][0][1] = "ftp://f.example/"

    with pytest.raises(ValueError, match="one form"):
        parse_page(record)


def test_many_references_are_refused_in_all() -> None:
    """Not only those of one post."""
    record = copy.deepcopy(RECORD)
    record["posts"] = [
        ["1", "", None, "", [["link", "https://f.example/", "", "", None, False, None]] * 3_000, "", ""]
    ] * 2

    with pytest.raises(ValueError, match="bounded"):
        parse_page(record)


@pytest.mark.parametrize("field", ["title", "section", "words"])
def test_half_of_a_character_is_refused(field: str) -> None:
    """No page has one; a worker that was taken over would end a watch with it, when its words are to be sealed."""
    record = copy.deepcopy(RECORD) | {field: "a\ud800"}

    with pytest.raises(ValueError, match="half"):
        parse_page(record)
