"""What leaves is a reference, a priority, when, and where to log in: in JSON, in French and in English."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from rempart.app.alert_texts import Language, alert_body, alert_link, alert_subject, alert_text
from rempart.errors import ConfigError
from rempart.model.alert import Alert, AlertPriority
from rempart.model.ids import AlertId, SightingId

REFERENCE = "alr_" + "5" * 32
AT = dt.datetime(2026, 11, 22, 6, 0, 30, 123_456, tzinfo=dt.UTC)
ALERT = Alert(id=AlertId(REFERENCE), sighting=SightingId("sgt_" + "7" * 32), priority=AlertPriority.URGENT, at=AT)
BASE = "https://console.example.org/alerts/"


def test_the_body_holds_five_fields_and_nothing_else() -> None:
    """The sighting it is about does not leave, and neither does a part of a second."""
    assert json.loads(alert_body(ALERT, BASE)) == {
        "v": 1,
        "alert": REFERENCE,
        "priority": "urgent",
        "raised_at": "2026-11-22T06:00:30+00:00",
        "link": f"{BASE}{REFERENCE}",
    }


def test_without_a_console_there_is_no_link() -> None:
    """Rather than one that leads nowhere."""
    assert set(json.loads(alert_body(ALERT, ""))) == {"v", "alert", "priority", "raised_at"}


def test_a_trial_says_that_it_is_one() -> None:
    """So that a program wakes nobody."""
    assert json.loads(alert_body(ALERT, "", is_trial=True))["trial"] is True


@pytest.mark.parametrize("base", ["https://console.example.org/alerts", BASE, "http://127.0.0.1:8000/alerts/"])
def test_the_reference_is_added_to_the_path(base: str) -> None:
    """With one slash between them."""
    assert alert_link(ALERT, base) == f"{base.rstrip('/')}/{REFERENCE}"


@pytest.mark.parametrize(
    "base", ["console.example.org", "javascript:x", "https://x.example/?id=", "https://x.example/#"]
)
def test_a_link_that_leads_nowhere_is_a_setting_to_correct(base: str) -> None:
    """Before anybody is told to follow it."""
    with pytest.raises(ConfigError, match=r"alerts\.link") as caught:
        alert_link(ALERT, base)

    assert caught.value.advice


@pytest.mark.parametrize(
    "language, subject, priority", [("fr", "Rempart : une alerte", "urgente"), ("en", "Rempart: an alert", "urgent")]
)
def test_a_mail_says_no_more_than_the_json(language: Language, subject: str, priority: str) -> None:
    """Its subject, which locked screens show, is the same for every alert."""
    text = alert_text([ALERT], BASE, language)

    assert alert_subject(language) == subject
    assert priority in text
    assert f"{BASE}{REFERENCE}" in text
    assert "2026-11-22 06:00" in text
    assert ALERT.sighting not in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_a_console_a_mail_names_the_command(language: Language) -> None:
    """On the machine of the workspace."""
    assert f"rempart alert show {REFERENCE}" in alert_text([ALERT], "", language)


@pytest.mark.parametrize("language, word", [("fr", "essai"), ("en", "trial")])
def test_a_mail_of_a_trial_says_so_twice(language: Language, word: str) -> None:
    """In its subject, and at its beginning."""
    assert word in alert_subject(language, is_trial=True)
    assert word in alert_text([ALERT], "", language, is_trial=True).splitlines()[0]
