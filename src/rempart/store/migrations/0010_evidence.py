"""Cases, their evidence and its custody."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics
from rempart.store.never_changed import create_custody_triggers


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceCertificatesRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("generation", models.IntegerField()),
                ("pem", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "evidence_certificates",
            },
        ),
        migrations.CreateModel(
            name="CaseRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("ground", models.CharField(max_length=32)),
                ("note_sealed", models.BinaryField()),
                ("salt_sealed", models.BinaryField()),
                ("state", models.CharField(max_length=32)),
                ("shows_addresses", models.BooleanField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.ownerrow"
                    ),
                ),
            ],
            options={
                "db_table": "evidence_case",
            },
        ),
        migrations.CreateModel(
            name="EvidenceRecipientRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("label_sealed", models.BinaryField()),
                ("label_index", models.BinaryField(max_length=32)),
                ("age_recipient", models.CharField(max_length=80)),
                ("purpose", models.CharField(max_length=32)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.caserow"
                    ),
                ),
            ],
            options={
                "db_table": "evidence_recipient",
            },
        ),
        migrations.CreateModel(
            name="EvidenceRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("kind", models.CharField(max_length=32)),
                ("tie", models.CharField(max_length=32)),
                ("tied_to", models.CharField(max_length=36)),
                ("state", models.CharField(max_length=32)),
                ("label_sealed", models.BinaryField(null=True)),
                ("draft_sealed", models.BinaryField(null=True)),
                ("identity_sealed", models.BinaryField(null=True)),
                ("sums_sha256", models.BinaryField(max_length=32)),
                ("recorded_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(null=True)),
                ("tombstone", models.BinaryField()),
                ("tombstone_seal", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.caserow",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={
                "db_table": "evidence_item",
            },
        ),
        migrations.CreateModel(
            name="ErasureRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("why_sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.evidencerow"
                    ),
                ),
            ],
            options={
                "db_table": "erasure_request",
            },
        ),
        migrations.CreateModel(
            name="CustodyRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("kind", models.CharField(max_length=32)),
                ("why_sealed", models.BinaryField(null=True)),
                ("to_sealed", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.caserow",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.user",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.evidencerow"
                    ),
                ),
            ],
            options={
                "db_table": "custody_event",
            },
        ),
        migrations.CreateModel(
            name="HandOffRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("to_sealed", models.BinaryField()),
                ("items", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.caserow"
                    ),
                ),
            ],
            options={
                "db_table": "evidence_handoff",
            },
        ),
        migrations.CreateModel(
            name="HoldRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("why_sealed", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.caserow"
                    ),
                ),
            ],
            options={
                "db_table": "legal_hold",
            },
        ),
        migrations.AddConstraint(
            model_name="evidencerow",
            constraint=models.UniqueConstraint(fields=("case", "seq"), name="evidence_place_once"),
        ),
        migrations.AddConstraint(
            model_name="custodyrow",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="custody_in_order"),
        ),
        migrations.RunPython(withhold_statistics),
        migrations.RunPython(create_custody_triggers),
    ]
