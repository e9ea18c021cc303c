"""An index file is complete or not there, tells damage, forgets what is removed, and is one for all processes."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index_codes import found
from index_worker import ID_MAX, code_of
from rempart.detect import index as index_module
from rempart.detect import index_file
from rempart.detect import index_layout as layout
from rempart.detect.index import BinaryIndex
from rempart.errors import IntegrityError

WORKER = Path(__file__).resolve().parent.parent / "index_worker.py"


def test_what_is_loaded_is_what_was_saved(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Codes, ids and answers; and only its owner may read it."""
    index = BinaryIndex.load(saved)

    assert len(index) == 5000
    assert found(index, codes) == list(range(10, 5010))
    assert saved.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_an_empty_index_can_be_saved(tmp_path: Path, codes: npt.NDArray[np.uint8]) -> None:
    """And filled through its file."""
    BinaryIndex.from_bits(codes[:0], np.arange(0)).save(tmp_path / "i")
    index = BinaryIndex.load(tmp_path / "i")

    index.add(codes[:3], np.arange(3))

    assert found(BinaryIndex.load(tmp_path / "i"), codes[:3]) == [0, 1, 2]


def bits_of(path: Path, order: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return every 32 bytes of a file at every multiple of 8 bytes, as codes before and after the reordering."""
    data = path.read_bytes()
    data += bytes(-len(data) % 8)
    words = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint64), 4)
    bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, bitorder="little")
    plain = np.empty_like(bits)
    plain[:, order] = bits
    return np.concatenate([np.packbits(plain, axis=1), np.ascontiguousarray(words).view(np.uint8)])


def nearest(path: Path, code: npt.NDArray[np.uint8]) -> int:
    """Return how near to a code anything in the file comes."""
    order = layout.parse_header(path.read_bytes()[: layout.PAGE], "").order
    return int(np.bitwise_count(bits_of(path, order) ^ code).sum(axis=1, dtype=np.int64).min())


def test_a_removed_code_is_nowhere_in_the_file(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """The attack: every window of the file, in both orders of the bits, of a saved code and of one added later."""
    index = BinaryIndex.load(saved)
    extra = np.random.default_rng(9).integers(0, 256, (2, 32), dtype=np.uint8)
    index.add(extra, np.array([1, 2]))
    before = [nearest(saved, code) for code in (codes[77], extra[0])]
    checks = saved.read_bytes().count(_check_of(saved, 77))

    assert index.remove(np.array([87, 1])) == 2

    assert (before, checks) == ([0, 0], 1)
    assert min(nearest(saved, code) for code in (codes[77], extra[0])) > 60
    assert _check_of(saved, 77) == bytes(8)  # the checksum would tell a guess from another
    assert found(BinaryIndex.load(saved), np.concatenate([codes[77:78], extra])) == [2]


def _check_of(path: Path, row: int) -> bytes:
    data = path.read_bytes()
    header = layout.parse_header(data[: layout.PAGE], "")
    return data[header.checks_at + 8 * row :][:8]


def test_the_next_search_of_every_process_sees_a_change(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Adds, removes, both at once, and a file written anew in between."""
    here, there = BinaryIndex.load(saved), BinaryIndex.load(saved)
    new = codes[:2] ^ np.uint8(255)

    here.add(new, np.array([1, 2]))
    assert found(there, new) == [1, 2]
    there.remove(np.array([2, 10]))
    assert found(here, np.concatenate([new, codes[:1]])) == [1]
    here.add(new[1:], np.array([2]))
    here.remove(np.array([2]))
    here.add(new[1:], np.array([2]))
    assert found(there, new) == [1, 2]
    here.save(saved)
    assert found(there, new) == [1, 2]
    there.remove(np.array([1]))
    assert found(here, new) == [2]
    assert len(here) == len(there) == 5000


def test_another_process_sees_it_too(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Not only another object of this one."""
    script = (
        "import sys, numpy as np; from rempart.detect.index import BinaryIndex; i = BinaryIndex.load(sys.argv[1])\n"
        "for line in sys.stdin: print(i.search(np.frombuffer(bytes.fromhex(line), np.uint8)[None], 0).item.tolist(), "
        "flush=True)"
    )
    command: list[str | Path] = [sys.executable, "-c", script, saved]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii") as other:
        assert other.stdin
        assert other.stdout
        index = BinaryIndex.load(saved)
        answers = []
        for change in (
            lambda: None,
            lambda: index.remove(np.array([15])),
            lambda: index.add(codes[5:6], np.array([3])),
        ):
            change()
            other.stdin.write(codes[5].tobytes().hex() + "\n")
            other.stdin.flush()
            answers.append(other.stdout.readline().strip())
        other.stdin.close()

    assert answers == ["[15]", "[]", "[3]"]


def test_nothing_is_compiled_once_the_kernels_are_warm(saved: Path) -> None:
    """Mapped arrays, added codes and removals have the types that were warmed: a sandbox has no compiler's cache."""
    script = (
        "import sys, numpy as np; from rempart.detect.index import BinaryIndex\n"
        "from rempart.kernels import compile as c, multi_index; multi_index.warm()\n"
        "count = lambda: sum(len(d.signatures) for d in c._DISPATCHERS)\n"
        "before = count(); random = np.random.default_rng(1)\n"
        "codes = random.integers(0, 256, (20_000, 32), dtype=np.uint8); codes.setflags(write=False)\n"
        "loaded = BinaryIndex.load(sys.argv[1]); made = BinaryIndex.from_bits(codes, np.arange(20_000))\n"
        "for index in (loaded, made):\n"
        "    index.add(codes[:9], np.arange(9) + 10**6); index.remove(np.arange(12)); index.knn(codes[:9], 3)\n"
        "    index.search(codes[:9]); index.search(codes[:9], 200)\n"
        "print(made.stats.bands != (), count() - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, saved], capture_output=True, encoding="ascii", check=True)

    assert done.stdout.split() == ["True", "0"]


def test_threads_may_search_and_change_one_file(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """While it is written anew under them."""
    index = BinaryIndex.load(saved)
    other = codes ^ np.uint8(255)

    def change(turn: int) -> None:
        index.add(other[turn : turn + 1], np.array([turn + 9000]))
        index.save(saved)

    with ThreadPoolExecutor(4) as pool:
        changes = [pool.submit(change, turn) for turn in range(10)]
        answers = [pool.submit(found, index, codes[100:110]) for _ in range(200)]
        assert all(answer.result() == list(range(110, 120)) for answer in answers)
        assert [done.result() for done in changes] == [None] * 10

    assert found(index, other[:10]) == list(range(9000, 9010))


def test_a_long_log_is_written_anew(saved: Path, codes: npt.NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> None:
    """And the process that did not do it goes on with the new file."""
    monkeypatch.setattr(index_module, "LOG_MAX", 50)
    monkeypatch.setattr(index_module, "_LOG_SHARE", 10**6)
    here, there = BinaryIndex.load(saved), BinaryIndex.load(saved)
    inode = saved.stat().st_ino

    here.add(codes[:60] ^ np.uint8(255), np.arange(60) + 6000)

    assert saved.stat().st_ino != inode
    assert found(there, codes[:1] ^ np.uint8(255)) == [6000]
    assert len(there) == 5060
    assert found(here, codes[3:4]) == [13]


@pytest.mark.slow
def test_killed_at_any_instant(tmp_path: Path) -> None:
    """The file then loads, and holds what was there before the change or after it."""
    path = tmp_path / "i"
    BinaryIndex.from_bits(np.empty((0, 32), np.uint8), np.arange(0)).save(path)
    held: set[int] = set()
    random = np.random.default_rng(3)
    everything = np.concatenate([code_of(k) for k in range(ID_MAX)])
    for turn in range(12):
        with subprocess.Popen(
            [sys.executable, WORKER, path, str(turn)], stdout=subprocess.PIPE, encoding="ascii"
        ) as worker:
            assert worker.stdout
            lines = [worker.stdout.readline()]
            time.sleep(random.uniform(0.0, 0.12))
            worker.send_signal(signal.SIGKILL)
            lines += worker.stdout.readlines()
        maybe: set[int] = set(held)
        for line in lines:
            if not line.endswith("\n") or not line.strip():
                continue
            word, verb, *ids = line.split()
            change = {int(k) for k in ids}
            after = held | change if verb == "add" else held - change
            maybe = after
            if word == "done":
                held = after
        index = BinaryIndex.load(path)
        now = set(index.search(everything, 0).item.tolist())
        assert now in (held, maybe)
        assert {p.name for p in tmp_path.iterdir()} == {"i"}
        data = path.read_bytes()
        for k in set(range(ID_MAX)) - now:
            assert index._order.apply(code_of(k)).tobytes() not in data
        index.close()
        held = now


def test_a_removal_cut_short_is_finished_by_the_next_to_open(
    saved: Path, codes: npt.NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, and killed before the code was overwritten."""
    index = BinaryIndex.load(saved)
    monkeypatch.setattr(index_file.IndexFile, "_erase", lambda *_: None)
    index.remove(np.array([10]))
    monkeypatch.undo()
    left = nearest(saved, codes[0])

    reopened = BinaryIndex.load(saved)

    assert left == 0
    assert found(reopened, codes[:1]) == []
    assert nearest(saved, codes[0]) > 60


def test_what_was_not_committed_does_not_count(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Whatever a killed process left at the end is ignored, then overwritten."""
    with saved.open("ab") as stream:
        stream.write(os.urandom(100))

    index = BinaryIndex.load(saved)
    index.add(codes[:1] ^ np.uint8(255), np.array([1]))

    assert found(BinaryIndex.load(saved), codes[:1] ^ np.uint8(255)) == [1]


def test_the_id_of_a_removed_code_is_erased_too(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """It leads to an asset. Whoever has the file open still knows which code went."""
    there = BinaryIndex.load(saved)
    index = BinaryIndex.load(saved)
    header = layout.parse_header(saved.read_bytes()[: layout.PAGE], "")

    index.remove(np.array([87]))

    assert saved.read_bytes()[header.ids_at + 8 * 77 :][:8] == bytes(8)
    assert found(there, codes[76:79]) == [86, 88]
    again = BinaryIndex.load(saved)
    assert found(again, codes[76:79]) == [86, 88]
    assert again.remove(np.array([0, 87, 88])) == 1


def test_an_id_that_was_left_is_erased_by_the_next_to_open(saved: Path) -> None:
    """By a process that was killed after the code and before the id, or by an older version."""
    BinaryIndex.load(saved).remove(np.array([87]))
    header = layout.parse_header(saved.read_bytes()[: layout.PAGE], "")
    with saved.open("r+b") as stream:
        stream.seek(header.ids_at + 8 * 77)
        stream.write(np.int64(87).tobytes())

    BinaryIndex.load(saved)

    assert saved.read_bytes()[header.ids_at + 8 * 77 :][:8] == bytes(8)


@pytest.mark.parametrize("size", [0, 7, 4095, 4096, 8192, 100_000, -1])
def test_a_file_cut_short_is_told(saved: Path, size: int) -> None:
    """At any length, the log's included."""
    BinaryIndex.load(saved).add(np.zeros((1, 32), np.uint8), np.array([1]))
    data = saved.read_bytes()
    saved.write_bytes(data[:size])

    with pytest.raises(IntegrityError) as raised:
        BinaryIndex.load(saved)
    assert raised.value.advice


def test_a_flipped_bit_is_told_wherever_it_matters(saved: Path) -> None:
    """In the header, the states, codes, ids, checksums and records."""
    BinaryIndex.load(saved).add(np.ones((2, 32), np.uint8), np.array([1, 2]))
    data = bytearray(saved.read_bytes())
    header = layout.parse_header(bytes(data[: layout.PAGE]), "")
    sizes = [
        (0, layout.PAGE),
        (layout.STATES_AT, 48),
        (layout.STATES_AT + layout.STATE_STEP, 48),
        (layout.CODES_AT, header.rows * 32),
        (header.ids_at, header.rows * 8),
        (header.checks_at, header.rows * 8),
        (header.log_at, 128),
    ]
    random = np.random.default_rng(4)
    for start, size in sizes:
        for at in random.integers(0, size, 6).tolist():
            bit = 1 << int(random.integers(0, 8))
            data[start + at] ^= bit
            saved.write_bytes(data)
            data[start + at] ^= bit
            with pytest.raises(IntegrityError):
                BinaryIndex.load(saved)


def _sealed(data: bytearray) -> None:
    """Give a changed first page a digest that is right."""
    data[layout.PAGE - 32 : layout.PAGE] = hashlib.blake2b(bytes(data[: layout.PAGE - 32]), digest_size=32).digest()


@pytest.mark.parametrize(
    "at, value, told",
    [(0, b"SQLite f", "not an index"), (8, b"\x02", "version 2"), (12, b"\x01\x02\x03\x04", "damaged"),
     (16, b"\xff" * 8, "damaged"), (16, b"\xff\xff\xff\x7f", "cut short"), (16, b"\x89\x13", "damaged row"),
     (36, b"\x00\x00", "damaged")],
)  # fmt: skip
def test_a_header_that_lies_is_told(saved: Path, at: int, value: bytes, told: str) -> None:
    """Another kind of file, a newer version, another byte order, sizes that are not there, an order that is none."""
    data = bytearray(saved.read_bytes())
    data[at : at + len(value)] = value
    if at:
        _sealed(data)
    saved.write_bytes(data)

    with pytest.raises(IntegrityError, match=told):
        BinaryIndex.load(saved)


@pytest.mark.parametrize("records", [1 << 20, 1 << 62])
def test_a_state_that_lies_is_told(saved: Path, records: int) -> None:
    """More records than the file has bytes for."""
    data = bytearray(saved.read_bytes())
    header = layout.parse_header(bytes(data[: layout.PAGE]), "")
    lie = layout.state_bytes(layout.State(sequence=2, records=records), header.seed)
    data[layout.STATES_AT : layout.STATES_AT + len(lie)] = lie
    saved.write_bytes(data)

    with pytest.raises(IntegrityError, match="cut short"):
        BinaryIndex.load(saved)


def test_a_record_that_removes_what_is_not_there_is_told(saved: Path) -> None:
    """Its checksum is right, its number is not."""
    file = index_file.IndexFile(saved)
    words = np.zeros((1, 7), np.uint64)
    words[0, :2] = layout.REMOVE_ROW, 5000
    file.append(words)

    with pytest.raises(IntegrityError, match="means nothing"):
        BinaryIndex.load(saved)


def test_a_link_is_not_followed(saved: Path) -> None:
    """Nor is a folder opened."""
    (saved.parent / "link").symlink_to(saved)

    with pytest.raises(OSError, match="link"):
        BinaryIndex.load(saved.parent / "link")


def test_a_file_that_goes_away_is_told(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Its codes may have been removed for good: answers from memory would be wrong."""
    index = BinaryIndex.load(saved)
    saved.unlink()

    with pytest.raises(IntegrityError, match="gone"):
        found(index, codes[:1])
