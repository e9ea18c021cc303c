"""What a signed address says of its own end: such things are looked at first, since they will not wait."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from urllib.parse import parse_qsl

from rempart.collect.addresses import without
from rempart.collect.instants import from_epoch, parse_instant

#: Parameters that hold the instant itself, as seconds since 1970: CloudFront, Azure (a date), Bunny, Akamai, nginx's
#: secure_link, and what hosts of files write.
_INSTANTS: Final = frozenset("expires expiry exp e x-expires token_expires expire ttl_at oe se".split())
#: Parameters that only a signed address has.
_SIGNATURES: Final = frozenset(
    "signature x-amz-signature x-amz-expires x-amz-credential x-amz-date x-amz-algorithm x-amz-security-token "
    "x-amz-signedheaders awsaccesskeyid x-goog-signature x-goog-expires x-goog-date x-goog-credential "
    "x-goog-algorithm x-goog-signedheaders key-pair-id policy sig hmac md5 verify hdnts hdnea".split()
)
#: Of these, words that other parameters have too: alone they say nothing.
_WITH_AN_INSTANT: Final = frozenset({"md5", "verify", "policy", "sig", "hmac"})
_TEMPORARY: Final = _INSTANTS | _SIGNATURES
#: ``20261122T110700Z``, of the signatures of Amazon and Google.
_STAMP: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
#: Akamai's token: ``exp=1767225600~acl=…``.
_EXP: Final = re.compile(r"(?:^|~)exp=(\d{9,11})(?:~|$)")
#: The longest that Amazon's signatures last is 7 days; others say more, none a century.
_LASTS_MOST_S: Final = 100 * 365 * 86_400
_PARAMETERS_MOST: Final = 64


def end_of(url: str) -> tuple[bool, dt.datetime | None]:
    """Tell whether an address is temporary, and when it ends if it says so.

    A short parameter such as ``e`` or ``exp`` counts only if it holds an instant: a page's number is none.
    """
    query = url.partition("?")[2]
    if not query or not any(_may_be_temporary(piece.partition("=")[0]) for piece in query.split("&")):
        return False, None
    try:
        given = {name.lower(): value for name, value in parse_qsl(query, max_num_fields=_PARAMETERS_MOST)}
    except ValueError:  # too many
        return False, None
    ends = [end for name in _INSTANTS & given.keys() if (end := _instant(given[name], hexadecimal=name == "oe"))]
    tokens = [found[1] for token in ("hdnts", "hdnea") if (found := _EXP.search(given.get(token, "")))]
    ends += [end for digits in tokens if (end := from_epoch(digits))]
    if (lasting := _lasting(given)) is not None:
        ends.append(lasting)
    return bool(ends) or bool((_SIGNATURES & given.keys()) - _WITH_AN_INSTANT), min(ends, default=None)


def _may_be_temporary(name: str) -> bool:
    """Tell a parameter worth a closer look: of a known name, or of one that is written in another way."""
    return name.lower() in _TEMPORARY or "%" in name or "+" in name


def undated(url: str) -> str:
    """Return a canonical address without its signature: the same file signed anew has the same."""
    return without(url, _TEMPORARY) if end_of(url)[0] else url


def _instant(text: str, *, hexadecimal: bool = False) -> dt.datetime | None:
    """Read seconds since 1970, or a date of ISO 8601 (Azure)."""
    if hexadecimal:  # Meta's hosts write them so
        return from_epoch(str(int(text, 16))) if re.fullmatch(r"[0-9A-Fa-f]{8}", text) else None
    if re.fullmatch(r"\d{9,13}", text):
        return from_epoch(text)
    return parse_instant(text)


def _lasting(given: dict[str, str]) -> dt.datetime | None:
    """Read when it was signed and how long it lasts, of Amazon's and Google's signatures."""
    for maker in ("amz", "goog"):
        stamp = _STAMP.fullmatch(given.get(f"x-{maker}-date", ""))
        lasts = given.get(f"x-{maker}-expires", "")
        if stamp and re.fullmatch(r"\d{1,10}", lasts) and int(lasts) <= _LASTS_MOST_S:
            year, month, day, hour, minute, second = stamp.groups()
            signed = parse_instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
            return signed + dt.timedelta(seconds=int(lasts)) if signed else None
    return None
