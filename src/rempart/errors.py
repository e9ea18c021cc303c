"""Every exception that Rempart raises, with the exit code a door gives it.

The tree (a test keeps this drawing true)::

    RempartError
    ├── MisuseError
    │   └── NotFoundError
    ├── ConfigError
    │   ├── UnknownSettingError
    │   ├── SettingValueError
    │   ├── SandboxError
    │   ├── WorkspaceError
    │   └── KeyFileError
    ├── OutputError
    ├── UnavailableError
    │   ├── DatabaseAwayError
    │   └── LaterError
    ├── LeaseLostError
    ├── IntegrityError
    ├── RefusedError
    ├── MarkError
    ├── MediaError
    ├── ArchiveError
    ├── FetchError
    ├── EgressError
    ├── MailError
    └── TimestampError

A message is one plain sentence with the value that was wrong. ``diagnostics()`` adds what to do next, and is what a
door prints.
"""

from __future__ import annotations

from typing import ClassVar


class RempartError(Exception):
    """Any error that Rempart raises on purpose."""

    #: What the process returns when this error ends it (docs/reference/commands.md, Exit codes).
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep one plain sentence, and what to do about it.

        Args:
            message: What is wrong, with the value.
            advice: What to do next; empty when the message says it all.
        """
        super().__init__(message)
        self.advice = advice

    def diagnostics(self) -> str:
        """Return the message, then what to do next."""
        return f"{self}\n{self.advice}" if self.advice else str(self)


class MisuseError(RempartError):
    """A command was called in a way that cannot work: a missing file, nothing to compare."""

    exit_code = 2


class NotFoundError(MisuseError):
    """An identifier, or an owner's name, that this workspace does not hold."""


class ConfigError(RempartError):
    """The settings, or what the machine offers, do not allow Rempart to start."""

    exit_code = 3


class UnknownSettingError(ConfigError):
    """A settings file or a ``REMPART_`` variable names a setting that does not exist."""


class SettingValueError(ConfigError):
    """A setting has a value that it cannot take."""


class SandboxError(ConfigError):
    """The sandbox cannot be started, or lacks a protection that the settings require."""


class WorkspaceError(ConfigError):
    """There is no workspace, or its database is another workspace's, of another version, or not upgraded."""


class KeyFileError(ConfigError):
    """A key cannot be used: its file is missing, readable by others or damaged, or the passphrase is wrong."""


class OutputError(RempartError):
    """Something could not be written: a report, the results. The work itself was done."""

    exit_code = 4


class UnavailableError(RempartError):
    """Something that must answer does not: a database that is locked or down, a full disk. Nothing was lost."""

    exit_code = 4


class DatabaseAwayError(UnavailableError):
    """The database itself does not answer: what was begun is undone, and can be done again when it is back."""


class LaterError(UnavailableError):
    """What did not answer is left in peace for a while: a job that needs it is not tried again before."""

    def __init__(self, message: str, *, wait_s: float, advice: str = "") -> None:
        """Keep how long.

        Args:
            message: What does not answer.
            wait_s: How long it is left in peace, from now.
            advice: What to do next.
        """
        super().__init__(message, advice=advice)
        self.wait_s = wait_s


class LeaseLostError(RempartError):
    """Another worker has the job now: what this one did of it is rolled back."""

    exit_code = 4


class IntegrityError(RempartError):
    """What is stored is not what was written: a damaged database, a sealed value that does not open."""

    exit_code = 5


class RefusedError(RempartError):
    """A line that is never crossed was met (README, What it refuses). There is no override."""

    exit_code = 6


class MarkError(RempartError):
    """A picture cannot carry a mark, or a key, a code or a codebook is none: too small, flat, of the wrong kind."""

    exit_code = 2


class MediaError(RempartError):
    """A media item cannot be read; raised inside the sandbox only, where it becomes an ``Unreadable`` value."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the reason apart from its detail.

        Args:
            reason: A value of ``rempart.model.UnreadableReason``.
            detail: The figure that was wrong, in signs rather than words; never content.
        """
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class ArchiveError(RempartError):
    """An archive, or one member of it, cannot be read on; its reader turns it into an ``Unreadable`` value."""

    def __init__(self, reason: str, detail: str = "", *, of_member: bool = False) -> None:
        """Keep the reason apart from its detail.

        Args:
            reason: A value of ``rempart.model.UnreadableReason``.
            detail: The figure that was wrong, in signs rather than words; never content.
            of_member: True if the archive's next members can be read all the same.
        """
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail
        self.of_member = of_member


class FetchError(RempartError):
    """Something of the outside cannot be had; at the border of ``net`` it becomes a ``NotFetched`` value."""

    exit_code = 4

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the reason apart from its detail.

        Args:
            reason: A value of ``rempart.model.web.NotFetchedReason``.
            detail: The value that was wrong: a figure, a host, an address; never content.
        """
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class EgressError(RempartError):
    """An attempt that goes no further; raised inside the relay only, where it becomes an ``EgressDecision``."""

    exit_code = 4

    def __init__(self, verdict: str, detail: str = "", *, rule: str = "") -> None:
        """Keep what the decision will say.

        Args:
            verdict: A value of ``rempart.model.egress.EgressVerdict``.
            detail: The value that was wrong: a figure, a host, an address; never content.
            rule: The rule that refused it, where one did.
        """
        super().__init__(detail or verdict)
        self.verdict = verdict
        self.detail = detail
        self.rule = rule


class MailError(RempartError):
    """A mail cannot be written or handed over; at the border of ``net`` it becomes a ``Deferred`` or ``Rejected``."""

    exit_code = 4

    def __init__(self, reason: str, detail: str = "", *, code: int = 0) -> None:
        """Keep the reason apart from its detail.

        Args:
            reason: A value of ``rempart.model.mail.MailReason``.
            detail: The value that was wrong, or what the relay said.
            code: The relay's reply code; 0 if it gave none.
        """
        super().__init__(str(reason))
        self.reason = reason
        self.detail = detail
        self.code = code


class TimestampError(RempartError):
    """A reply is not the time-stamp that was asked for; at the border of ``net`` it becomes a ``NotTimestamped``."""

    exit_code = 4

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the reason apart from its detail.

        Args:
            reason: A value of ``rempart.model.timestamp.NotTimestampedReason``.
            detail: The value that was wrong, or what the authority said.
        """
        super().__init__(str(reason))
        self.reason = reason
        self.detail = detail
