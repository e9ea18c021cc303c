"""Join what sends mails and what asks for time-stamps, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping

from rempart.app.outside import make_client, make_resolver
from rempart.config import Settings
from rempart.errors import ConfigError, FetchError, MailError
from rempart.keys import find_relay_password
from rempart.model.gate import MinorGate
from rempart.model.timestamp import TimestampAuthority
from rempart.net import AddressPolicy, Resolver, make_tls_context
from rempart.net.mail import Mailer
from rempart.net.mail_address import Mailbox, parse_mail_domain, parse_mailbox
from rempart.net.mail_message import Letterhead
from rempart.net.mail_route import Relay, RelaySecurity, parse_relay_host
from rempart.net.mail_session import MailLimits
from rempart.net.tsa import TimestampClient
from rempart.net.urls import parse_url

#: Bytes of the secret that hides the keys of mails.
_SECRET_BYTES_LEAST = 16


def make_mailer(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    secret: bytes,
    resolver: Resolver | None = None,
    limits: MailLimits | None = None,
) -> Mailer:
    """Make what sends mails.

    Args:
        settings: The relay, and who the mails are from.
        environment: The process's variables: where systemd keeps the relay's password.
        secret: Hides the keys of mails in their Message-IDs; the same one gives a retry the same Message-ID.
        resolver: Instead of the settings' name servers.
        limits: How long one mail may take, if not ten minutes.

    Raises:
        ConfigError: no relay is set, or one of its settings cannot be taken.
    """
    mail = settings.mail
    if not mail.host or not mail.from_address:
        message = "no mail is sent: mail.host and mail.from_address are not both set"
        raise ConfigError(message, advice="Set the relay of your organisation, and the address that mails are from.")
    if len(secret) < _SECRET_BYTES_LEAST:
        message = f"a secret of {len(secret)} bytes hides nothing"
        raise ValueError(message)
    sender = _parse_sender(mail.from_address)
    domain = _parse_domain(mail.domain) if mail.domain else sender.domain
    relay = Relay(
        host=parse_relay_host(mail.host),
        port=mail.port,
        security=RelaySecurity(mail.security),
        user=mail.user,
        domain=domain,
    )
    return Mailer(
        relay,
        Letterhead(sender=sender, domain=domain, secret=secret),
        resolver or make_resolver(settings),
        make_tls_context(settings.net.authorities_file),
        password=find_relay_password(environment, mail.password_file) if mail.user else None,
        limits=limits,
        bytes_most=mail.max_bytes,
    )


def make_timestamper(
    settings: Settings, gate: MinorGate, *, resolver: Resolver | None = None, policy: AddressPolicy | None = None
) -> TimestampClient:
    """Make what asks the authorities that the settings name.

    Args:
        settings: The authorities, and how the outside is asked.
        gate: Judges their addresses.
        resolver: Instead of the settings' name servers.
        policy: Instead of "public addresses, ports 80 and 443".

    Raises:
        ConfigError: none is set, or one is not an address.
    """
    if not settings.timestamps.authorities:
        message = "nothing is time-stamped: timestamps.authorities is not set"
        raise ConfigError(message, advice="Name two authorities (RFC 3161) at least, of different organisations.")
    authorities = [TimestampAuthority(url=_parse_authority(url)) for url in settings.timestamps.authorities]
    return TimestampClient(make_client(settings, gate, resolver=resolver, policy=policy), gate, authorities)


def _parse_sender(text: str) -> Mailbox:
    try:
        return parse_mailbox(text)
    except MailError as error:
        message = f"mail.from_address cannot be {text!r}: {error.detail}"
        raise ConfigError(message, advice="Write one address, without a name: notices@example.org.") from error


def _parse_domain(text: str) -> str:
    try:
        return parse_mail_domain(text)
    except MailError as error:
        message = f"mail.domain cannot be {text!r}: {error.detail}"
        raise ConfigError(message, advice="Write a domain of your organisation: example.org.") from error


def _parse_authority(text: str) -> str:
    try:
        return str(parse_url(text))
    except FetchError as error:
        message = f"timestamps.authorities cannot hold {text!r}: {error.detail or error.reason}"
        raise ConfigError(message, advice="Write its whole address: http://tsa.example.org/.") from error
