"""The transparency log: its public part, which nothing changes, and what opens its entries."""

from django.db import migrations, models

from rempart.store.erasure import withhold_statistics
from rempart.store.never_changed import create_never_changed


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0008_manifests"),
    ]

    operations = [
        migrations.CreateModel(
            name="AheadRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "origin", "witness", "size", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("origin", models.CharField(max_length=200)),
                ("witness", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_ahead",
            },
        ),
        migrations.CreateModel(
            name="CheckpointRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "origin", "size", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("origin", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="CosignatureRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "origin", "size", "witness", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("origin", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("witness", models.CharField(max_length=200)),
                ("vkey", models.CharField(max_length=300)),
                ("line", models.CharField(max_length=8192)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_cosignature",
            },
        ),
        migrations.CreateModel(
            name="LeafRow",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("commitment", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "log_leaf",
            },
        ),
        migrations.CreateModel(
            name="LogEntryRow",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_digest", models.BinaryField(max_length=32, unique=True)),
                ("owner_digest", models.BinaryField(db_index=True, max_length=32)),
                ("entry_sealed", models.BinaryField()),
            ],
            options={
                "db_table": "log_entry",
            },
        ),
        migrations.CreateModel(
            name="LogNameRow",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("origin", models.CharField(max_length=200, unique=True)),
                ("begun_at", models.DateTimeField()),
            ],
            options={
                "db_table": "log_name",
            },
        ),
        migrations.CreateModel(
            name="NodeRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.IntegerField()),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "log_node",
            },
        ),
        migrations.RunPython(withhold_statistics),
        migrations.RunPython(create_never_changed),
    ]
