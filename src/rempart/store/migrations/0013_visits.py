"""What is asked at one visit of a source is counted by all who visit; doors say when they may be asked again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_pages_first"),
    ]

    operations = [
        migrations.AddField(model_name="sourcerow", name="visit_requests", field=models.BigIntegerField(default=0)),
        migrations.AddField(model_name="alertdoorrow", name="rests_until", field=models.DateTimeField(null=True)),
    ]
