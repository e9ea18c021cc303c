r"""Texts signed by one or more keys: C2SP signed-note (https://c2sp.org/signed-note), Ed25519.

>>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
>>> signer = NoteSigner("association.example/log", Ed25519PrivateKey.generate())
>>> raw = render_note("a text\n", [signer.sign("a text\n")])
>>> open_note(raw, [parse_vkey(signer.vkey)]).text
'a text\n'
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rempart.errors import IntegrityError, MisuseError

#: C2SP: at least 16 signatures, post-quantum ones of nearly 5 kB among them, must be accepted.
SIGNATURES_MAX: Final = 64
NOTE_BYTES_MAX: Final = 256 * 1024
#: The longest name of a key, in letters.
KEY_NAME_LENGTH: Final = 200
KEY_ID_BYTES: Final = 4

_PUBLIC_BYTES: Final = 32
_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_LINE: Final = re.compile(r"\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
# ASCII's control characters but the newline.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class SignatureKind(IntEnum):
    """What a key signs, as its identifier says (C2SP signed-note, Signature types)."""

    NOTE = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A key whose signatures are believed."""

    name: str
    """Whose it is, as in ``association.example/log``."""
    kind: SignatureKind
    """What it signs."""
    public: bytes
    """Ed25519, 32 bytes."""

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature names it, with its name."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """Return it as people pass it on."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature of a note, believed or not."""

    name: str
    """Whose, it says."""
    key_id: bytes
    """With which of her keys, four bytes."""
    signature: bytes = field(repr=False)
    """What it is, by that key's kind."""

    @property
    def line(self) -> str:
        """Return it as a line of a note, with its newline."""
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note that was read, and not verified."""

    text: str
    """What is signed, with its final newline."""
    signatures: tuple[NoteSignature, ...]
    """By whom, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """A note of which at least one believed key's signature holds, and none fails."""

    text: str
    """What is signed, with its final newline."""
    verified: tuple[tuple[VerifierKey, NoteSignature], ...]
    """The signatures that hold, with their keys, in their order."""
    ignored: tuple[NoteSignature, ...]
    """Those by keys that nobody named."""


class NoteSigner:
    """Signs notes."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        """Keep a key and its name.

        Raises:
            MisuseError: a key cannot have this name.
        """
        check_key_name(name)
        self._private = private
        public = private.public_key().public_bytes_raw()
        self.key = VerifierKey(name=name, kind=SignatureKind.NOTE, public=public)

    @property
    def vkey(self) -> str:
        """Return what others verify with."""
        return self.key.vkey

    def sign(self, text: str) -> NoteSignature:
        """Return the signature of a text that ends in a newline."""
        signature = self._private.sign(text.encode())
        return NoteSignature(name=self.key.name, key_id=self.key.key_id, signature=signature)

    def __repr__(self) -> str:
        """Show the public key."""
        return f"NoteSigner({self.vkey})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)


def check_key_name(name: str) -> None:
    """Refuse a name that no key can have: C2SP forbids spaces and the plus sign.

    Raises:
        MisuseError: it is one.
    """
    if not _is_key_name(name):
        message = (
            f"{name[:80]!r} cannot name a key: it is empty, too long, or has a space, a plus or a control character"
        )
        raise MisuseError(message, advice="Use something like association.example/log")


def parse_vkey(text: str) -> VerifierKey:
    """Read a key as people pass it on: ``name+id+base64``.

    Raises:
        MisuseError: it has another form, its identifier is not its own, or it is of a kind that is not known here.
    """
    found = _VKEY.fullmatch(text.strip("\n"))
    material = decode_base64(found[3]) if found else None
    if found is None or material is None or len(material) != 1 + _PUBLIC_BYTES or not _is_key_name(found[1]):
        _refuse_key("it has the form name+8 hexadecimal digits+base64")
    if material[0] not in set(SignatureKind):
        _refuse_key(f"kind {material[0]} is not Ed25519's for notes (1) or cosignatures (4)")
    key = VerifierKey(name=found[1], kind=SignatureKind(material[0]), public=material[1:])
    if key.key_id.hex() != found[2]:
        _refuse_key("its identifier is another key's: part of it was changed")
    return key


def parse_vkeys(text: str) -> tuple[VerifierKey, ...]:
    """Read a file of keys, one a line; empty lines and those that begin with ``#`` are passed over.

    Raises:
        MisuseError: a line is none.
    """
    lines = (line.strip() for line in text.split("\n"))
    return tuple(parse_vkey(line) for line in lines if line and not line.startswith("#"))


def render_note(text: str, signatures: Iterable[NoteSignature]) -> bytes:
    """Return a signed note.

    Raises:
        ValueError: the text is none that can be signed, which is a mistake of ours.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        message = "a note ends in a newline and has no other control character"
        raise ValueError(message)
    return (text + "\n" + "".join(signature.line for signature in signatures)).encode()


def parse_note(raw: bytes) -> Note:
    """Read a note; nothing is verified.

    Raises:
        IntegrityError: it has another form.
    """
    if len(raw) > NOTE_BYTES_MAX:
        _refuse(f"it has {len(raw)} bytes, more than {NOTE_BYTES_MAX}")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    body, separator, tail = whole.rpartition("\n\n")
    if not separator or not body or not tail.endswith("\n") or _CONTROL.search(whole):
        _refuse("it is not a text, an empty line and signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        _refuse(f"it has {len(lines)} signatures, more than {SIGNATURES_MAX}")
    return Note(text=body + "\n", signatures=tuple(parse_signature_line(line) for line in lines))


def parse_signature_line(line: str) -> NoteSignature:
    """Read one signature, without its newline.

    Raises:
        IntegrityError: it has another form.
    """
    found = _LINE.fullmatch(line)
    decoded = decode_base64(found[2]) if found else None
    if found is None or decoded is None or len(decoded) <= KEY_ID_BYTES or not _is_key_name(found[1]):
        _refuse("a line after its empty line is no signature")
    return NoteSignature(name=found[1], key_id=decoded[:KEY_ID_BYTES], signature=decoded[KEY_ID_BYTES:])


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Read a note and verify the signatures of the keys that are believed; those of others are passed over.

    Only keys of kind ``NOTE`` are looked for: what a cosignature covers is in :mod:`rempart.evidence.cosigning`.

    Raises:
        IntegrityError: it has another form, a believed key's signature fails, or none is there.
    """
    note = parse_note(raw)
    known = {(key.name, key.key_id): key for key in keys if key.kind is SignatureKind.NOTE}
    verified, ignored = [], []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            ignored.append(signature)
            continue
        verify_ed25519(key, signature.signature, note.text.encode())
        verified.append((key, signature))
    if not verified:
        message = f"the note is signed by {note.signatures[0].name} at best, which is none of the keys given"
        raise IntegrityError(message, advice="Compare the key with the one that its owner publishes.")
    return OpenedNote(text=note.text, verified=tuple(verified), ignored=tuple(ignored))


def verify_ed25519(key: VerifierKey, signature: bytes, message: bytes) -> None:
    """Make sure that a key made a signature (RFC 8032).

    Raises:
        IntegrityError: it did not.
    """
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        text = f"the signature is not by {key.name}, or what it covers was changed"
        raise IntegrityError(text, advice="Ask for the file again, and compare the key by another way.") from error


def decode_base64(text: str) -> bytes | None:
    """Return what a standard base64 text stands for; None if it is none, or one of several spellings of the same."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Bits after the last byte are covered by no signature: one spelling only, or a changed file would pass.
    return decoded if base64.b64encode(decoded).decode() == text else None


def _is_key_name(name: str) -> bool:
    """Tell whether C2SP allows a key this name: no Unicode space, no plus, nothing unprintable."""
    return 0 < len(name) <= KEY_NAME_LENGTH and name.isprintable() and not re.search(r"[\s+]", name)


def _refuse(why: str) -> NoReturn:
    message = f"this is not a signed note: {why}"
    raise IntegrityError(message, advice="Ask for the file again.")


def _refuse_key(why: str) -> NoReturn:
    message = f"this is not a key that verifies: {why}"
    raise MisuseError(message, advice="A log's own is printed by: rempart log show")
