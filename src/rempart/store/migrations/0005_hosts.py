"""Hosts that are asked politely: their pace, their robots.txt, and for which addresses a person answers."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_placement"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("name_sealed", models.BinaryField()),
                ("name_index", models.BinaryField(max_length=32, unique=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("crawl_delay_s", models.FloatField(default=0.0)),
                ("penalty_s", models.FloatField(default=0.0)),
                ("strikes", models.IntegerField(default=0)),
                ("paused_until", models.DateTimeField(null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_bytes", models.BigIntegerField(default=0)),
                ("day", models.DateField(null=True)),
                ("requests", models.IntegerField(default=0)),
                ("wire_bytes", models.BigIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "host",
            },
        ),
        migrations.CreateModel(
            name="RobotsRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("origin_sealed", models.BinaryField()),
                ("origin_index", models.BinaryField(max_length=32, unique=True)),
                ("verdict", models.CharField(max_length=32)),
                ("rules_sealed", models.BinaryField()),
                ("remarks_sealed", models.BinaryField()),
                ("read_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "robots_copy",
            },
        ),
        migrations.CreateModel(
            name="AuthorisationRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("url_sealed", models.BinaryField()),
                ("url_index", models.BinaryField(db_index=True, max_length=32)),
                ("reason_sealed", models.BinaryField()),
                ("basis_sealed", models.BinaryField()),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("uses", models.IntegerField(default=0)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "authorisation",
            },
        ),
        migrations.RunPython(withhold_statistics),
    ]
