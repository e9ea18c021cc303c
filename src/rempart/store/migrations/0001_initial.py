"""People, rights, what is registered, jobs, events and the access trace."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.append_only import create_triggers


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("name_sealed", models.BinaryField()),
                ("name_index", models.BinaryField(max_length=32, unique=True)),
                ("role", models.CharField(max_length=32)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "user_account",
            },
        ),
        migrations.CreateModel(
            name="AccessRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("actor", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=32)),
                ("subject", models.CharField(db_index=True, max_length=64)),
                ("count", models.IntegerField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "access_trace",
            },
        ),
        migrations.CreateModel(
            name="AssetRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("state", models.CharField(max_length=32)),
                ("sensitivity", models.CharField(max_length=32)),
                ("protection", models.CharField(max_length=32)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField()),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("label_sealed", models.BinaryField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "asset",
            },
        ),
        migrations.CreateModel(
            name="EventRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("actor", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=32)),
                ("subject", models.CharField(db_index=True, max_length=64)),
                ("detail", models.JSONField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "event",
            },
        ),
        migrations.CreateModel(
            name="WorkspaceRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("is_shared", models.BooleanField()),
                ("key_check", models.BinaryField()),
            ],
            options={
                "db_table": "workspace",
            },
        ),
        migrations.CreateModel(
            name="DetailedRow",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        db_column="asset_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="store.assetrow",
                    ),
                ),
                ("codes_sealed", models.BinaryField()),
            ],
            options={
                "db_table": "fingerprint_detailed",
            },
        ),
        migrations.CreateModel(
            name="FingerprintRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "asset_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.SmallIntegerField()),
                ("signal_type", models.CharField(max_length=32)),
                ("version", models.CharField(max_length=32)),
                ("bits", models.BinaryField()),
                ("quality", models.SmallIntegerField()),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.assetrow",
                    ),
                ),
            ],
            options={
                "db_table": "fingerprint",
            },
        ),
        migrations.CreateModel(
            name="GroundRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("depicts", models.CharField(blank=True, max_length=32)),
                ("kind", models.CharField(blank=True, max_length=32)),
                ("adults_when_taken", models.BooleanField()),
                ("stated_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"),
                ),
            ],
            options={
                "db_table": "ground",
            },
        ),
        migrations.AddField(
            model_name="assetrow",
            name="ground",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.groundrow"
            ),
        ),
        migrations.CreateModel(
            name="JobRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=200, unique=True)),
                ("lane", models.CharField(blank=True, max_length=64)),
                ("turn", models.BigIntegerField(null=True)),
                ("payload", models.JSONField()),
                ("state", models.CharField(max_length=32)),
                ("attempts", models.IntegerField(default=0)),
                ("max_attempts", models.IntegerField()),
                ("due_at", models.DateTimeField()),
                ("lease_by", models.CharField(blank=True, max_length=64)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("lease_until", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "job",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lease_until__isnull", True), ("state", "queued"), ("turn__isnull", False)),
                        fields=["kind", "turn", "id"],
                        name="job_line",
                    ),
                    models.Index(
                        condition=models.Q(("state", "queued"), ("turn__isnull", True), ("attempts", 0)),
                        fields=["due_at"],
                        name="job_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "queued"), ("turn__isnull", True), ("attempts__gt", 0)),
                        fields=["due_at"],
                        name="job_retry",
                    ),
                    models.Index(
                        condition=models.Q(("lease_until__isnull", False), ("state", "queued")),
                        fields=["lease_until"],
                        name="job_leased",
                    ),
                    models.Index(condition=models.Q(("turn__isnull", False)), fields=["lane", "turn"], name="job_lane"),
                    models.Index(
                        condition=models.Q(("turn__isnull", False), ("attempts__gt", 0)),
                        fields=["turn"],
                        name="job_begun",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnerRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("name_sealed", models.BinaryField()),
                ("name_index", models.BinaryField(max_length=32, unique=True)),
                ("contact_sealed", models.BinaryField(null=True)),
                ("registered_at", models.DateTimeField()),
                (
                    "ground",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.groundrow"
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"),
                ),
            ],
            options={
                "db_table": "owner",
            },
        ),
        migrations.CreateModel(
            name="ConsentRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("scope", models.CharField(max_length=32)),
                ("text_version", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.assetrow"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.ownerrow"
                    ),
                ),
            ],
            options={
                "db_table": "consent",
            },
        ),
        migrations.AddField(
            model_name="assetrow",
            name="owner",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.ownerrow"
            ),
        ),
        migrations.AddConstraint(
            model_name="assetrow",
            constraint=models.UniqueConstraint(fields=("owner", "digest"), name="asset_once_per_owner"),
        ),
        migrations.RunPython(create_triggers),
    ]
