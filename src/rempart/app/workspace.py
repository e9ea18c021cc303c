"""A workspace: one organisation, one database, its keys. Making it, opening it, and what a command finds in it.

Its folder (0700) holds ``workspace.json`` (0600: which database), ``rempart.db`` unless the database is elsewhere,
``keys/`` (0600, never in the database), ``vault/`` (originals, encrypted, for those who asked for it) and
``evidence/`` (packages, whose contents are encrypted).
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rempart import clock
from rempart.app.sealing import KeyringItemSealer, KeyringSealer
from rempart.app.unfinished import sweep_unfinished, unfinished_path
from rempart.app.watch_repositories import WatchRepositories
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, WorkspaceError
from rempart.keys import Keyring, RecoveryCode, find_passphrase
from rempart.model.asset import User, UserRole
from rempart.model.ids import IdKind, is_id, new_id
from rempart.model.names import is_name
from rempart.model.work import EventKind
from rempart.privacy import remember
from rempart.store import (
    AssetRepository,
    AuthorisationRepository,
    CaseRepository,
    ConsentRepository,
    CustodyRepository,
    Database,
    DatabaseLocation,
    DecoyRepository,
    EvidenceKeyRepository,
    EvidenceRepository,
    FindingRepository,
    FingerprintRepository,
    HostRepository,
    ImportedRepository,
    JobRepository,
    Journal,
    LogRepository,
    ManifestRepository,
    OutgoingRepository,
    OwnerRepository,
    PartnerRepository,
    RecipientRepository,
    TraceRepository,
    UserRepository,
    WorkspaceRepository,
    require_current,
    upgrade,
)
from rempart.whole_file import write_new

logger = logging.getLogger(__name__)

NOTE: Final = "workspace.json"
DATABASE_FILE: Final = "rempart.db"
KEYS_FOLDER: Final = "keys"
VAULT_FOLDER: Final = "vault"
EVIDENCE_FOLDER: Final = "evidence"
_NOTE_VERSION: Final = 1
_NOTE_LIMIT_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceNote:
    """What ``workspace.json`` says."""

    id: str
    """Which workspace."""
    database: str
    """Address without its password; empty is the file in the folder."""


class Workspace(WatchRepositories):
    """An open workspace and its repositories."""

    def __init__(
        self, folder: Path, note: WorkspaceNote, database: Database, keyring: Keyring, settings: Settings
    ) -> None:
        """Join what was opened; the caller has checked that it fits."""
        sealer = KeyringSealer(keyring)
        super().__init__(note.id, database, keyring, settings.retention)
        self.folder = folder
        self.id = note.id
        self.database = database
        self.keyring = keyring
        self.sealer = sealer
        self.row = WorkspaceRepository(database, sealer)
        self.users = UserRepository(database, sealer)
        self.owners = OwnerRepository(database, sealer)
        self.assets = AssetRepository(database, sealer)
        self.bank = FingerprintRepository(database)
        self.partners = PartnerRepository(database, sealer)
        self.imported = ImportedRepository(database)
        self.outgoing = OutgoingRepository(database, sealer)
        self.consents = ConsentRepository(database)
        self.findings = FindingRepository(database, sealer)
        self.jobs = JobRepository(database)
        keep = settings.retention
        self.journal = Journal(database, access_days=keep.access_days, events_days=keep.events_days)
        self.hosts = HostRepository(database, sealer, keep=dt.timedelta(days=keep.scans_days))
        self.authorisations = AuthorisationRepository(database, sealer, keep=dt.timedelta(days=keep.events_days))
        self.recipients = RecipientRepository(database, sealer)
        self.decoys = DecoyRepository(database, sealer)
        self.traces = TraceRepository(database, sealer, keep=dt.timedelta(days=keep.events_days))
        self.manifests = ManifestRepository(database, keep=dt.timedelta(days=keep.events_days))
        self.log = LogRepository(database)
        item_sealer = KeyringItemSealer(keyring)
        self.cases = CaseRepository(database, item_sealer)
        self.evidence = EvidenceRepository(database, item_sealer)
        self.custody = CustodyRepository(database, item_sealer)
        self.evidence_keys = EvidenceKeyRepository(database, sealer)
        self._user_name = user_name(settings)
        self._me: User | None = None

    def __enter__(self) -> Self:
        """Return the workspace."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave its database."""
        self.database.close()

    @property
    def is_shared(self) -> bool:
        """Tell whether more than one person works here."""
        return self.row.require(self.id)

    @property
    def vault(self) -> Path:
        """Return the folder of encrypted originals."""
        return self.folder / VAULT_FOLDER

    @property
    def me(self) -> User:
        """Return who works, adding her if she is new here."""
        if self._me is None:
            self._me = self.users.find(self._user_name) or self.add_user(self._user_name, UserRole.REGISTRAR)
        return self._me

    def add_user(self, name: str, role: UserRole) -> User:
        """Add somebody who works here; a second person makes the workspace a shared one.

        Raises:
            MisuseError: the name is none.
        """
        name, now = checked_name(name), clock.utc_now()
        with self.database.transaction():
            user = self.users.add(name, role, now)
            self.journal.note(EventKind.USER_ADDED, user.id, actor=user.id, now=now, detail={"role": role})
            if len(self.users.names()) > 1 and not self.is_shared:
                self.row.share()
                self.journal.note(EventKind.WORKSPACE_SHARED, self.id, actor=user.id, now=now)
        return user


def checked_name(name: str) -> str:
    """Return a person's name without the spaces around it.

    Raises:
        MisuseError: it has no letters, is too long, cannot be shown on a line, or looks like an identifier.
    """
    if not is_name(name.strip()):
        message = f"{name[:60]!r} is no name"
        raise MisuseError(message, advice="A name has letters, at most 200 of them, and no control characters.")
    return name.strip()


def workspace_folder(settings: Settings, environment: Mapping[str, str] | None = None) -> Path:
    """Return where the workspace is, or will be."""
    if settings.workspace.folder is not None:
        return settings.workspace.folder
    variables = os.environ if environment is None else environment
    base = variables.get("XDG_DATA_HOME", "")
    data = Path(base) if base.startswith("/") else Path(variables.get("HOME", "/")) / ".local" / "share"
    return data / "rempart"


def make_workspace(
    settings: Settings, *, database_url: str = "", passphrase: str | None = None, is_shared: bool = True
) -> RecoveryCode:
    """Make a workspace: all of it, or nothing.

    1. Everything is made in a folder beside it that nobody else can enter.
    2. The database is made, or taken if it is empty.
    3. The folder gets its name.

    Args:
        settings: Where, and who.
        database_url: Address of a PostgreSQL database; empty makes a file in the folder.
        passphrase: Protects the keys; None leaves them to the permissions of their files.
        is_shared: Whether several people will work in it. If not, its one user sees all hits on pictures of herself.

    Returns:
        The recovery code, which is kept nowhere: print it.

    Raises:
        WorkspaceError: there is one already, or the database is another one's.
        MisuseError: the folder cannot be made.
    """
    folder = workspace_folder(settings)
    require_free(folder)
    now, url = clock.utc_now(), database_url or settings.database.url
    building, is_ours = unfinished_path(folder), False  # (1)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(folder)
        building.mkdir(mode=0o700)
        is_ours = True
        keyring, code = Keyring.create(building / KEYS_FOLDER, passphrase=passphrase, now=now)
        (building / VAULT_FOLDER).mkdir(mode=0o700)
        note = WorkspaceNote(id=new_id(IdKind.WORKSPACE), database=address_to_keep(database_url, url))
        write_note(building, note)
        _make_database(building, note, url, keyring, settings, is_shared=is_shared, now=now)  # (2)
        building.rename(folder)  # (3)
    except OSError as error:
        message = f"cannot make a workspace in {folder}: {error.strerror}"
        raise MisuseError(message, advice="Name a folder that you can write: --workspace FOLDER") from error
    finally:
        if is_ours and building.exists():
            shutil.rmtree(building)
    return code


def require_free(folder: Path) -> None:
    """Make sure that a workspace can be made in a folder.

    Raises:
        WorkspaceError: there is one.
        MisuseError: something else is there, or it cannot be looked at.
    """
    try:
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return
        if (folder / NOTE).exists():
            message = f"there is a workspace in {folder} already"
            raise WorkspaceError(message, advice="Use it, or name another folder: --workspace FOLDER")
    except OSError as error:
        message = f"cannot look into {folder}: {error.strerror}"
        raise MisuseError(message, advice="Name a folder that you can read and write: --workspace FOLDER") from error
    message = f"{folder} is not empty" if folder.is_dir() else f"{folder} is a file"
    raise MisuseError(message, advice="Name a folder that does not exist yet: --workspace FOLDER")


def _make_database(
    building: Path,
    note: WorkspaceNote,
    url: str,
    keyring: Keyring,
    settings: Settings,
    *,
    is_shared: bool,
    now: dt.datetime,
) -> None:
    location = _location(building, url)
    if location.vendor == "sqlite":
        os.close(os.open(location.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    database = Database(location, patience_s=settings.database.patience_s)
    upgrade(database)
    with Workspace(building, note, database, keyring, settings) as workspace, database.transaction():
        workspace.row.found(note.id, is_shared=is_shared, now=now)
        me = workspace.users.add(user_name(settings), UserRole.ADMIN, now)
        workspace.journal.note(EventKind.WORKSPACE_MADE, note.id, actor=me.id, now=now)
    database.close()


def open_workspace(
    settings: Settings, *, ask: Callable[[], str] | None = None, needs_current: bool = True
) -> Workspace:
    """Open the workspace of these settings.

    Args:
        settings: Where, and who.
        ask: Asks for the passphrase on a terminal; None if nobody is there.
        needs_current: False opens a database that still has to be upgraded.

    Raises:
        WorkspaceError: there is none, or its database is another's, older or newer.
        KeyFileError: the keys cannot be used.
        UnavailableError: the database does not answer.
    """
    folder = workspace_folder(settings)
    note = read_note(folder)
    keyring = open_keyring(settings, ask)
    location = _location(folder, settings.database.url or note.database)
    database = Database(location, patience_s=settings.database.patience_s)
    if needs_current:
        require_current(database)
    workspace = Workspace(folder, note, database, keyring, settings)
    if needs_current:
        workspace.row.require(note.id)
        # Whoever opens it is known from here on: a second person makes it shared before she sees anything.
        logger.debug("opened by %s", workspace.me.id)
    logger.debug("workspace %s opened on %s", note.id, location.vendor)
    return workspace


def open_keyring(settings: Settings, ask: Callable[[], str] | None = None) -> Keyring:
    """Open the keys alone.

    Raises:
        KeyFileError: they cannot be used.
    """
    passphrase = find_passphrase(os.environ, settings.keys.passphrase_file, ask)

    def ask_once() -> str:
        typed = passphrase()
        remember(typed)
        return typed

    return Keyring.open(workspace_folder(settings) / KEYS_FOLDER, passphrase=ask_once)


def user_name(settings: Settings) -> str:
    """Return who works: the setting, or this account's name.

    Raises:
        MisuseError: the account has no name.
    """
    try:
        return settings.workspace.user or getpass.getuser()
    except (KeyError, OSError) as error:
        message = "this account has no name"
        raise MisuseError(message, advice="Say who works: workspace.user (REMPART_WORKSPACE_USER).") from error


def read_note(folder: Path) -> WorkspaceNote:
    """Read what a workspace's folder says about itself.

    Raises:
        WorkspaceError: there is no workspace.
        IntegrityError: the note is damaged.
    """
    try:
        with (folder / NOTE).open("rb") as file:
            text = file.read(_NOTE_LIMIT_BYTES)
    except OSError as error:
        message = f"there is no workspace in {folder}: {error.strerror}"
        raise WorkspaceError(
            message, advice="Make one: rempart init. Or name its folder: rempart --workspace FOLDER …"
        ) from error
    try:
        note = json.loads(text)
        version, name, database = note["v"], str(note["id"]), str(note["database"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{folder / NOTE} is damaged"
        raise IntegrityError(message, advice="Restore the last backup: rempart restore") from error
    if version != _NOTE_VERSION or not is_id(name, IdKind.WORKSPACE):
        message = f"{folder / NOTE} is of version {version!r}, which this version of Rempart does not know"
        raise WorkspaceError(message, advice="Install the newer version.")
    return WorkspaceNote(id=name, database=database)


def write_note(folder: Path, note: WorkspaceNote) -> None:
    """Write what a workspace's folder says about itself."""
    text = json.dumps({"v": _NOTE_VERSION, "id": note.id, "database": note.database})
    write_new(folder / NOTE, f"{text}\n".encode())


def _location(folder: Path, url: str) -> DatabaseLocation:
    return DatabaseLocation.parse(url or str(folder / DATABASE_FILE))


def address_to_keep(given: str, used: str) -> str:
    """Return the address that the note keeps: none that holds a password.

    Raises:
        MisuseError: the address that was given on the command line holds one.
    """
    if used and DatabaseLocation.parse(used).password:
        if not given:
            return ""  # from the environment, where it stays
        message = "the database address holds a password"
        advice = (
            "Let libpq find it (~/.pgpass, or peer authentication), or give the whole address to each command in "
            "REMPART_DATABASE_URL."
        )
        raise MisuseError(message, advice=advice)
    return used
