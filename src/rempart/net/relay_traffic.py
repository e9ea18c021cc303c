"""Count the bytes of one connection and of its job, and stop at the limit of the job."""

from __future__ import annotations

from rempart.net.relay_rules import RelayLimits


class JobTraffic:
    """What all connections of a job cost together."""

    def __init__(self, limits: RelayLimits) -> None:
        """Begin to count."""
        self.limits = limits
        self.bytes_total = 0

    @property
    def is_spent(self) -> bool:
        """Tell whether nothing is left."""
        return self.bytes_total >= self.limits.job_bytes


class Traffic:
    """What one connection costs."""

    def __init__(self, job: JobTraffic) -> None:
        """Begin to count for a job."""
        self._job = job
        self.limits = job.limits
        self.bytes_up = 0
        self.bytes_down = 0

    def count(self, size: int, *, is_down: bool) -> bool:
        """Count bytes that came; False if they are more than the job may have, and go no further."""
        self._job.bytes_total += size
        if self._job.bytes_total > self.limits.job_bytes:
            return False
        if is_down:
            self.bytes_down += size
        else:
            self.bytes_up += size
        return True
