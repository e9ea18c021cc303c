"""What was signed, and under which certificates."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_trace_leaks"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificatesRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("pem", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "signing_certificates",
            },
        ),
        migrations.CreateModel(
            name="ManifestRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=256)),
                ("manifest", models.BinaryField()),
                ("code_version", models.CharField(max_length=200)),
                ("code_bits", models.BinaryField(max_length=32, null=True)),
                ("code_quality", models.IntegerField(null=True)),
                ("mark_version", models.CharField(max_length=200)),
                ("signed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.assetrow"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "signed_manifest",
            },
        ),
        migrations.RunPython(withhold_statistics),
    ]
