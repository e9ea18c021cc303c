"""The secrets of a workspace's evidence: the same again, apart by generation, never written down."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest

from rempart.errors import IntegrityError
from rempart.keys import Keyring

WORKSPACE = "wsp_" + "0" * 32
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def test_each_generation_has_its_own_and_keeps_it(keyring: Keyring) -> None:
    """Also after a rotation: what was sealed years ago is sealed by the same key."""
    keyring.make_item_key(WORKSPACE)
    before = keyring.evidence_secrets(WORKSPACE)
    keyring.begin_rotation(NOW)
    assert list(keyring.rewrap_items())
    after = keyring.evidence_secrets(WORKSPACE)

    assert [after.seal_secret(n) for n in (1, 2)] == [before.seal_secret(n) for n in (1, 2)]
    assert after.timestamp_secret == before.timestamp_secret
    assert len({before.seal_secret(1), before.seal_secret(2), before.timestamp_secret}) == 3


def test_without_the_item_there_are_none(keyring: Keyring) -> None:
    """Another's would seal for another."""
    with pytest.raises(IntegrityError, match="never made"):
        keyring.evidence_secrets(WORKSPACE)


def test_they_are_never_written_down(keyring: Keyring) -> None:
    """Neither shown nor pickled."""
    keyring.make_item_key(WORKSPACE)
    secrets = keyring.evidence_secrets(WORKSPACE)

    assert repr(secrets) == "EvidenceSecrets()"
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="pickled"):
            write(secrets)
