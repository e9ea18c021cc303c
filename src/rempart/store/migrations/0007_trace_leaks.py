"""Traces of several leaks: each leak beside the one that is registered best."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="TracedLeakRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "trace_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("leak_sealed", models.BinaryField()),
                ("quality", models.FloatField()),
                ("region", models.JSONField()),
                (
                    "asset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.assetrow"
                    ),
                ),
                (
                    "trace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.tracerow",
                    ),
                ),
            ],
            options={
                "db_table": "traced_leak",
            },
        ),
        migrations.RunPython(withhold_statistics),
    ]
