import django.db.models.deletion
from django.db import migrations, models

from ouro_web.assets.words import KEPT, split

SQLITE = [
    """
    CREATE VIRTUAL TABLE asset_words USING fts5(
        title, about, content, content='assets_searchtext', content_rowid='id',
        tokenize='porter unicode61', prefix='2 3'
    )
    """,
    "INSERT INTO asset_words(asset_words, rank) VALUES('rank', 'bm25(10.0, 3.0, 1.0)')",
    """
    CREATE TRIGGER searchtext_inserted AFTER INSERT ON assets_searchtext BEGIN
        INSERT INTO asset_words(rowid, title, about, content)
        VALUES (new.id, new.title, new.about, new.content);
    END
    """,
    """
    CREATE TRIGGER searchtext_deleted AFTER DELETE ON assets_searchtext BEGIN
        INSERT INTO asset_words(asset_words, rowid, title, about, content)
        VALUES ('delete', old.id, old.title, old.about, old.content);
    END
    """,
    """
    CREATE TRIGGER searchtext_updated AFTER UPDATE ON assets_searchtext BEGIN
        INSERT INTO asset_words(asset_words, rowid, title, about, content)
        VALUES ('delete', old.id, old.title, old.about, old.content);
        INSERT INTO asset_words(rowid, title, about, content)
        VALUES (new.id, new.title, new.about, new.content);
    END
    """,
]
POSTGRESQL = [
    """
    ALTER TABLE assets_searchtext ADD COLUMN words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') ||
        setweight(to_tsvector('english', about), 'B') ||
        setweight(to_tsvector('english', content), 'D')
    ) STORED
    """,
    "CREATE INDEX searchtext_words ON assets_searchtext USING gin (words)",
    """
    CREATE VIEW asset_words AS
    SELECT id AS rowid, words AS asset_words, 0::double precision AS rank FROM assets_searchtext
    """,
]


def make_index(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement, params=None)


def fill(apps, schema_editor):
    """What all assets share; `manage.py index_search` puts down the rest."""
    Asset = apps.get_model("assets", "Asset")
    SearchText = apps.get_model("assets", "SearchText")
    SearchWord = apps.get_model("assets", "SearchWord")
    rows = Asset.objects.values_list("pk", "name", "namespace", "description")
    said = set()
    texts = []
    for pk, name, namespace, description in rows.iterator():
        title, about = split(name), split(f"{namespace} {description}")
        said.update(word for word in (*title, *about) if KEPT.fullmatch(word))
        texts.append(SearchText(asset_id=pk, title=" ".join(title), about=" ".join(about)))
    SearchText.objects.bulk_create(texts, batch_size=500)
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in sorted(said)], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0002_pins'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.TextField()),
                ('about', models.TextField()),
                ('content', models.TextField()),
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='search_text', to='assets.asset')),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=30, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='FoundText',
            fields=[
                ('row', models.OneToOneField(db_column='rowid', on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='found', serialize=False, to='assets.searchtext')),
                ('words', models.TextField(db_column='asset_words')),
                ('rank', models.FloatField()),
            ],
            options={
                'db_table': 'asset_words',
                'managed': False,
            },
        ),
        migrations.RunPython(make_index, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
