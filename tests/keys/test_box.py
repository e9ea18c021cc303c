"""An item's box opens what was sealed for that item and that place."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.keys.box import Box

BOX = Box("ast_a", bytes(range(32)))


@given(plain=st.binary(), context=st.text())
def test_what_is_sealed_opens(plain: bytes, context: str) -> None:
    """Round trip."""
    assert BOX.unseal(BOX.seal(plain, context=context), context=context) == plain


def test_one_changed_or_missing_byte_is_noticed() -> None:
    """Anywhere."""
    sealed = BOX.seal(b"note", context="c")

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        for content in (bytes(changed), sealed[:place]):
            with pytest.raises(IntegrityError, match="a value of ast_a does not open as c"):
                BOX.unseal(content, context="c")


@pytest.mark.parametrize("box", [Box("ast_b", bytes(range(32))), Box("ast_a", bytes(32))])
def test_another_item_s_box_does_not_open_it(box: Box) -> None:
    """Even one that would have the same key."""
    with pytest.raises(IntegrityError):
        box.unseal(BOX.seal(b"note", context="c"), context="c")


def test_a_file_opens_in_its_place_and_is_not_a_value() -> None:
    """Each kind has its own key."""
    sealed, plain = io.BytesIO(), io.BytesIO()
    BOX.seal_stream(io.BytesIO(b"film"), sealed, context="c")

    BOX.unseal_stream(io.BytesIO(sealed.getvalue()), plain, context="c")

    assert plain.getvalue() == b"film"
    with pytest.raises(IntegrityError):
        BOX.unseal_stream(io.BytesIO(sealed.getvalue()), plain, context="d")
    with pytest.raises(IntegrityError):
        BOX.unseal(sealed.getvalue(), context="c")
