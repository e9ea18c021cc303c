"""The fast readings of a name are those of the plain way, whatever the name is; and so are the stops."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.plain_gate import plain_readings
from rempart.model.gate_rules import RULES, readings

#: What each step looks at: figures read as letters, capitals inside words, marks, invisible signs, bytes of old names.
_SIGNS = "aAbBeéÉsßtT01579@$!|_- .\n\t\u0301\u200b\u00ad\u2028\udce9ijœ\u0430\uff15İ\u0345²%4"
_PIECES = (
    *("teen", "T33N", "t e e n", "te\nen", "TeEn", "15ans", "15 ans", "age 15", "ice age 15", "new aged 12", "CM2"),
    *(
        "né en 2012",
        "n\u0301e",
        "%74een",
        "%25",
        "a1b2c3d4e5f6",
        "img2photo15ans",
        "aaaa",
        "lyc\u0065\u0301e",
        "pas_majeure",
    ),
)
_NAMES = (
    st.text(max_size=60)
    | st.text(alphabet=_SIGNS, max_size=60)
    | st.lists(st.sampled_from([*_PIECES, " ", "_", "\n", "1", "é", "-"]), max_size=12).map("".join)
)


@settings(max_examples=600, deadline=None)
@given(_NAMES)
@example("a1b2c3d4e5f6 t33n Té\u0301éé")
@example("\ud800\udce9 MiNeUr_13 ans\n")
def test_a_name_is_read_as_plainly(name: str) -> None:
    """Every reading, in its order."""
    assert list(readings(name)) == list(plain_readings(name))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["ice", "stone", "new", "x", "age", "aged", "15", "9", "eighteen", "seven", "yo"]), max_size=8
    )
)
@example(["ice", "age", "15"])
@example(["age", "15"])
@example(["an", "ice", "age", "age", "15"])
def test_an_age_is_found_as_by_the_plain_expression(words: list[str]) -> None:
    """The word is looked for first, and what stands before it then."""
    [rule] = [rule for rule in RULES if rule.name == "en-age"]
    plain = re.compile(
        rule.pattern.pattern.replace(r"\b(?=age)(?<!\bice ", r"(?<!\bice ").replace(")aged? ", r")\baged? ")
    )
    text = " ".join(words)

    assert plain.pattern != rule.pattern.pattern
    assert [m.span() for m in rule.pattern.finditer(text)] == [m.span() for m in plain.finditer(text)]


@pytest.mark.parametrize("name", ["word " * 2_000, "t33n " * 900, "é" * 9_000, "a1" * 5_000])
def test_a_long_name_is_read_as_plainly(name: str) -> None:
    """Both of its ends."""
    assert list(readings(name)) == list(plain_readings(name))
