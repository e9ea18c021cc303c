"""Files of partners, taken into a workspace as a command would."""

from __future__ import annotations

from rempart.app.exchange import FeedImport, ImportWish
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.keys import SigningKey
from rempart.model.exchange import FeedFormat
from rempart.register import sign_feed

Made = tuple[Settings, Workspace]
KEY = SigningKey(bytes(32))


def take(workspace: Workspace, content: str | bytes, *, name: str = "feed", **wish: object) -> FeedImport:
    """Take a file of Ada, who is added if she is new."""
    path = workspace.folder.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    given = {"partner": "Ada", "is_new": workspace.partners.find(str(wish.get("partner", "Ada"))) is None, **wish}
    work = FeedImport(workspace, path, ImportWish(**given))  # type: ignore[arg-type]  # one wish of several kinds
    work.left_out = list(work.events())  # type: ignore[attr-defined]  # for the tests
    return work


def signed(content: str, sequence: int, key: SigningKey = KEY, recipient: str = "us") -> bytes:
    """Sign a file of ours as its sender would."""
    raw = content.encode()
    return raw + sign_feed(raw, FeedFormat.JSONL, key, recipient=recipient, sequence=sequence)


def bank(workspace: Workspace) -> set[bytes]:
    """Return what is compared."""
    return {e.bits for e in workspace.imported.imported_bank()}
