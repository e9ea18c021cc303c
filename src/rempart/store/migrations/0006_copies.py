"""Who is given marked copies, what was given, what was concluded of leaks, and decoys."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_hosts"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecoyRow",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="store.assetrow",
                    ),
                ),
                ("given_to_sealed", models.BinaryField()),
                ("note_sealed", models.BinaryField()),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "decoy",
            },
        ),
        migrations.CreateModel(
            name="RecipientRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("number", models.IntegerField(unique=True)),
                ("name_sealed", models.BinaryField(null=True)),
                ("name_index", models.BinaryField(max_length=32, null=True, unique=True)),
                ("ref_sealed", models.BinaryField(null=True)),
                ("ref_index", models.BinaryField(max_length=32, null=True, unique=True)),
                ("group_sealed", models.BinaryField(null=True)),
                ("group_index", models.BinaryField(db_index=True, max_length=32, null=True)),
                ("informed_on", models.DateField(null=True)),
                ("how_sealed", models.BinaryField(null=True)),
                ("added_at", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "recipient",
            },
        ),
        migrations.CreateModel(
            name="CopyRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "asset_id", "recipient_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark_version", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.assetrow",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.recipientrow"
                    ),
                ),
            ],
            options={
                "db_table": "marked_copy",
            },
        ),
        migrations.CreateModel(
            name="TraceRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("verdict", models.CharField(max_length=32)),
                ("surfaced_at", models.CharField(max_length=32)),
                ("purpose_sealed", models.BinaryField()),
                ("leak_sealed", models.BinaryField()),
                ("recipients", models.IntegerField()),
                ("accused", models.JSONField()),
                ("tested_recipients", models.IntegerField()),
                ("tests", models.BigIntegerField()),
                ("threshold", models.FloatField()),
                ("expected_score", models.FloatField()),
                ("registration_quality", models.FloatField()),
                ("region", models.JSONField()),
                ("code_version", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "asset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.assetrow"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "leak_trace",
            },
        ),
        migrations.RunPython(withhold_statistics),
    ]
