"""What an alert says, in full: a reference, a priority, when, and where to log in. There is nothing else to say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Literal

from rempart.errors import ConfigError, FetchError
from rempart.model.alert import Alert, AlertPriority
from rempart.net.urls import parse_url

Language = Literal["fr", "en"]
VERSION: Final = 1

_SUBJECTS: Final = {"fr": "Rempart : une alerte", "en": "Rempart: an alert"}
_TRIAL_SUBJECTS: Final = {"fr": "Rempart : essai d’alerte", "en": "Rempart: a trial alert"}
_PRIORITIES: Final = {
    "fr": {
        AlertPriority.URGENT: "urgente : à regarder aujourd’hui",
        AlertPriority.HIGH: "haute : à regarder bientôt",
        AlertPriority.NORMAL: "normale",
    },
    "en": {
        AlertPriority.URGENT: "urgent: to be looked at today",
        AlertPriority.HIGH: "high: to be looked at soon",
        AlertPriority.NORMAL: "normal",
    },
}
_TEXTS: Final = {
    "fr": (
        "Quelque chose a été repéré. Ce courriel ne dit ni quoi, ni où, ni qui : il faut se connecter.\n"
        "\n"
        "{alerts}"
        "Ne répondez pas à ce courriel, et ne le transférez pas hors de l’équipe.\n"
    ),
    "en": (
        "Something was found. This mail says neither what, nor where, nor who: log in to see it.\n"
        "\n"
        "{alerts}"
        "Do not answer this mail, and do not forward it outside the team.\n"
    ),
}
_ALERTS: Final = {
    "fr": "Référence : {reference}\nPriorité : {priority}\nLevée le : {at} UTC\nÀ voir ici : {place}\n\n",
    "en": "Reference: {reference}\nPriority: {priority}\nRaised: {at} UTC\nSee it here: {place}\n\n",
}
_TRIALS: Final = {
    "fr": "Ceci est un essai : rien n’a été repéré.\n\n",
    "en": "This is a trial: nothing was found.\n\n",
}


def alert_body(alert: Alert, base: str, *, is_trial: bool = False) -> bytes:
    """Return the JSON that leaves: the same bytes for every attempt.

    Args:
        alert: Which.
        base: Where alerts are shown, ``alerts.link``; empty leaves the link out.
        is_trial: Say that it is one.

    Raises:
        ConfigError: the base is no address.
    """
    record: dict[str, object] = {
        "v": VERSION,
        "alert": alert.id,
        "priority": str(alert.priority),
        "raised_at": alert.at.isoformat(timespec="seconds"),
    }
    if base:
        record["link"] = alert_link(alert, base)
    if is_trial:
        record["trial"] = True
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def alert_link(alert: Alert, base: str) -> str:
    """Return where an alert is shown to whoever may log in.

    Raises:
        ConfigError: the base is no address.
    """
    advice = "Write the address under which alerts are shown, without a question mark: https://console.example/alerts/"
    if set(base) & set("?#"):
        message = f"alerts.link cannot be {base!r}: the reference is added to its path"
        raise ConfigError(message, advice=advice)
    try:
        return str(parse_url(f"{base.rstrip('/')}/{alert.id}"))
    except FetchError as error:
        message = f"alerts.link cannot be {base!r}: {error.detail or error.reason}"
        raise ConfigError(message, advice=advice) from error


def alert_subject(language: Language, *, is_trial: bool = False) -> str:
    """Return the subject of its mail: the same for every alert, because subjects are shown on locked screens."""
    return (_TRIAL_SUBJECTS if is_trial else _SUBJECTS)[language]


def alert_text(alerts: Sequence[Alert], base: str, language: Language, *, is_trial: bool = False) -> str:
    """Return the text of a mail about some alerts, in their order.

    Raises:
        ConfigError: the base is no address.
    """
    told = "".join(
        _ALERTS[language].format(
            reference=alert.id,
            priority=_PRIORITIES[language][alert.priority],
            at=f"{alert.at:%Y-%m-%d %H:%M}",
            place=alert_link(alert, base) if base else f"rempart alert show {alert.id}",
        )
        for alert in alerts
    )
    return (_TRIALS[language] if is_trial else "") + _TEXTS[language].format(alerts=told)
