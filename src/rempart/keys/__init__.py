"""Secrets: workspace keys in private files, sealed fields, blind indexes, a key per item, rotation and recovery.

>>> import datetime as dt, pathlib, tempfile
>>> now = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
>>> with tempfile.TemporaryDirectory() as parent:
...     keyring, code = Keyring.create(pathlib.Path(parent) / "keys", passphrase=None, now=now)
...     sealed = keyring.seal(b"Ada", context="owner.name:own_ab12")
...     keyring.drill(code, now=now)  # before the sheet is put away
...     keyring.unseal(sealed, context="owner.name:own_ab12")
b'Ada'

A value sealed for one place opens nowhere else; what an item's box sealed is gone once the item's key is destroyed.
"""

from rempart.keys.age import (
    check_recipient,
    decrypt_stream,
    encrypt_stream,
    is_identity,
    new_identity,
    recipient_of,
)
from rempart.keys.backup_stream import decrypt_backup, encrypt_backup
from rempart.keys.box import Box
from rempart.keys.evidence import EvidenceSecrets
from rempart.keys.interface import KeyId, KeyringStatus, KeyState, Protection
from rempart.keys.keyring import Keyring
from rempart.keys.marking import MarkSecrets, OwnerSecrets
from rempart.keys.passphrase import CREDENTIAL, find_passphrase
from rempart.keys.recovery_code import RecoveryCode
from rempart.keys.relay_password import MAIL_CREDENTIAL, find_relay_password
from rempart.keys.search_key import BRAVE_CREDENTIAL, find_brave_key
from rempart.keys.sheet import SheetLanguage, render_recovery_sheet
from rempart.keys.signing import BlindDigest, SigningKey, parse_public_key, render_public_key, verify_signature
from rempart.keys.transparency import LogSecrets
from rempart.keys.webhook import WEBHOOK_CREDENTIAL, find_webhook_secrets
from rempart.keys.workspace_key import sealed_by

__all__ = [
    "BRAVE_CREDENTIAL",
    "CREDENTIAL",
    "MAIL_CREDENTIAL",
    "WEBHOOK_CREDENTIAL",
    "BlindDigest",
    "Box",
    "EvidenceSecrets",
    "KeyId",
    "KeyState",
    "Keyring",
    "KeyringStatus",
    "LogSecrets",
    "MarkSecrets",
    "OwnerSecrets",
    "Protection",
    "RecoveryCode",
    "SheetLanguage",
    "SigningKey",
    "check_recipient",
    "decrypt_backup",
    "decrypt_stream",
    "encrypt_backup",
    "encrypt_stream",
    "find_brave_key",
    "find_passphrase",
    "find_relay_password",
    "find_webhook_secrets",
    "is_identity",
    "new_identity",
    "parse_public_key",
    "recipient_of",
    "render_public_key",
    "render_recovery_sheet",
    "sealed_by",
    "verify_signature",
]
