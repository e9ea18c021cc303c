"""Every way in which a package is spoilt: one seed, one change."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import Final

from packages import item_id
from rempart.evidence.sums import SUMS
from spoilt import Files, Target


class Dice(random.Random):
    """Numbers from a seed; whose turn it is, so that every file comes round; other packages."""

    turn = 0
    others: tuple[Files, ...] = ()

    def one_of(self, files: Files) -> str:
        """Return the name of the file whose turn it is."""
        return list(files)[self.turn % len(files)]


def _spliced(files: Files, name: str, content: bytes) -> Files:
    return {**files, name: content}


def flip_bit(rng: Dice, files: Files) -> Files:
    """Flip one bit of a file; each file is as likely as any other."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    content = bytearray(files[name])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return _spliced(files, name, bytes(content))


def flip_proof(rng: Dice, files: Files) -> Files:
    """Flip one bit of a proof: what no sum covers."""
    proofs = {name: content for name, content in files.items() if name.startswith(("proofs/", SUMS))}
    return {**files, **flip_bit(rng, proofs)}


def truncate(rng: Dice, files: Files) -> Files:
    """Cut a file short."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    return _spliced(files, name, files[name][: rng.randrange(len(files[name]))])


def drop_line(rng: Dice, files: Files) -> Files:
    """Take a line out of a text."""
    name = rng.one_of(
        {name: content for name, content in files.items() if content.count(b"\n") and b"\0" not in content}
    )
    lines = files[name].splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return _spliced(files, name, b"".join(lines))


def reorder_lines(rng: Dice, files: Files) -> Files:
    """Put two lines of a text into each other's place."""
    name = rng.one_of({name: content for name, content in files.items() if content.count(b"\n") > 1})
    lines = files[name].splitlines(keepends=True)
    first, second = rng.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return _spliced(files, name, b"".join(lines))


def insert(rng: Dice, files: Files) -> Files:
    """Put bytes into a file, or after its end."""
    name = rng.one_of(files)
    at = rng.choice((len(files[name]), rng.randint(0, len(files[name]))))
    return _spliced(
        files, name, files[name][:at] + rng.choice((b"\n", b"\0", b" ", rng.randbytes(3))) + files[name][at:]
    )


def overwrite(rng: Dice, files: Files) -> Files:
    """Write over some bytes of a file."""
    name = rng.one_of({name: content for name, content in files.items() if content})
    content = bytearray(files[name])
    at, size = rng.randrange(len(content)), rng.randint(1, 40)
    content[at : at + size] = rng.randbytes(min(size, len(content) - at))
    return _spliced(files, name, bytes(content))


def swap(rng: Dice, files: Files) -> Files:
    """Give two files each other's content."""
    first, second = rng.sample(list(files), 2)
    return {**files, first: files[second], second: files[first]}


def copy_over(rng: Dice, files: Files) -> Files:
    """Give a file the content of another."""
    first, second = rng.sample(list(files), 2)
    return _spliced(files, first, files[second])


def delete(rng: Dice, files: Files) -> Files:
    """Take a file away."""
    gone = rng.one_of(files)
    return {name: content for name, content in files.items() if name != gone}


def delete_several(rng: Dice, files: Files) -> Files:
    """Take files away."""
    gone = rng.sample(list(files), rng.randint(2, 6))
    return {name: content for name, content in files.items() if name not in gone}


def delete_folder(rng: Dice, files: Files) -> Files:
    """Take a folder away, which may be a whole item."""
    folder = rng.choice(sorted({name[: at + 1] for name in files for at, sign in enumerate(name) if sign == "/"}))
    return {name: content for name, content in files.items() if not name.startswith(folder)}


def swap_folders(rng: Dice, files: Files) -> Files:
    """Give two folders each other's files: two packages of a dossier, or the halves of one."""
    folders = sorted({name[: at + 1] for name in files for at, sign in enumerate(name) if sign == "/"})
    first, second = rng.sample(folders, 2)
    if first.startswith(second) or second.startswith(first):
        return files
    other = {first: second, second: first}
    inside = {name: next((each for each in other if name.startswith(each)), "") for name in files}
    return {other.get(inside[name], "") + name.removeprefix(inside[name]): content for name, content in files.items()}


def add(rng: Dice, files: Files) -> Files:
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


def rename(rng: Dice, files: Files) -> Files:
    """Give a file another name."""
    changed = add(rng, files)
    [new] = set(changed) - set(files)
    old = rng.one_of(files)
    return {name: content for name, content in {**files, new: files[old]}.items() if name != old}


def replay(rng: Dice, files: Files) -> Files:
    """Put a proof of another package in the place of one, under its name or another."""
    other = rng.choice(rng.others)
    proof = rng.choice([name for name in other if name.startswith("proofs/")])
    place = rng.choice((proof, rng.choice([name for name in files if name.startswith("proofs/")])))
    return _spliced(files, place, other[proof])


def replay_all(rng: Dice, files: Files) -> Files:
    """Put several proofs of another package in the place of ours, its sums perhaps with them."""
    other = rng.choice(rng.others)
    proofs = [name for name in other if name.startswith(("proofs/", SUMS, "trust/"))]
    return {**files, **{name: other[name] for name in rng.sample(proofs, rng.randint(2, len(proofs)))}}


def duplicate_proof(rng: Dice, files: Files) -> Files:
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


Change = Callable[[Dice, Files], Files]
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
    rng.turn, rng.others = seed, target.others
    while True:
        found = CHANGES[change](rng, target.files)
        if found != target.files:
            return found
        rng.turn += 1


def changed_certificates(seed: int, files: Files) -> Files:
    """Return files of which one certificate is another one, or none: bytes of its DER were written over."""
    rng = Dice(f"certificates {seed}")
    name = rng.choice([name for name in files if name.endswith(".pem")])
    head, *rest = files[name].split(b"-----BEGIN CERTIFICATE-----")
    at = rng.randrange(len(rest))
    body, tail = rest[at].split(b"-----END")
    der = bytearray(base64.b64decode(body))
    for _ in range(rng.randint(1, 3)):
        der[rng.randrange(len(der))] = rng.choice((0, 0x80, 0xFF, rng.randrange(256)))
    rest[at] = b"\n" + base64.encodebytes(bytes(der)) + b"-----END" + tail
    return {**files, name: b"-----BEGIN CERTIFICATE-----".join([head, *rest])}


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
