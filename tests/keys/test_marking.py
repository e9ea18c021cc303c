"""The secrets of marked copies: independent of each other, gone with the asset's key."""

from __future__ import annotations

import copy
import pickle

import pytest

from rempart.errors import IntegrityError
from rempart.keys import Keyring

ASSET = "ast_" + "0" * 32


def test_they_are_the_same_again(keyring: Keyring) -> None:
    """And differ from each other, and from another asset's."""
    other = "ast_" + "1" * 32
    keyring.make_item_key(ASSET)
    keyring.make_item_key(other)

    first, again, others = (keyring.mark_secrets(item) for item in (ASSET, ASSET, other))

    assert (first.asset_key, first.code_seed) == (again.asset_key, again.code_seed)
    assert len({first.asset_key, first.code_seed, others.asset_key, others.code_seed}) == 4
    assert {len(first.asset_key), len(first.code_seed)} == {32}


def test_they_go_with_the_asset(keyring: Keyring) -> None:
    """Nobody's copy can be made, or traced, once it is withdrawn."""
    keyring.make_item_key(ASSET)
    keyring.destroy_item_key(ASSET)

    with pytest.raises(IntegrityError, match="destroyed"):
        keyring.mark_secrets(ASSET)


def test_they_are_never_written_down(keyring: Keyring) -> None:
    """Neither shown nor pickled."""
    keyring.make_item_key(ASSET)
    secrets = keyring.mark_secrets(ASSET)

    assert repr(secrets) == "MarkSecrets()"
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="pickled"):
            write(secrets)
