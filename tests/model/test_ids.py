"""Identifiers: random, of a known form, and told apart from names."""

from __future__ import annotations

import pytest

from rempart.model.ids import ID_LENGTH, IdKind, is_id, new_id


@pytest.mark.parametrize("kind", list(IdKind))
def test_an_identifier_has_the_form_of_its_kind(kind: IdKind) -> None:
    """And of no other one."""
    drawn = new_id(kind)

    assert len(drawn) == ID_LENGTH
    assert [k for k in IdKind if is_id(drawn, k)] == [kind]


def test_identifiers_do_not_repeat_or_count() -> None:
    """A sequence would count victims."""
    drawn = [new_id(IdKind.ASSET) for _ in range(1_000)]

    assert len(set(drawn)) == 1_000
    assert drawn != sorted(drawn)


@pytest.mark.parametrize(
    "text",
    [
        *("", "nadia", "ast_", "ast_" + "0" * 31, "ast_" + "0" * 33, "ast_" + "G" * 32, "AST_" + "0" * 32),
        *("ast_" + "0" * 32 + "\n", " ast_" + "0" * 32, "ast_" + "\u0660" * 32),
    ],
)
def test_what_is_no_identifier(text: str) -> None:
    """A newline at the end, other digits, other cases."""
    assert not is_id(text, IdKind.ASSET)
