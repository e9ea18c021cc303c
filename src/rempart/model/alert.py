"""That something matched, for somebody who is not there: a reference and a priority, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.ids import AlertId, SightingId


class AlertPriority(StrEnum):
    """How soon a person should look."""

    URGENT = "urgent"
    """An intimate picture, or a temporary link that ends within a day."""
    HIGH = "high"
    NORMAL = "normal"


class AlertDoor(StrEnum):
    """Where an alert goes."""

    LINES = "lines"
    """A file of JSON Lines."""
    MAIL = "mail"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """What became of an alert at one door."""

    TAKEN = "taken"
    """It was taken, by whoever answers for it from now on."""
    FAILED = "failed"
    """It was not, or nobody can tell: it is tried again, under the same reference."""
    REFUSED = "refused"
    """It was answered that no more are wanted there: this one is not tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDelivery:
    """What became of an alert at one door, once."""

    state: DeliveryState
    """Whether it is tried again."""
    why: str = ""
    """In words of ours; empty if it was taken."""
    wait_s: float = 0.0
    """How long whoever failed asked to be left in peace, from then; 0 if nothing was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert: all that leaves is in it."""

    id: AlertId
    """Random: the reference that leaves; who may log in finds the rest by it."""
    sighting: SightingId
    """About what; it does not leave."""
    priority: AlertPriority
    """How soon."""
    at: dt.datetime
    """When it was raised."""
