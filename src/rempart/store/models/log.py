"""The transparency log: what is public of it, which nothing changes, and what opens an entry, which erasure removes."""

from __future__ import annotations

from django.db import models

from rempart.store.models.fields import sealed_field

_HASH_LENGTH = 32
#: Of a key of C2SP, and so of a log.
_NAME_LENGTH = 200
#: Of a signature line: a name, and 76 bytes in base64, with room for longer signatures.
_LINE_LENGTH = 8_192
#: Of a key as people pass it on: its name, its identifier, 33 bytes in base64.
_VKEY_LENGTH = 300


class LogNameRow(models.Model):
    """Under which name the log signs; the last one counts."""

    number = models.BigIntegerField(primary_key=True)
    origin = models.CharField(max_length=_NAME_LENGTH, unique=True)
    begun_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "log_name"


class LeafRow(models.Model):
    """One entry, as everybody may see it: a salted commitment. No instant: it would tell which item it is."""

    number = models.BigIntegerField(primary_key=True)
    commitment = models.BinaryField(max_length=_HASH_LENGTH)

    class Meta:
        """Name of the table."""

        db_table = "log_leaf"


class NodeRow(models.Model):
    """A node of the tree over a complete subtree, from level 1 on: those of level 0 follow from the leaves."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.IntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=_HASH_LENGTH)

    class Meta:
        """Name of the table."""

        db_table = "log_node"


class LogEntryRow(models.Model):
    """What opens an entry: sealed, and found, under the key of what it is about alone."""

    number = models.BigIntegerField(primary_key=True)
    # Digests under that key: once it is destroyed, nobody can tell what this row was about, in a backup either.
    event_digest = models.BinaryField(max_length=_HASH_LENGTH, unique=True)
    owner_digest = models.BinaryField(max_length=_HASH_LENGTH, db_index=True)
    entry_sealed = sealed_field()

    class Meta:
        """Name of the table."""

        db_table = "log_entry"


class CheckpointRow(models.Model):
    """A state that is signed, or about to be: written before, so that no other of its size ever is."""

    pk = models.CompositePrimaryKey("origin", "size")
    origin = models.CharField(max_length=_NAME_LENGTH)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=_HASH_LENGTH)
    at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "log_checkpoint"


class CosignatureRow(models.Model):
    """What a witness signed of a state."""

    pk = models.CompositePrimaryKey("origin", "size", "witness")
    origin = models.CharField(max_length=_NAME_LENGTH)
    size = models.BigIntegerField()
    witness = models.CharField(max_length=_NAME_LENGTH)
    vkey = models.CharField(max_length=_VKEY_LENGTH)
    line = models.CharField(max_length=_LINE_LENGTH)
    at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "log_cosignature"


class AheadRow(models.Model):
    """That a witness saw more of the log than is here: it was restored from a backup, or its witness is wrong."""

    pk = models.CompositePrimaryKey("origin", "witness", "size")
    origin = models.CharField(max_length=_NAME_LENGTH)
    witness = models.CharField(max_length=_NAME_LENGTH)
    size = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "log_ahead"
