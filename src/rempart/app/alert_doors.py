"""The doors by which an alert leaves: a file of lines, the mail relay, one webhook. Each says what became of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rempart.app.alert_file import append_line
from rempart.app.alert_texts import alert_body, alert_subject, alert_text
from rempart.app.gating import make_gate
from rempart.app.outside import make_client, make_limits, make_resolver
from rempart.app.outside_mail import make_mailer
from rempart.config import Settings
from rempart.errors import ConfigError, FetchError
from rempart.keys import find_webhook_secrets
from rempart.model.alert import Alert, AlertDelivery, AlertDoor, DeliveryState
from rempart.model.mail import OutgoingMail, Sent
from rempart.model.web import FetchMode, NotFetchedReason
from rempart.net import Resolver
from rempart.net.mail_session import MailLimits
from rempart.net.vouching import vouched_policy
from rempart.net.webhook import Webhook, parse_webhook_url

ValueT = TypeVar("ValueT", str, Path)
#: Less than a job's lease (:data:`rempart.store.line.LEASE`): no other worker mails it meanwhile.
_MAIL_LIMITS = MailLimits(command_s=20.0, piece_s=20.0, answer_s=40.0, total_s=45.0)
_TAKEN = AlertDelivery(state=DeliveryState.TAKEN)


class AlertDoors:
    """The doors that the settings open."""

    def __init__(
        self,
        settings: Settings,
        *,
        mail_secret: bytes,
        environment: Mapping[str, str] | None = None,
        resolver: Resolver | None = None,
        is_trial: bool = False,
    ) -> None:
        """Prepare; nothing is opened or asked yet.

        Args:
            settings: Where to.
            mail_secret: Hides references in Message-IDs; the same one gives a retry the same Message-ID.
            environment: The process's variables, where systemd keeps secrets; its own by default.
            resolver: Instead of the settings' name servers.
            is_trial: What is taken there says that it is a trial.
        """
        self._settings = settings
        self._mail_secret = mail_secret
        self._environment = os.environ if environment is None else environment
        self._resolver = resolver or make_resolver(settings)
        self._is_trial = is_trial

    def deliver(self, door: AlertDoor, alerts: Sequence[Alert]) -> AlertDelivery:
        """Take alerts to a door, once.

        Args:
            door: Which.
            alerts: One; by mail there may be several, the gravest first.

        Raises:
            ConfigError: a setting of this door cannot be taken, or is missing.
            KeyFileError: its secret cannot be read.
            OutputError: the file of lines cannot be written.
        """
        match door:
            case AlertDoor.LINES:
                [alert] = alerts
                return self._write(alert)
            case AlertDoor.MAIL:
                return self._mail(alerts)
            case AlertDoor.WEBHOOK:
                [alert] = alerts
                return self._post(alert)

    def _body(self, alert: Alert) -> bytes:
        return alert_body(alert, self._settings.alerts.link, is_trial=self._is_trial)

    def _write(self, alert: Alert) -> AlertDelivery:
        path = _set(self._settings.alerts.lines_file, "alerts.lines_file")
        append_line(path, self._body(alert))
        return _TAKEN

    def _mail(self, alerts: Sequence[Alert]) -> AlertDelivery:
        """Mail them; what the relay may have taken is mailed again, under the same Message-ID."""
        settings = self._settings
        to, language = _set(settings.alerts.mail_to, "alerts.mail_to"), settings.report.language
        mailer = make_mailer(
            settings, self._environment, secret=self._mail_secret, resolver=self._resolver, limits=_MAIL_LIMITS
        )
        references = hashlib.sha256("\0".join(sorted(alert.id for alert in alerts)).encode()).hexdigest()
        mail = OutgoingMail(
            key=f"alerts/{references}",
            to=(to,),
            subject=alert_subject(language, is_trial=self._is_trial),
            text=alert_text(alerts, settings.alerts.link, language, is_trial=self._is_trial),
            language=language,
        )
        [delivery] = mailer.send(mail, max(alert.at for alert in alerts))
        outcome = delivery.outcome
        if isinstance(outcome, Sent):
            return _TAKEN
        # NOTE: what the relay said may hold the address.
        return AlertDelivery(state=DeliveryState.FAILED, why=outcome.reason.in_words())

    def _post(self, alert: Alert) -> AlertDelivery:
        """Tell the webhook; the administrator vouches for the one host that she named, private or not."""
        settings = self._settings
        url = parse_webhook_url(_set(settings.alerts.webhook_url, "alerts.webhook_url"))
        gate = make_gate(settings)
        secrets = find_webhook_secrets(self._environment, settings.alerts.webhook_secret_file)
        limits = make_limits(settings, FetchMode.TEXT)
        try:
            policy = vouched_policy(url, self._resolver, limits.resolve_s)
        except FetchError as error:
            return AlertDelivery(state=DeliveryState.FAILED, why=NotFetchedReason(error.reason).in_words())
        with make_client(settings, gate, resolver=self._resolver, policy=policy) as client:
            return Webhook(client, gate, url, secrets, limits=limits).send(alert.id, self._body(alert))


def _set(value: ValueT | None, key: str) -> ValueT:
    """Return a setting without which a door is closed.

    Raises:
        ConfigError: it is not set, here: another process that found something has it.
    """
    if not value:
        message = f"an alert waits for {key}, which is not set here"
        raise ConfigError(message, advice=f"Set {key} for every process that sends alerts.")
    return value
