"""Try, before they are relied on, the relay that takes mails and the authorities that stamp the time."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping

from rempart import clock
from rempart.app.gating import make_gate
from rempart.app.outside_mail import make_mailer, make_timestamper
from rempart.config import Settings
from rempart.model.mail import Delivery, OutgoingMail
from rempart.model.timestamp import Imprint, ImprintAlgorithm, NotTimestamped, Timestamp
from rempart.net import AddressPolicy, Resolver

_SECRET_BYTES = 32
_TEXTS = {
    "fr": ("Rempart : essai", "Ce courriel est un essai du relais. Il ne demande aucune réponse.\n"),
    "en": ("Rempart: a trial", "This mail is a trial of the relay. It asks for no answer.\n"),
}


def try_mail(
    settings: Settings, to: str, *, environment: Mapping[str, str] | None = None, resolver: Resolver | None = None
) -> Delivery:
    """Send one mail that says that it is a trial, in the language of the reports.

    Raises:
        ConfigError: no relay is set, or one of its settings cannot be taken.
        KeyFileError: the relay's password cannot be read.
    """
    mailer = make_mailer(
        settings,
        os.environ if environment is None else environment,
        secret=secrets.token_bytes(_SECRET_BYTES),
        resolver=resolver,
    )
    language = settings.report.language
    subject, text = _TEXTS[language]
    mail = OutgoingMail(key=secrets.token_hex(), to=(to,), subject=subject, text=text, language=language)
    [delivery] = mailer.send(mail, clock.utc_now())
    return delivery


def try_timestamps(
    settings: Settings, *, resolver: Resolver | None = None, policy: AddressPolicy | None = None
) -> tuple[Timestamp | NotTimestamped, ...]:
    """Have every authority that is set stamp a random digest.

    Raises:
        ConfigError: none is set, or one is not an address.
    """
    digest = hashlib.sha256(secrets.token_bytes(_SECRET_BYTES)).digest()
    imprint = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=digest)
    return make_timestamper(settings, make_gate(settings), resolver=resolver, policy=policy).request_all(imprint)
