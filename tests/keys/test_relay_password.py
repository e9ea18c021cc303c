"""The relay's password is read for each mail, and an absent one says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.keys import MAIL_CREDENTIAL, find_relay_password


def test_a_password_is_read_again_for_each_mail(tmp_path: Path) -> None:
    """The administrator changes it without a restart."""
    file = tmp_path / "password"
    file.write_text("one\n")
    file.chmod(0o600)
    find = find_relay_password({}, file)
    first = find()

    file.write_text("two\n")

    assert (first, find()) == ("one", "two")


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_no_password_is_a_setting_to_correct(tmp_path: Path, content: str | None) -> None:
    """Nobody logs in with an empty one."""
    file = None
    if content is not None:
        file = tmp_path / "password"
        file.write_text(content)
        file.chmod(0o600)

    with pytest.raises(KeyFileError, match="password is empty or was not given") as caught:
        find_relay_password({}, file)()
    assert MAIL_CREDENTIAL in caught.value.advice
