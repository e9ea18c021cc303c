"""What a workspace key sealed opens with it, unchanged and in its place only."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.keys.workspace_key import (
    OVERHEAD_BYTES,
    WorkspaceKey,
    derive,
    is_key_id,
    normalised,
    sealed_by,
)

KEY = WorkspaceKey(bytes(range(32)))
SEALED = KEY.seal(b"forty bytes of a name, or a little more.", "owner.name:own_ab12")


def opened(sealed: bytes) -> bytes:
    """Open a value as a keyring does: first, which key sealed it."""
    if sealed_by(sealed) != KEY.id:
        message = "of another key"
        raise IntegrityError(message)
    return KEY.unseal(sealed, "owner.name:own_ab12")


@pytest.mark.parametrize("place", range(len(SEALED)))
def test_one_changed_bit_anywhere_is_noticed(place: int) -> None:
    """In the version, the key's name, the nonce, the content and the tag."""
    for bit in (1, 128):
        changed = bytearray(SEALED)
        changed[place] ^= bit

        with pytest.raises(IntegrityError):
            opened(bytes(changed))


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_cut_value_is_noticed(length: int) -> None:
    """At any length."""
    with pytest.raises(IntegrityError):
        opened(SEALED[:length])


@pytest.mark.parametrize("context", ["", "owner.name:own_ab13", "owner.name:own_ab1", "owner.name:own_ab12 "])
def test_a_value_does_not_open_in_another_place(context: str) -> None:
    """One person's name pasted in another's row is noticed."""
    with pytest.raises(IntegrityError, match=f"does not open as {context}"):
        KEY.unseal(SEALED, context)


def test_the_layout_is_the_documented_one() -> None:
    """1 byte of version, 8 of the key's name, 12 of nonce, the content, 16 of tag."""
    assert SEALED[0] == 1
    assert "wk_" + SEALED[1:9].hex() == KEY.id == sealed_by(SEALED)
    assert len(SEALED) == 40 + OVERHEAD_BYTES == 40 + 1 + 8 + 12 + 16


def test_derived_keys_are_rfc_5869_s() -> None:
    """Computed here by hand: extract with a salt of zeros, expand once."""
    extracted = hmac.digest(bytes(32), bytes(range(32)), "sha256")

    assert derive(bytes(range(32)), "rempart field v1") == hmac.digest(extracted, b"rempart field v1\x01", "sha256")


def test_each_use_has_its_own_key() -> None:
    """A blind index, which leaves the machine, says nothing of the key that seals."""
    uses = ["field", "blind index", "item key", "key id"]

    assert len({derive(bytes(32), f"rempart {use} v1") for use in uses}) == len(uses)


@given(text=st.text(), context=st.text())
def test_an_index_is_the_same_for_the_same_text_in_the_same_place(text: str, context: str) -> None:
    """And 32 bytes; spaces around and case do not count."""
    found = KEY.index(text, context)

    assert len(found) == 32
    assert found == KEY.index(f" {text}\n", context)
    assert found != KEY.index(text, context + "x")
    assert found != WorkspaceKey(bytes(32)).index(text, context)


@given(text=st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Otherwise a text that was stored and read again would not be found."""
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize("one, other", [("Zoé", "ZOE\u0301"), ("STRASSE", "straße"), (" Ada ", "ada"), ("Å", "\u212b")])
def test_texts_that_people_take_for_the_same_are_found(one: str, other: str) -> None:
    """Composition, case, spaces."""
    assert KEY.index(one, "c") == KEY.index(other, "c")


def test_the_place_and_the_text_of_an_index_do_not_run_into_each_other() -> None:
    """The text ab of the place c is not the text a of the place bc."""
    assert KEY.index("bc", "a") != KEY.index("c", "ab")


def test_a_wrapped_item_key_opens_for_its_item_only() -> None:
    """Exchanging two items' files is noticed."""
    wrapped = KEY.wrap("ast_a", bytes(32))

    assert KEY.unwrap("ast_a", wrapped) == bytes(32)
    with pytest.raises(IntegrityError, match="the key of ast_b does not open"):
        KEY.unwrap("ast_b", wrapped)


def test_a_key_s_name_says_nothing_of_it_and_follows_from_it() -> None:
    """A digest of the key alone would let it be tried against a list."""
    assert is_key_id(KEY.id)
    assert KEY.id == WorkspaceKey(bytes(range(32))).id
    assert KEY.id[3:] not in hashlib.sha256(bytes(range(32))).hexdigest()
    assert bytes(range(32)).hex() not in repr(KEY)


@pytest.mark.parametrize(
    "name", ["wk_", "wk_0123", "wk_0123456789ABCDEF", "wk_0123456789abcdef\n", "../wk_0123456789a"]
)
def test_other_texts_are_no_key_s_name(name: str) -> None:
    """Names become paths."""
    assert not is_key_id(name)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    """Without quoting it."""
    with pytest.raises(ValueError, match=f"not {size}"):
        WorkspaceKey(bytes(size))
