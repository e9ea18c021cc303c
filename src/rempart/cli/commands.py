"""Every command of the program: where it is, and what it does in one line."""

from __future__ import annotations

from typing import Final

#: Command: its module and its one-line help. One line here and one file make a command.
COMMANDS: Final = {
    "scan": ("rempart.cli.scan", "Tell which files of a pile are copies of your pictures."),
    "init": ("rempart.cli.init", "Make a workspace: its database, its keys, its recovery sheet."),
    "owner": ("rempart.cli.owner", "Whose pictures are protected, and by which right."),
    "asset": ("rempart.cli.asset", "Register pictures, list them, contest them, withdraw them."),
    "recipient": ("rempart.cli.recipient", "Who is given copies of her own, and whether she was told."),
    "mark": ("rempart.cli.mark", "Make a copy of each picture for each recipient, that a leak can be traced to."),
    "footer": ("rempart.cli.footer", "Make a copy of each text for each recipient, with a line that says whose it is."),
    "trace": ("rempart.cli.trace", "Tell which copy a leak was made from, with a bound on error."),
    "decoy": ("rempart.cli.decoy", "Versions handed to one channel, which they name if they surface."),
    "sign": ("rempart.cli.sign", "Mark pictures as yours, and sign where they come from (C2PA)."),
    "own": ("rempart.cli.own", "Tell whether your own mark is in a picture, without its original."),
    "provenance": ("rempart.cli.provenance", "Where a picture comes from: its manifest, even if it was stripped."),
    "bank": ("rempart.cli.bank", "Codes exchanged with partners: import, export, verify, count."),
    "source": ("rempart.cli.source", "Places that are watched: who answers for each, why, until when."),
    "watch": ("rempart.cli.watch", "Visit the places that are watched, and keep nothing but what matches."),
    "sighting": ("rempart.cli.sighting", "What was seen in watched places and matches, as far as it may be shown."),
    "plan": ("rempart.cli.plan", "What is watched around a launch, more and more often as it comes."),
    "alert": ("rempart.cli.alert", "That something was found: what waits for a person, and who is told."),
    "case": ("rempart.cli.case", "Cases: for whom, and by what right, evidence is gathered."),
    "evidence": ("rempart.cli.evidence", "Evidence that a stranger can verify: add, open, export, erase."),
    "log": ("rempart.cli.log", "The log of evidence: sign it, prove an entry, have it cosigned."),
    "referral": ("rempart.cli.referral", "What may concern a minor: stopped, and handed over to a hotline."),
    "consent": ("rempart.cli.consent", "What people allowed; taking it back."),
    "ground": ("rempart.cli.ground", "Accept the right by which pictures were registered."),
    "user": ("rempart.cli.user", "Who works in this workspace."),
    "key": ("rempart.cli.key", "The keys: status, rotation, the recovery sheet."),
    "backup": ("rempart.cli.backup", "Write the whole workspace to one encrypted file."),
    "restore": ("rempart.cli.restore", "Make a workspace again from a backup and its recovery sheet."),
    "job": ("rempart.cli.job", "Work that is done by itself, and what a person must look at."),
    "privacy": ("rempart.cli.privacy", "The record of processing, what is past its end, who opened what."),
    "db": ("rempart.cli.db", "Upgrade the database, or check that it is whole."),
    "match": ("rempart.cli.match", "Explain, clue by clue, why two files match, or do not."),
    "net": ("rempart.cli.net", "The only door to the outside: what it may ask, what it asked."),
    "fingerprint": ("rempart.cli.fingerprint", "Print the fingerprints of pictures."),
    "config": ("rempart.cli.config", "Show the settings and where each value comes from."),
    "doctor": ("rempart.cli.doctor", "Say which protections this machine offers, and what is ready."),
}
