import pytest

from ouro_web.web.static_files import collect_if_changed


@pytest.fixture
def source(settings, tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "page.css").write_text("p { color: red }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    return folder


def test_files_are_collected_once(source):
    assert collect_if_changed()
    assert not collect_if_changed()


def test_a_changed_file_is_collected_again(source, settings):
    collect_if_changed()
    (source / "page.css").write_text("p { color: green; }")
    assert collect_if_changed()
    assert "green" in (settings.STATIC_ROOT / "page.css").read_text()


def test_a_removed_file_is_not_served_any_more(source, settings):
    collect_if_changed()
    (source / "page.css").unlink()
    assert collect_if_changed()
    assert not (settings.STATIC_ROOT / "page.css").exists()
