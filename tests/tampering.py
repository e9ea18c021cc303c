"""Packages to be spoilt, and every way in which they are: one seed, one change."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from authorities import StampingAuthority
from packages import NOW, House, item_id
from rempart.evidence.building import add_proof
from rempart.evidence.dossier import build_dossier
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.sums import SUMS
from rempart.evidence.trusted_keys import Anchors
from rempart.evidence.verdicts import Verdict
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.net.timestamp_reading import TimestampQuery
from rempart.provenance import make_chain

Files = dict[str, bytes]
LONG_AGO: Final = NOW - dt.timedelta(days=8 * 365)


class MemoryFiles:
    """A package in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Keep it."""
        self._files = dict(sorted(files.items()))

    def files(self) -> Mapping[str, int]:
        """Return sizes by names."""
        return {name: len(content) for name, content in self._files.items()}

    def folders(self) -> frozenset[str]:
        """Return none."""
        return frozenset()

    def open(self, name: str) -> BinaryIO:
        """Return a reader."""
        return io.BytesIO(self._files[name])


def read_folder(folder: Path) -> Files:
    """Return a package's files."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a package's files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_out(verdict: Verdict) -> tuple[object, ...]:
    """Return what a package proved: contents, signer, times, place in the log; and what is to be known of it."""
    # Where the digest of the sums is the same, so are the files: ``verify`` compared each. Which of two time-stamps of
    # the same bytes is called 01 says nothing.
    packages = tuple(
        replace(each, times=tuple(sorted((replace(time, name="") for time in each.times), key=lambda one: one.serial)))
        for each in verdict.packages
    )
    return packages, verdict.erased, verdict.fingerprints, verdict.remarks


@dataclass(frozen=True, kw_only=True)
class Target:
    """A package that is spoilt."""

    files: Files
    """What it holds."""
    others: tuple[Files, ...]
    """Packages of which proofs are played again: of the same case, and of another association."""
    anchors: Anchors
    """What whoever verifies got by another way."""


def query_for(content: bytes) -> bytes:
    """Return what is asked of an authority."""
    imprint = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(content).digest())
    return TimestampQuery(imprint=imprint, nonce=99).to_der()


def stamped_twice(house: House, folder: Path, authority: StampingAuthority) -> None:
    """Add a second time-stamp, by an authority that openssl runs."""
    add_proof(folder, "02.tsr", authority.answer(query_for((folder / SUMS).read_bytes())))


def anchors_of(house: House, *roots: str, timestamps_least: int = 2) -> Anchors:
    """Return what an association publishes, and the roots of authorities."""
    return Anchors(
        ca_pems=(house.chain.anchor_pem(),),
        tsa_pems=(house.stamping.anchor_pem(), *roots),
        log_vkeys=(house.signer.vkey,),
        witness_vkeys=(house.witness.key.vkey,),
        timestamps_least=timestamps_least,
        witnesses_least=1,
    )


def spoilt_dossier(folder: Path) -> Target:
    """Return a dossier of three items, one erased, with two time-stamps of its own."""
    for each in ("tsa", "other"):
        (folder / each).mkdir()
    authority = StampingAuthority(folder / "tsa", is_rsa=True)
    root = (folder / "tsa" / "ca.pem").read_text()
    house = PairHouse(roots=(root,))
    draft = house.dossier_draft(folder)
    for item in draft.items:
        if item.folder:
            stamped_twice(house, item.folder, authority)
    made = build_dossier(folder, draft)
    house.prove(made)
    stamped_twice(house, made, authority)
    files = read_folder(made)
    others = (
        read_folder(folder / item_id(1)),
        read_folder(folder / item_id(3)),
        read_folder(House(seed=2).item(folder / "other")),
    )
    return Target(files=files, others=others, anchors=anchors_of(house, root))


def spoilt_item(folder: Path) -> Target:
    """Return an item of long ago that was renewed twice."""
    for each in ("sister", "other"):
        (folder / each).mkdir()
    house = House(at=LONG_AGO)
    package = house.item(folder, content=b"A message.\n")
    roots = []
    for years, seed in ((4, 5), (1, 6)):
        at = NOW - dt.timedelta(days=years * 365)
        stamping = make_chain(bytes([seed]) * 32, organisation="", made_at=at, profile=LOCAL)
        house.renew(package, at, stamping)
        roots.append(stamping.anchor_pem())
    prev = bytes(32)
    others = (read_folder(house.item(folder / "sister", 2, prev)), read_folder(House(seed=2).item(folder / "other")))
    return Target(files=read_folder(package), others=others, anchors=anchors_of(house, *roots, timestamps_least=1))


class PairHouse(House):
    """An association that asks two authorities."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        """Keep the other's root."""
        self._roots = roots
        super().__init__()

    def trust(self):  # noqa: ANN201 - as House's
        """Return whose keys."""
        own = super().trust()
        return replace(own, tsa_pems=(*own.tsa_pems, *self._roots))

    def draft(self, number: int = 1, prev: bytes = b"", content: bytes = b"A message.\n"):  # noqa: ANN201 - as House's
        """Return an item that asks both."""
        return replace(super().draft(number, prev, content), authorities=2)


# ---- changes: each takes a seeded source of numbers, and returns other files ----


class Dice(random.Random):
    """Numbers from a seed; and whose turn it is, so that every file comes round."""

    turn = 0

    def one_of(self, files: Files) -> str:
        """Return the name of the file whose turn it is."""
        return list(files)[self.turn % len(files)]


def _spliced(files: Files, name: str, content: bytes) -> Files:
    return {**files, name: content}


def flip_bit(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Flip one bit of a file; each file is as likely as any other."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    content = bytearray(files[name])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return _spliced(files, name, bytes(content))


def flip_proof(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Flip one bit of a proof: what no sum covers."""
    part = flip_bit(
        rng, {name: content for name, content in files.items() if name.startswith(("proofs/", SUMS))}, others
    )
    return {**files, **part}


def truncate(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Cut a file short."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    return _spliced(files, name, files[name][: rng.randrange(len(files[name]))])


def drop_line(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Take a line out of a text."""
    name = rng.one_of(
        {name: content for name, content in files.items() if content.count(b"\n") and b"\0" not in content}
    )
    lines = files[name].splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return _spliced(files, name, b"".join(lines))


def reorder_lines(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Put two lines of a text into each other's place."""
    name = rng.one_of({name: content for name, content in files.items() if content.count(b"\n") > 1})
    lines = files[name].splitlines(keepends=True)
    first, second = rng.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return _spliced(files, name, b"".join(lines))


def insert(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Put bytes into a file, or after its end."""
    name = rng.one_of(files)
    at = rng.choice((len(files[name]), rng.randint(0, len(files[name]))))
    return _spliced(
        files, name, files[name][:at] + rng.choice((b"\n", b"\0", b" ", rng.randbytes(3))) + files[name][at:]
    )


def overwrite(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Write over some bytes of a file."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    content = bytearray(files[name])
    at, size = rng.randrange(len(content)), rng.randint(1, 40)
    content[at : at + size] = rng.randbytes(min(size, len(content) - at))
    return _spliced(files, name, bytes(content))


def swap(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Give two files each other's content."""
    first, second = rng.sample(list(files), 2)
    return {**files, first: files[second], second: files[first]}


def copy_over(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Give a file the content of another."""
    first, second = rng.sample(list(files), 2)
    return _spliced(files, first, files[second])


def delete(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Take a file away."""
    gone = rng.one_of(files)
    return {name: content for name, content in files.items() if name != gone}


def delete_several(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Take files away."""
    gone = rng.sample(list(files), rng.randint(2, 6))
    return {name: content for name, content in files.items() if name not in gone}


def delete_folder(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Take a folder away, which may be a whole item."""
    folder = rng.choice(sorted({name[: at + 1] for name in files for at, sign in enumerate(name) if sign == "/"}))
    return {name: content for name, content in files.items() if not name.startswith(folder)}


def swap_folders(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Give two folders each other's files: two packages of a dossier, or the halves of one."""
    folders = sorted({name[: at + 1] for name in files for at, sign in enumerate(name) if sign == "/"})
    first, second = rng.sample(folders, 2)
    if first.startswith(second) or second.startswith(first):
        return files
    other = {first: second, second: first}
    inside = {name: next((each for each in other if name.startswith(each)), "") for name in files}
    return {other.get(inside[name], "") + name.removeprefix(inside[name]): content for name, content in files.items()}


def add(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Add a file, by a name that a package may have or one that it may not."""
    while True:
        name = rng.choice(_NEW_NAMES).replace("#", str(rng.randint(0, 9))).replace("@", rng.choice(_FOLDERS))
        if name not in files:
            return {**files, name: rng.choice((b"", rng.randbytes(20), files[rng.one_of(files)]))}


_FOLDERS = ("", "", f"items/{item_id(1)}/", f"items/{item_id(2)}/", f"items/{item_id(9)}/")
_NEW_NAMES = (
    *("@public/new#.txt", "@sealed/00#.bin.age", "@proofs/0#.tsr", "@proofs/renewal-0#.tsr", "@proofs/renewal-0#.txt"),
    *(
        "@proofs/renewal-0#-tsa.pem",
        "@trust/new#",
        "@extra#",
        ".hidden#",
        "@proofs/seal#.p7s",
        "README.TXT",
        "@Public/a#",
    ),
    *(f"tombstones/{item_id(1)}.json", f"tombstones/{item_id(9)}.p7s", "../out#", "@deep/er/file#", "@SHA256SUMS#"),
    *("@trust/witnesses.vkey", "@COMMITMENTS", "@public/../public/a#"),
)


def rename(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Give a file another name."""
    changed = add(rng, files, others)
    [new] = set(changed) - set(files)
    old = rng.one_of(files)
    return {name: content for name, content in {**files, new: files[old]}.items() if name != old}


def replay(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Put a proof of another package in the place of one, under its name or another."""
    other = rng.choice(others)
    proof = rng.choice([name for name in other if name.startswith("proofs/")])
    place = rng.choice((proof, rng.choice([name for name in files if name.startswith("proofs/")])))
    return _spliced(files, place, other[proof])


def replay_all(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Put several proofs of another package in the place of ours, its sums perhaps with them."""
    other = rng.choice(others)
    proofs = [name for name in other if name.startswith(("proofs/", SUMS, "trust/"))]
    return {**files, **{name: other[name] for name in rng.sample(proofs, rng.randint(2, len(proofs)))}}


def duplicate_proof(rng: Dice, files: Files, others: tuple[Files, ...]) -> Files:
    """Give a proof a second name."""
    proof = rng.choice([name for name in files if name.startswith("proofs/")])
    names = (
        "proofs/02.tsr",
        "proofs/03.tsr",
        "proofs/renewal-01.tsr",
        "proofs/renewal-03.tsr",
        "proofs/renewal-03.txt",
    )
    return _spliced(files, rng.choice([name for name in names if name not in files]), files[proof])


Change = Callable[[Dice, Files, tuple[Files, ...]], Files]
CHANGES: Final[dict[str, Change]] = {
    each.__name__: each
    for each in (
        *(flip_bit, flip_proof, truncate, drop_line, reorder_lines, insert, overwrite, swap, copy_over, delete),
        *(delete_several, delete_folder, swap_folders, add, rename, replay, replay_all, duplicate_proof),
    )
}


def changed(change: str, seed: int, target: Target) -> Files:
    """Return files that differ from the target's, by a change; the same for the same seed."""
    rng = Dice(f"{change} {seed}")
    rng.turn = seed
    while True:
        found = CHANGES[change](rng, target.files, target.others)
        if found != target.files:
            return found
        rng.turn += 1


# ---- changes of a zip's bytes ----


def changed_zip(seed: int, raw: bytes) -> tuple[str, bytes]:
    """Return how a zip's bytes were changed, and what came of it."""
    rng = Dice(f"zip {seed}")
    while True:
        how = rng.choice(list(ZIP_CHANGES))
        if (found := ZIP_CHANGES[how](rng, raw)) != raw:
            return how, found


def _zip_flip(rng: Dice, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _zip_head(rng: Dice, raw: bytes) -> bytes:
    heads = [at for at in range(len(raw) - 4) if raw[at : at + 2] == b"PK"]
    at = rng.choice(heads) + rng.randrange(46)
    return raw[:at] + rng.randbytes(1) + raw[at + 1 :]


def _zip_cut(rng: Dice, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw))]


def _zip_insert(rng: Dice, raw: bytes) -> bytes:
    at = rng.choice((0, len(raw), rng.randrange(len(raw))))
    return raw[:at] + rng.randbytes(rng.randint(1, 50)) + raw[at:]


def _zip_remove(rng: Dice, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + rng.randint(1, 500) :]


def _zip_swap(rng: Dice, raw: bytes) -> bytes:
    first, second, third = sorted(rng.sample(range(len(raw) + 1), 3))
    return raw[:first] + raw[second:third] + raw[first:second] + raw[third:]


ZIP_CHANGES: Final[dict[str, Callable[[Dice, bytes], bytes]]] = {
    "flip": _zip_flip,
    "head": _zip_head,
    "cut": _zip_cut,
    "insert": _zip_insert,
    "remove": _zip_remove,
    "swap": _zip_swap,
}
