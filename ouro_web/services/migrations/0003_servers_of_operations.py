from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0002_documents_read_apart")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="servers",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="specdraft",
            name="chosen",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
