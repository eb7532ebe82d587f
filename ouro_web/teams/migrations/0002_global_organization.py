"""The organization and team that hold everybody; both have the all-zero id, as clients expect."""

import uuid

from django.db import migrations

GLOBAL_ID = uuid.UUID(int=0)


def make(apps, schema_editor):
    organization, _ = apps.get_model("teams", "Organization").objects.get_or_create(
        pk=GLOBAL_ID, defaults={"name": "global", "display_name": "Everybody"}
    )
    apps.get_model("teams", "Team").objects.get_or_create(
        pk=GLOBAL_ID, defaults={"organization": organization, "name": "all"}
    )


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
