"""The keys of a workspace's log and witness: the same again, apart from each other, never written down."""

from __future__ import annotations

import copy
import pickle

import pytest

from rempart.errors import IntegrityError
from rempart.keys import Keyring

WORKSPACE = "wsp_" + "0" * 32


def test_they_are_the_same_again_and_two(keyring: Keyring) -> None:
    """What was signed years ago is verified with the same key; a witness's key serves nothing else."""
    keyring.make_item_key(WORKSPACE)

    first, again = keyring.log_secrets(WORKSPACE), keyring.log_secrets(WORKSPACE)

    publics = [key.public_key().public_bytes_raw() for key in (first.log_key, first.witness_key)]
    assert publics == [key.public_key().public_bytes_raw() for key in (again.log_key, again.witness_key)]
    assert len({*publics, keyring.signing_key(WORKSPACE).public}) == 3


def test_without_the_item_there_are_none(keyring: Keyring) -> None:
    """Another's would sign for another log."""
    with pytest.raises(IntegrityError, match="never made"):
        keyring.log_secrets(WORKSPACE)


def test_they_are_never_written_down(keyring: Keyring) -> None:
    """Neither shown nor pickled."""
    keyring.make_item_key(WORKSPACE)
    secrets = keyring.log_secrets(WORKSPACE)

    assert repr(secrets) == "LogSecrets()"
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="pickled"):
            write(secrets)
