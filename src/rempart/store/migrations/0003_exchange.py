"""Partners, codes of others, what was removed or suspended, and what was given."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_findings"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("signal_type", models.CharField(max_length=32)),
                ("bits", models.BinaryField(max_length=32)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("quality", models.SmallIntegerField(null=True)),
                ("is_suspended", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "imported_code",
            },
        ),
        migrations.CreateModel(
            name="PartnerRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("name_sealed", models.BinaryField()),
                ("name_index", models.BinaryField(max_length=32, unique=True)),
                ("public_key", models.BinaryField(max_length=32, null=True)),
                ("recipient_sealed", models.BinaryField(null=True)),
                ("received", models.BigIntegerField(default=0)),
                ("sent", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "partner",
            },
        ),
        migrations.CreateModel(
            name="ListingRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "code_id", "partner_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=32)),
                ("opinions", models.JSONField()),
                (
                    "code",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.importedrow",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.partnerrow"
                    ),
                ),
            ],
            options={
                "db_table": "imported_listing",
            },
        ),
        migrations.CreateModel(
            name="SentRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("digest_sealed", models.BinaryField()),
                ("label", models.CharField(max_length=32)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.partnerrow"
                    ),
                ),
            ],
            options={
                "db_table": "code_sent",
            },
        ),
        migrations.CreateModel(
            name="SuspendedRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("suspended_at", models.DateTimeField()),
                (
                    "suspended_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "code_suspended",
            },
        ),
        migrations.CreateModel(
            name="RemovedRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.partnerrow",
                    ),
                ),
            ],
            options={
                "db_table": "imported_removed",
                "constraints": [models.UniqueConstraint(fields=("partner", "digest"), name="removed_once")],
            },
        ),
        migrations.RunPython(withhold_statistics),
    ]
