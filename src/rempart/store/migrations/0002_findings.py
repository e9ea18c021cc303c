"""Sources, scans, sightings and matches."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("place_sealed", models.BinaryField()),
                ("place_index", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "source",
            },
        ),
        migrations.CreateModel(
            name="ScanRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("work_sealed", models.BinaryField()),
                ("work_index", models.BinaryField(db_index=True, max_length=32)),
                ("state", models.CharField(max_length=32)),
                ("place_sealed", models.BinaryField(null=True)),
                ("tally", models.JSONField()),
                ("started_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "started_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"),
                ),
            ],
            options={
                "db_table": "scan",
            },
        ),
        migrations.CreateModel(
            name="ScanSkipRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scan_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("skipped_sealed", models.BinaryField()),
                (
                    "scan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.scanrow",
                    ),
                ),
            ],
            options={
                "db_table": "scan_skipped",
            },
        ),
        migrations.CreateModel(
            name="SightingRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("place_sealed", models.BinaryField()),
                ("place_index", models.BinaryField(max_length=32)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
                ("seen_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "scan",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.scanrow",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.sourcerow"
                    ),
                ),
            ],
            options={
                "db_table": "sighting",
            },
        ),
        migrations.CreateModel(
            name="MatchRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("score", models.FloatField()),
                ("false_match_bound", models.FloatField(null=True)),
                ("region", models.JSONField(null=True)),
                ("clues", models.JSONField()),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.assetrow"
                    ),
                ),
                (
                    "sighting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.sightingrow",
                    ),
                ),
            ],
            options={
                "db_table": "match_found",
                "constraints": [models.UniqueConstraint(fields=("sighting", "asset"), name="match_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="sightingrow",
            constraint=models.UniqueConstraint(fields=("scan", "number"), name="sighting_once_per_scan"),
        ),
        migrations.RunPython(withhold_statistics),
    ]
