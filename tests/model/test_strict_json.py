"""JSON that somebody else wrote: bounded before the decoder works on it; more of it in ``test_exchange_lines``."""

from __future__ import annotations

import pytest

from rempart.model.strict_json import JsonFault, parse_json_object


@pytest.mark.parametrize(
    "text,fault",
    [
        ("", JsonFault.NOT_JSON),
        ("[1]", JsonFault.NOT_JSON),
        ('{"a":NaN}', JsonFault.NOT_JSON),
        ('{"a":' + "1" * 19 + "}", JsonFault.NOT_JSON),
        ('{"a":1,"a":2}', JsonFault.DUPLICATE_KEY),
        ('{"a":[[1]]}', JsonFault.TOO_DEEP),
        ('{"a":' + "[" * 1_000_000, JsonFault.TOO_DEEP),
        ('{"a":[1,2,3,4,5,6,7]}', JsonFault.TOO_MANY),
        ('{"a":[' + "," * 1_000_000, JsonFault.TOO_MANY),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_not_one_small_plain_object(text: str, fault: JsonFault) -> None:
    """Each is a reason, never an exception."""
    assert parse_json_object(text, depth_most=2, values_most=7) is fault


def test_an_object_at_its_limits() -> None:
    """As deep and as many as allowed; signs inside a string are none."""
    found = parse_json_object('{"a":[1,2,3],"b":"[[[,,,,"}', depth_most=2, values_most=5)

    assert found == {"a": [1, 2, 3], "b": "[[[,,,,"}


def test_without_a_limit_of_values() -> None:
    """Only the length of the text bounds them."""
    assert parse_json_object('{"a":[' + ",".join("1" * 10_000) + "]}", depth_most=2)
