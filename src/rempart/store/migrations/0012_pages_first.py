"""Pages of a thread that its pictures wait for: their place in line, and how far a thread was read in one go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_watch"),
    ]

    operations = [
        migrations.AddField(
            model_name="frontierrow",
            name="place",
            field=models.SmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="frontierrow",
            name="run",
            field=models.SmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunSQL("UPDATE frontier SET place = urgency + 1 WHERE urgency > 0"),
        migrations.RemoveIndex(
            model_name="frontierrow",
            name="frontier_line",
        ),
        migrations.AddIndex(
            model_name="frontierrow",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["place", "url_ends_at", "due_at", "id", "host_index"],
                name="frontier_line",
            ),
        ),
        migrations.AddIndex(
            model_name="frontierrow",
            index=models.Index(
                condition=models.Q(("state", "waiting"), ("place", 1)), fields=["thread"], name="frontier_ahead"
            ),
        ),
    ]
