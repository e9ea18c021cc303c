"""Several leaks: read one by one, scored once, together; what cannot be read of them does not spoil the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from marked import in_vault, mark, paths, picture, told, write
from rempart.app import scoring
from rempart.app.tracing import Asked, Replayed, Traced, replay, trace_leaks
from rempart.attribute import Codebook, LeakReading, conclude
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.model.attribution import Attribution
from rempart.model.recipient import SurfacedAt, TraceVerdict
from workspaces import make


class Pack:
    """Two pictures of one set, each with a key of its own, given to two recipients; and what is found in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self.folder = folder
        self.settings: Settings
        self.settings, self.workspace = make(folder / "ws")
        originals = [write(folder / f"{name}.png", picture(20 + n, 448, 320)) for n, name in enumerate("ab")]
        self.assets = [in_vault(self.settings, self.workspace, path) for path in originals]
        self.people = told(self.workspace, "Ada", "Bea")
        copies = paths(mark(self.settings, self.workspace, self.assets, self.people, folder / "out"))
        self.hers = {path.stem: path for path in copies if path.parent.name == self.people[1].id}

    def leak(self, name: str, quality: int = 60) -> Path:
        """Compress Bea's copy."""
        with Image.open(self.hers[name]) as image:
            return write(self.folder / f"leak-{name}-{quality}.jpg", image, quality=quality)

    def trace(self, *leaks: Path, asset: str = "") -> Traced:
        """Ask."""
        asked = Asked(leaks=leaks, purpose="find out", surfaced_at=SurfacedAt.FORUM, asset=asset)
        traced = trace_leaks(self.workspace, asked, self.settings)
        assert isinstance(traced, Traced)
        return traced


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """Return a set that the tests of this file share."""
    yield (made := Pack(tmp_path_factory.mktemp("pack")))
    made.workspace.database.close()


def test_a_set_is_scored_once_whatever_else_is_among_it(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is told apart: traced, of no original, the same bytes again, damaged, stopped by its name."""
    scored: list[int] = []

    def spy(said: Sequence[tuple[LeakReading, Codebook]], *, looks: int, **how: float) -> Attribution:
        scored.append(len(said))
        return conclude(said, looks=looks, **how)  # type: ignore[arg-type]  # a test

    monkeypatch.setattr(scoring, "conclude", spy)
    (damaged := pack.folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (stopped := pack.folder / "preteen.jpg").write_bytes(b"never opened")
    (again := pack.folder / "again.jpg").write_bytes(pack.leak("a", 61).read_bytes())
    other = write(pack.folder / "other.png", picture(9))

    traced = pack.trace(damaged, other, pack.leak("a", 61), again, stopped, pack.leak("b", 61))

    assert scored == [2]
    assert traced.record is not None
    assert traced.record.verdict is TraceVerdict.ACCUSED
    assert [each.recipient for each in traced.record.accused] == [pack.people[1].id]
    assert (traced.record.tested_recipients, traced.record.tests) == (2, 4)
    assert sorted(str(leak.asset) for leak in traced.record.leaks) == sorted([*pack.assets, "None"])
    assert traced.record.best.quality == max(leak.quality for leak in traced.record.leaks)
    assert [(s.label, s.outcome_word()) for s in traced.skipped] == [
        (str(damaged), "unreadable"),
        (str(stopped), "stopped"),
    ]
    assert [(r.label, r.same_as) for r in traced.repeated] == [(str(again), str(pack.leak("a", 61)))]
    assert pack.workspace.traces.get(traced.record.id) == traced.record


def test_a_folder_is_a_set(pack: Pack) -> None:
    """With all that is in it."""
    (folder := pack.folder / "found").mkdir()
    for name in "ab":
        (folder / f"{name}.jpg").write_bytes(pack.leak(name, 62).read_bytes())

    traced = pack.trace(folder)

    assert traced.record is not None
    assert len(traced.record.leaks) == 2
    assert set(traced.labels.values()) == {str(folder / "a.jpg"), str(folder / "b.jpg")}


def test_a_set_is_traced_again(pack: Pack) -> None:
    """In any order, with all its files and no other; nothing more is kept."""
    a, b = pack.leak("a", 63), pack.leak("b", 63)
    record = pack.trace(a, b).record
    assert record is not None
    before = pack.workspace.traces.all()

    again = replay(pack.workspace, record.id, [b, a], pack.settings)

    assert isinstance(again, Replayed)
    assert again.is_same
    assert pack.workspace.traces.all() == before
    with pytest.raises(MisuseError, match="1 of the 2 files"):
        replay(pack.workspace, record.id, [a], pack.settings)
    with pytest.raises(MisuseError, match="not the file of that trace"):
        replay(pack.workspace, record.id, [a, b, pack.leak("a", 64)], pack.settings)


def test_every_look_at_a_leak_counts(pack: Pack) -> None:
    """Alone, then with another, then against one original: each answer could be chosen. The same look is no new one."""
    a, b = pack.leak("a", 65), pack.leak("b", 65)

    looks = [pack.trace(a), pack.trace(a, b), pack.trace(b, a), pack.trace(a, asset=pack.assets[1]), pack.trace(b)]

    assert [each.record.looks for each in looks if each.record] == [1, 2, 2, 1, 2]
    assert [each.record.tests for each in looks if each.record] == [4, 8, 8, 4, 8]


def test_a_set_whose_files_are_all_bad(pack: Pack) -> None:
    """Each is told, and nothing is kept."""
    (damaged := pack.folder / "worse.jpg").write_bytes(b"\xff\xd8\xff")
    before = pack.workspace.traces.all()

    traced = pack.trace(damaged)

    assert traced.record is None
    assert [each.label for each in traced.skipped] == [str(damaged)]
    assert pack.workspace.traces.all() == before


def test_a_path_that_is_missing_is_said_before_anything(pack: Pack) -> None:
    """A set that lacks a file that was named is another set."""
    with pytest.raises(MisuseError, match="cannot read"):
        pack.trace(pack.leak("a"), pack.folder / "missing.jpg")
