"""On PostgreSQL, JSON was kept as jsonb, which loses the order of keys; see lib/postgresql."""

from django.db import migrations


def keep_text(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    ours = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type = 'jsonb' AND table_name = ANY(%s)",
            [ours],
        )
        found = cursor.fetchall()
        for table, column in found:
            table, column = schema_editor.quote_name(table), schema_editor.quote_name(column)
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE json USING {column}::json")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_follows")]

    operations = [migrations.RunPython(keep_text, migrations.RunPython.noop)]
