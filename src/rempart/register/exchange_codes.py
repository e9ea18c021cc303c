"""Which codes are taken from others: whole, of a type that is compared, and saying something about one picture."""

from __future__ import annotations

import re
from typing import Final

from rempart.model.exchange import CODE_BYTES, FaultReason, FeedEntry, FeedState, Label, Opinion, digest_of

#: PDQ's README (facebook/ThreatExchange): codes of quality 49 and less are discarded, flat pictures all have the same.
QUALITY_MIN: Final = 50
QUALITY_MAX: Final = 100
#: A PDQ bit says whether a coefficient is above the median of all 256: of 477 pictures of quality 50 and more on our
#: machines (21 November 2026) each code had 128 ones exactly. 64 away from that no picture made it.
ONES_MIN: Final = 64
ONES_MAX: Final = 192

_HEX: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_ENDED: Final = {FeedState.CONTESTED: Label.CONTESTED, FeedState.WITHDRAWN: Label.WITHDRAWN}


def parse_hex(text: object) -> bytes | None:
    """Read a code, or a digest, of 64 hexadecimal digits; None if it is none."""
    return bytes.fromhex(text) if isinstance(text, str) and _HEX.fullmatch(text) else None


def weakness_of(bits: bytes, quality: int | None) -> FaultReason | None:
    """Tell why a code would match pictures that have nothing to do with it; None if it is a good one."""
    if quality is not None and quality < QUALITY_MIN:
        return FaultReason.LOW_QUALITY
    ones = int.from_bytes(bits).bit_count()
    return None if ONES_MIN <= ones <= ONES_MAX else FaultReason.NEAR_CONSTANT


def make_entry(
    code: object,
    *,
    quality: int | None = None,
    state: FeedState = FeedState.ACTIVE,
    label: Label = Label.SELF_DECLARED,
    opinions: tuple[Opinion, ...] = (),
) -> FeedEntry | FaultReason:
    """Make an entry of a code in hexadecimal, or say why it is none.

    A weak code is refused where it would be matched; it may always be removed.
    """
    bits = parse_hex(code)
    if bits is None or len(bits) != CODE_BYTES:
        return FaultReason.NOT_A_CODE
    if quality is not None and not 0 <= quality <= QUALITY_MAX:
        return FaultReason.NOT_AN_ENTRY
    state = state_for(state, label)
    if state is FeedState.ACTIVE and (weakness := weakness_of(bits, quality)):
        return weakness
    label = _ENDED.get(state, label)
    return FeedEntry(digest=digest_of(bits), bits=bits, quality=quality, state=state, label=label, opinions=opinions)


def make_removal(digest: object, *, state: FeedState, label: Label) -> FeedEntry | FaultReason:
    """Make the removal of a code that is named by its digest only, or say why it is none."""
    named = parse_hex(digest)
    state = state_for(state, label)
    if named is None:
        return FaultReason.NOT_A_CODE
    if state not in {FeedState.CONTESTED, FeedState.WITHDRAWN, FeedState.DELETED}:
        return FaultReason.NOT_AN_ENTRY  # a digest cannot be matched
    return FeedEntry(digest=named, state=state, label=_ENDED.get(state, Label.WITHDRAWN))


def state_for(state: FeedState, label: Label) -> FeedState:
    """Return what holds where a line says two things: whatever asks for less matching."""
    if label is Label.WITHDRAWN and not state.removes:
        return FeedState.WITHDRAWN
    if label is Label.CONTESTED and state is FeedState.ACTIVE:
        return FeedState.CONTESTED
    return state
