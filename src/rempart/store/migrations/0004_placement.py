"""How much of an asset a sighting shows, and the transformation that brings it there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_exchange"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchrow",
            name="overlap",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="matchrow",
            name="homography",
            field=models.JSONField(null=True),
        ),
    ]
