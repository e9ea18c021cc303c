"""What ``rempart bank`` prints: counts and line numbers, never a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from rempart.app.exchange import FeedImport
from rempart.app.exchange_checks import BankCheck, BankStats
from rempart.app.exchange_out import Exported, VerifiedFile
from rempart.cli.printing import put, put_json, safe, say
from rempart.errors import IntegrityError, MisuseError, UnavailableError
from rempart.model.exchange import Label, LineFault, PartnerCounts


class ImportCount:
    """Prints the lines that were left out, then what became of the others."""

    def __init__(self, *, as_json: bool) -> None:
        """Start."""
        self._as_json = as_json

    def show(self, fault: LineFault) -> None:
        """Print one line that was left out."""
        if self._as_json:
            put_json(fault_record(fault))
        else:
            say(f"left out: {fault.in_words()}")

    def end(self, work: FeedImport) -> int:
        """Print the counts and return the exit code."""
        taken: dict[str, int] = asdict(work.taken)
        if self._as_json:
            put_json({"v": 1, "summary": {**taken, "left_out": work.faults, "sequence": work.sequence}})
        else:
            counts = ", ".join(f"{count} {name}" for name, count in taken.items() if count)
            put(f"{counts or 'nothing new'}; {work.faults} lines left out")
        if work.recipient is not None:
            say(safe(f"This partner calls you {work.recipient!r}: from now on its files must be made for that name."))
        if work.taken.refused:
            say(f"{work.taken.refused} codes were not taken again: this partner had removed them for good.")
        if work.staying:
            say(f"{work.staying} codes of this partner are not in the file and stay listed: it is {work.why_not}.")
            say("To end them, import a newer signed list (--key), or one of our JSON lines that removes them.")
        if work.waits_for:
            say(f"Not finished: {work.waits_for}. What was removed is no longer compared. Finish with: rempart job run")
            return UnavailableError.exit_code
        return MisuseError.exit_code if work.malformed else 0


def fault_record(fault: LineFault) -> dict[str, object]:
    """Return the record of one line that was left out."""
    return {"v": 1, "line": fault.line, "record": fault.record, "reason": str(fault.reason)}


def print_export(done: Exported, *, as_json: bool) -> None:
    """Print what was written."""
    labels = _words(done.labels)
    if as_json:
        where = {"file": str(done.path), "signature": str(done.signature) if done.signature else None}
        kept_back = {"sealed": done.sealed, "too_plain": done.weak}
        put_json({"v": 1, **where, "sequence": done.sequence, "labels": labels, **kept_back, "key": done.public_key})
        return
    put(safe(f"{done.path}  number {done.sequence}"))
    put(", ".join(f"{count} {label}" for label, count in labels.items()) or "no code")
    if done.signature:
        put(safe(f"signature  {done.signature}: send both"))
    if done.sealed:
        say(f"{done.sealed} kept back until another person accepts their ground: rempart ground accept ASSET --by NAME")
    if done.weak:
        say(f"{done.weak} kept back: too plain, they would match any plain picture")
    say(f"The partner verifies it with this key, which you tell by another way: {done.public_key}")


def print_verified(found: VerifiedFile, *, as_json: bool) -> int:
    """Print what a file says that is whole, and return the exit code."""
    statement = found.statement
    if as_json:
        for fault in found.faults:
            put_json(fault_record(fault))
        about = {name: getattr(statement, name) for name in ("recipient", "sequence", "format")}
        put_json({"v": 1, "verified": True, **about, "entries": found.entries, "left_out": found.fault_count})
    else:
        for fault in found.faults:
            say(f"cannot be read: {fault.in_words()}")
        put(safe(f"whole and signed: number {statement.sequence} for {statement.recipient}, {found.entries} lines"))
    return MisuseError.exit_code if found.fault_count else 0


def print_check(check: BankCheck, *, as_json: bool) -> int:
    """Print whether the codes kept here are whole, and return the exit code."""
    weak = {str(reason): count for reason, count in sorted(check.weak.items())}
    if as_json:
        counts = {name: getattr(check, name) for name in ("own", "imported", "duplicates", "shared")}
        put_json({"v": 1, **counts, "weak": weak, "faults": list(check.faults)})
    else:
        put(f"own        {check.own}, of which {check.duplicates} codes are of several assets")
        put(f"imported   {check.imported}, of which {check.shared} are registered here too")
        for reason, count in weak.items():
            put(f"weak       {count} {reason}")
        for fault in check.faults:
            put(safe(f"damaged    {fault}"))
    return IntegrityError.exit_code if check.faults else 0


def print_stats(stats: BankStats, *, as_json: bool) -> None:
    """Print counts."""
    imported = stats.imported
    if as_json:
        ours = {"own": stats.own, "own_allowed": stats.own_allowed, "imported": imported.codes}
        judged = {name: getattr(stats, name) for name in ("compared", "may_act", "conflicting")}
        ended = {"suspended": imported.suspended, "contests_upheld": imported.contests}
        put_json({"v": 1, **ours, **judged, **ended, "key": stats.public_key or None})
        for name, counts in stats.partners:
            put_json({"v": 1, "partner": name, **_partner(counts)})
        return
    put(f"own        {stats.own}, of which {stats.own_allowed} may be given to partners")
    put(f"imported   {imported.codes}, of which {stats.compared} are compared, {imported.suspended} suspended")
    put(f"reviewed   {stats.may_act}, disputed by nobody; a hit of any other is shown, and nothing follows by itself")
    put(f"disputed   {stats.conflicting} that some confirm and others dispute")
    for name, counts in stats.partners:
        put(safe(f"partner    {name}: {_partner_words(counts)}"))
    put(f"key        {stats.public_key or 'none yet'}")


def _partner(counts: PartnerCounts) -> dict[str, object]:
    return {"listed": _words(counts.labels), "removed": counts.removed, "sent": _words(counts.sent)}


def _partner_words(counts: PartnerCounts) -> str:
    parts = [f"lists {count} {label}" for label, count in _words(counts.labels).items()]
    parts += [f"removed {counts.removed}"] if counts.removed else []
    parts += [f"was given {count} {label}" for label, count in _words(counts.sent).items()]
    return ", ".join(parts) or "nothing yet"


def _words(labels: Mapping[Label, int]) -> dict[str, int]:
    return {str(label): labels[label] for label in sorted(labels)}
