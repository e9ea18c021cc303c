"""Names that pass on their way to or from the database are never logged afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.app.rights import add_owner
from rempart.app.workspace import open_workspace
from rempart.privacy import forget_all, redact
from seeds import CONTACT, NAME
from workspaces import HERS, make


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Start and end with an empty memory."""
    forget_all()
    yield
    forget_all()


def test_a_name_is_remembered_when_it_is_sealed_and_when_it_is_opened(tmp_path: Path) -> None:
    """The owner's, her contact, the user's; in this process and in the next one."""
    settings, workspace = make(tmp_path / "w")
    with workspace:
        assert redact(NAME) == NAME
        add_owner(workspace, NAME, contact=CONTACT, right=HERS, language="fr")
        assert redact(f"{NAME.upper()} or {CONTACT}") == "[name] or [name]"

    forget_all()
    with open_workspace(settings) as again:
        assert again.owners.all()[0].name == NAME
        assert again.me.name == "oscar"
        assert redact(f"{NAME} and oscar") == "[name] and [name]"
