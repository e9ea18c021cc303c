"""The workspace's row, its users, its owners and their rights."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError as NotUniqueError

from rempart.errors import IntegrityError, MisuseError, NotFoundError, WorkspaceError
from rempart.model.asset import Depicts, Ground, GroundKind, Owner, Right, User, UserRole
from rempart.model.ids import GroundId, IdKind, OwnerId, UserId, is_id, new_id
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import GroundRow, OwnerRow, WorkspaceRow
from rempart.store.models import User as UserRow
from rempart.store.sealing import context_of, seal_text, unseal_text

_KEY_CHECK = b"rempart workspace"


class WorkspaceRepository:
    """The one row that says whose database this is."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def found(self, workspace: str, *, is_shared: bool, now: dt.datetime) -> None:
        """Write the row of a new workspace.

        Raises:
            WorkspaceError: the database already belongs to one.
        """
        with self._database.transaction():
            if WorkspaceRow.objects.exists():
                message = f"the database {self._database.location.in_words()} already belongs to a workspace"
                raise WorkspaceError(message, advice="One workspace has one database: name another one.")
            check = self._sealer.seal(_KEY_CHECK, context=context_of(WorkspaceRow, "key_check", workspace))
            WorkspaceRow.objects.create(id=workspace, created_at=now, is_shared=is_shared, key_check=check)

    def require(self, workspace: str) -> bool:
        """Make sure that the database is this workspace's, and return whether it is shared.

        Raises:
            WorkspaceError: it is another's, or its keys are.
        """
        with self._database.reading():
            row = WorkspaceRow.objects.first()
        if row is None or row.id != workspace:
            message = f"the database {self._database.location.in_words()} belongs to another workspace"
            raise WorkspaceError(
                message, advice="Check database.url and workspace.folder: rempart config show --origin"
            )
        try:
            self._sealer.unseal(bytes(row.key_check), context=context_of(WorkspaceRow, "key_check", row.id))
        except IntegrityError as error:
            message = "the keys of this workspace do not open its database"
            advice = "Put back the keys that belong to it, or recover them with the printed sheet: rempart restore"
            raise WorkspaceError(message, advice=advice) from error
        return row.is_shared

    def share(self) -> None:
        """Note that more than one person works here now: there is no way back."""
        with self._database.transaction():
            WorkspaceRow.objects.update(is_shared=True)


class UserRepository:
    """Who works here."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def find(self, name: str) -> User | None:
        """Return the user of this name, or None."""
        with self._database.reading():
            row = UserRow.objects.filter(name_index__in=self._sealer.indexes(name)).first()
        return self._user(row) if row else None

    def add(self, name: str, role: UserRole, now: dt.datetime) -> User:
        """Add a user, or return the one who has this name."""
        if known := self.find(name):
            return known
        user = UserId(new_id(IdKind.USER))
        try:
            with self._database.transaction():
                row = UserRow.objects.create(
                    id=user,
                    name_sealed=seal_text(self._sealer, name, UserRow, "name_sealed", user),
                    name_index=self._sealer.index(name),
                    role=role,
                    password="!",  # noqa: S106 - Django's mark of an account that no password opens
                    created_at=now,
                )
        except NotUniqueError:
            if known := self.find(name):  # another process added her just now
                return known
            raise
        return self._user(row)

    def all(self) -> list[User]:
        """Return every user, the oldest first."""
        with self._database.reading():
            return [self._user(row) for row in UserRow.objects.order_by("created_at")]

    def names(self) -> dict[UserId, str]:
        """Return every user's name."""
        return {user.id: user.name for user in self.all()}

    def _user(self, row: UserRow) -> User:
        name = unseal_text(self._sealer, row.name_sealed, UserRow, "name_sealed", row.id)
        return User(id=UserId(row.id), name=name, role=UserRole(row.role))


class OwnerRepository:
    """Whose pictures are protected, and by which right."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, name: str, *, contact: str, right: Right, by: UserId, now: dt.datetime) -> Owner:
        """Add an owner with the right that she states.

        Raises:
            MisuseError: there is one of this name.
        """
        owner = OwnerId(new_id(IdKind.OWNER))
        with self._database.reading():
            if OwnerRow.objects.filter(name_index__in=self._sealer.indexes(name)).exists():
                raise _owner_exists(name)
        try:
            with self._database.transaction():
                ground = write_ground(right, by, now)
                row = OwnerRow.objects.create(
                    id=owner,
                    name_sealed=seal_text(self._sealer, name, OwnerRow, "name_sealed", owner),
                    name_index=self._sealer.index(name),
                    contact_sealed=seal_text(self._sealer, contact, OwnerRow, "contact_sealed", owner)
                    if contact
                    else None,
                    ground=ground,
                    registered_by_id=by,
                    registered_at=now,
                )
        except NotUniqueError as error:
            raise _owner_exists(name) from error
        return self._owner(row)

    def get(self, name: str) -> Owner:
        """Return the owner of this name or identifier.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading():
            rows = OwnerRow.objects.select_related("ground")
            if is_id(name, IdKind.OWNER):
                row = rows.filter(id=name).first()
            else:
                row = rows.filter(name_index__in=self._sealer.indexes(name)).first()
        if row is None:
            message = f"there is no owner named {name!r}"
            raise NotFoundError(message, advice="List them with: rempart owner list. Add one with: rempart owner add")
        return self._owner(row)

    def all(self) -> list[Owner]:
        """Return every owner, the oldest first."""
        with self._database.reading():
            return [self._owner(row) for row in OwnerRow.objects.select_related("ground").order_by("registered_at")]

    def forget(self, owner: OwnerId) -> None:
        """Put an owner's identifier where her name was, and nothing where her contact was."""
        with self._database.transaction():
            OwnerRow.objects.filter(id=owner).update(
                name_sealed=seal_text(self._sealer, owner, OwnerRow, "name_sealed", owner),
                name_index=self._sealer.index(owner),
                contact_sealed=None,
            )

    def accept_ground(self, owner: OwnerId, by: UserId, now: dt.datetime) -> None:
        """Note that somebody checked the right that an owner stated once."""
        with self._database.transaction():
            GroundRow.objects.filter(id__in=OwnerRow.objects.filter(id=owner).values("ground_id")).update(
                accepted_by_id=by, accepted_at=now
            )

    def state_right(self, right: Right, by: UserId, now: dt.datetime) -> Ground:
        """Write a right that holds for some assets only."""
        with self._database.transaction():
            return ground_of(write_ground(right, by, now))

    def _owner(self, row: OwnerRow) -> Owner:
        return Owner(
            id=OwnerId(row.id),
            name=unseal_text(self._sealer, row.name_sealed, OwnerRow, "name_sealed", row.id),
            contact=unseal_text(self._sealer, row.contact_sealed, OwnerRow, "contact_sealed", row.id),
            ground=ground_of(row.ground),
            registered_by=UserId(row.registered_by_id),
            registered_at=row.registered_at,
        )


def _owner_exists(name: str) -> MisuseError:
    message = f"there is an owner named {name!r} already"
    return MisuseError(message, advice="Choose another name, or use that one: rempart owner list")


def write_ground(right: Right, by: UserId, now: dt.datetime) -> GroundRow:
    """Add the row of a right."""
    return GroundRow.objects.create(
        id=new_id(IdKind.GROUND),
        depicts=right.depicts or "",
        kind=right.ground or "",
        adults_when_taken=right.adults_when_taken,
        stated_by_id=by,
        stated_at=now,
    )


def ground_of(row: GroundRow) -> Ground:
    """Turn a row into a value."""
    return Ground(
        id=GroundId(row.id),
        right=Right(
            depicts=Depicts(row.depicts) if row.depicts else None,
            ground=GroundKind(row.kind) if row.kind else None,
            adults_when_taken=row.adults_when_taken,
        ),
        stated_by=UserId(row.stated_by_id),
        stated_at=row.stated_at,
        accepted_by=UserId(row.accepted_by_id) if row.accepted_by_id else None,
    )
