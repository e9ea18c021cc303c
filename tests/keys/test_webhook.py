"""The secret of a webhook is read for each message, in the standard's form; what is none is told without it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.keys import WEBHOOK_CREDENTIAL, find_webhook_secrets

OLD, NEW = b"o" * 24, b"n" * 64


def written(secret: bytes) -> str:
    """Write a secret as the standard does."""
    return "whsec_" + base64.b64encode(secret).decode()


def file_of(folder: Path, text: str) -> Path:
    """Write a private file."""
    file = folder / "secret"
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_a_secret_is_read_again_for_each_message(tmp_path: Path) -> None:
    """The administrator changes it without a restart; for a time, both sign."""
    file = file_of(tmp_path, f"{written(OLD)}\n")
    find = find_webhook_secrets({}, file)
    first = find()

    file.write_text(f"{written(NEW)}\n{written(OLD)}\n")

    assert (first, find()) == ((OLD,), (NEW, OLD))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        base64.b64encode(OLD).decode(),
        "whsec_",
        "whsec_not*base64",
        written(b"s" * 23),
        written(b"s" * 65),
        written(OLD)[:-3],
        f"{written(OLD)}\nanother line",
        "\n".join(map(written, (OLD, NEW, OLD))),
    ],
)
def test_what_is_no_secret_is_told_without_it(tmp_path: Path, text: str) -> None:
    """Too short, too long, too many, or of another form."""
    with pytest.raises(KeyFileError, match="none or was not given") as caught:
        find_webhook_secrets({}, file_of(tmp_path, text))()

    assert WEBHOOK_CREDENTIAL in caught.value.advice
    for word in text.split():
        assert word == "whsec_" or word not in f"{caught.value} {caught.value.advice}"
    assert caught.value.__cause__ is None


def test_no_secret_is_a_setting_to_correct() -> None:
    """Nothing is sent unsigned."""
    with pytest.raises(KeyFileError, match="none or was not given"):
        find_webhook_secrets({}, None)()


def test_a_credential_comes_first(tmp_path: Path) -> None:
    """As for the other secrets."""
    (tmp_path / WEBHOOK_CREDENTIAL).write_text(written(NEW))
    (tmp_path / WEBHOOK_CREDENTIAL).chmod(0o400)

    found = find_webhook_secrets({"CREDENTIALS_DIRECTORY": str(tmp_path)}, file_of(tmp_path, written(OLD)))()

    assert found == (NEW,)
