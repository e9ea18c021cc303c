"""The secrets of a workspace's own mark and signature: independent of each other, the same again."""

from __future__ import annotations

import copy
import pickle

import pytest

from rempart.keys import Keyring

WORKSPACE = "wsp_" + "0" * 32


def test_they_are_the_same_again_and_differ_from_each_other(keyring: Keyring) -> None:
    """Pictures that were marked years ago are looked for with the same key."""
    keyring.make_item_key(WORKSPACE)

    first, again = keyring.owner_secrets(WORKSPACE), keyring.owner_secrets(WORKSPACE)
    copies = keyring.mark_secrets(WORKSPACE)

    assert (first.mark_key, first.signing_secret) == (again.mark_key, again.signing_secret)
    assert len({first.mark_key, first.signing_secret, copies.asset_key, copies.code_seed}) == 4
    assert {len(first.mark_key), len(first.signing_secret)} == {32}


def test_they_are_never_written_down(keyring: Keyring) -> None:
    """Neither shown nor pickled."""
    keyring.make_item_key(WORKSPACE)
    secrets = keyring.owner_secrets(WORKSPACE)

    assert repr(secrets) == "OwnerSecrets()"
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="pickled"):
            write(secrets)
