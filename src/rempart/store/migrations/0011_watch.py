"""Watched places, what is asked of them, what is known of their threads; alerts, referrals, launch plans."""

import django.db.models.deletion
from django.db import migrations, models

from rempart.store.erasure import withhold_statistics


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_evidence"),
    ]

    operations = [
        migrations.RemoveField(model_name="sightingrow", name="source"),
        migrations.DeleteModel(name="SourceRow"),
        migrations.CreateModel(
            name="FrozenRow",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("signature", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "frozen"},
        ),
        migrations.AddField(model_name="sightingrow", name="gone_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="sightingrow", name="media_type", field=models.CharField(blank=True, max_length=32)
        ),
        migrations.AddField(
            model_name="sightingrow",
            name="page_index",
            field=models.BinaryField(db_index=True, max_length=32, null=True),
        ),
        migrations.AddField(model_name="sightingrow", name="page_sealed", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="sightingrow", name="post_sealed", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="sightingrow", name="posted_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="sightingrow", name="seen_again_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="sightingrow", name="status", field=models.IntegerField(default=0)),
        migrations.CreateModel(
            name="AlertRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("priority", models.CharField(max_length=32)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "sighting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.sightingrow"
                    ),
                ),
            ],
            options={"db_table": "alert"},
        ),
        migrations.CreateModel(
            name="AlertDoorRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "alert_id", "door", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("door", models.CharField(max_length=32)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.alertrow",
                    ),
                ),
            ],
            options={"db_table": "alert_door"},
        ),
        migrations.CreateModel(
            name="ExcerptRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("text_sealed", models.BinaryField()),
                ("pseudonym_sealed", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.caserow"
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
            options={"db_table": "sighting_excerpt"},
        ),
        migrations.CreateModel(
            name="PlanRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("title_sealed", models.BinaryField()),
                ("date", models.DateField()),
                ("begins", models.DateField()),
                ("queries_sealed", models.BinaryField()),
                ("sources", models.JSONField()),
                ("decoys", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.user"
                    ),
                ),
            ],
            options={"db_table": "launch_plan"},
        ),
        migrations.CreateModel(
            name="SourceRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("place_sealed", models.BinaryField()),
                ("place_index", models.BinaryField(max_length=32, unique=True)),
                ("state", models.CharField(max_length=32)),
                ("every_s", models.BigIntegerField()),
                ("depth", models.IntegerField()),
                ("why_sealed", models.BinaryField()),
                ("until", models.DateTimeField()),
                ("article14", models.CharField(max_length=32)),
                ("added_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("visited_at", models.DateTimeField(null=True)),
                ("health", models.CharField(max_length=32)),
                ("health_until", models.DateTimeField(null=True)),
                ("engine", models.CharField(blank=True, max_length=32)),
                ("mirror_group", models.CharField(blank=True, max_length=64)),
                ("cursor_sealed", models.BinaryField(null=True)),
                ("pages", models.BigIntegerField(default=0)),
                ("posts", models.BigIntegerField(default=0)),
                ("media", models.BigIntegerField(default=0)),
                ("sightings", models.BigIntegerField(default=0)),
                ("requests", models.BigIntegerField(default=0)),
                ("stopped", models.BigIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "authorised_by",
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
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.ownerrow"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.planrow"
                    ),
                ),
            ],
            options={"db_table": "source"},
        ),
        migrations.CreateModel(
            name="SearchHitRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=255)),
                ("locale", models.CharField(blank=True, max_length=35)),
                ("at", models.DateTimeField()),
                ("url_sealed", models.BinaryField()),
                ("url_index", models.BinaryField(db_index=True, max_length=32)),
                ("position", models.IntegerField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.sourcerow"
                    ),
                ),
            ],
            options={"db_table": "search_hit"},
        ),
        migrations.CreateModel(
            name="ReferralRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("url_digest", models.BinaryField(max_length=32, unique=True)),
                ("flag", models.CharField(max_length=32)),
                ("rule", models.CharField(max_length=255)),
                ("outbox_sealed", models.BinaryField(null=True)),
                ("handed_to", models.CharField(blank=True, max_length=32)),
                ("receipt_sealed", models.BinaryField(null=True)),
                ("handed_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.sourcerow"
                    ),
                ),
            ],
            options={"db_table": "referral"},
        ),
        migrations.CreateModel(
            name="LocatorRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("value_sealed", models.BinaryField()),
                ("value_index", models.BinaryField(max_length=32)),
                ("page_sealed", models.BinaryField()),
                ("page_index", models.BinaryField(db_index=True, max_length=32)),
                ("seen_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.sourcerow",
                    ),
                ),
            ],
            options={"db_table": "locator"},
        ),
        migrations.AddField(
            model_name="sightingrow",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="store.sourcerow",
            ),
        ),
        migrations.CreateModel(
            name="ThreadRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("url_sealed", models.BinaryField(null=True)),
                ("url_index", models.BinaryField(max_length=32)),
                ("last_post", models.BinaryField(max_length=32)),
                ("changed_at", models.DateTimeField(null=True)),
                ("tail_sealed", models.BinaryField(null=True)),
                ("tail_posts", models.BinaryField()),
                ("posts", models.BigIntegerField(default=0)),
                ("is_frozen", models.BooleanField(default=False)),
                ("signature", models.BinaryField(null=True)),
                ("media_codes", models.BinaryField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.sourcerow",
                    ),
                ),
            ],
            options={"db_table": "watched_thread"},
        ),
        migrations.CreateModel(
            name="FrontierRow",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("ask", models.CharField(max_length=32)),
                ("what_sealed", models.BinaryField(null=True)),
                ("key_index", models.BinaryField(max_length=32)),
                ("host_index", models.BinaryField(max_length=32)),
                ("context_sealed", models.BinaryField(null=True)),
                ("depth", models.IntegerField()),
                ("urgency", models.SmallIntegerField()),
                ("url_ends_at", models.DateTimeField()),
                ("posted_at", models.DateTimeField(null=True)),
                ("state", models.CharField(max_length=32)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("is_wanted_again", models.BooleanField(default=False)),
                ("lease_by", models.CharField(blank=True, max_length=64)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("lease_until", models.DateTimeField(null=True)),
                ("status", models.IntegerField(default=0)),
                ("validators_sealed", models.BinaryField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.sourcerow",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.threadrow"
                    ),
                ),
            ],
            options={"db_table": "frontier"},
        ),
        migrations.AddField(
            model_name="sightingrow",
            name="thread",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.threadrow"
            ),
        ),
        migrations.AddConstraint(
            model_name="sightingrow",
            constraint=models.UniqueConstraint(fields=("source", "place_index"), name="sighting_once_per_source"),
        ),
        migrations.AddIndex(
            model_name="alertdoorrow",
            index=models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["alert"], name="alert_unsent"),
        ),
        migrations.AddConstraint(
            model_name="excerptrow",
            constraint=models.UniqueConstraint(fields=("sighting", "case"), name="excerpt_once_per_case"),
        ),
        migrations.AddIndex(
            model_name="sourcerow",
            index=models.Index(condition=models.Q(("state", "active")), fields=["due_at"], name="source_due"),
        ),
        migrations.AddConstraint(
            model_name="locatorrow",
            constraint=models.UniqueConstraint(fields=("source", "value_index"), name="locator_once_per_source"),
        ),
        migrations.AddConstraint(
            model_name="threadrow",
            constraint=models.UniqueConstraint(fields=("source", "url_index"), name="thread_once_per_source"),
        ),
        migrations.AddIndex(
            model_name="frontierrow",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["urgency", "url_ends_at", "due_at", "id", "host_index"],
                name="frontier_line",
            ),
        ),
        migrations.AddIndex(
            model_name="frontierrow",
            index=models.Index(
                condition=models.Q(("state", "waiting"), ("lease_until__isnull", False)),
                fields=["lease_until"],
                name="frontier_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="frontierrow",
            constraint=models.UniqueConstraint(fields=("source", "key_index"), name="frontier_once_per_source"),
        ),
        migrations.RunPython(withhold_statistics),
    ]
