import pytest

from ouro_web.lib.media import HEAD, clean_filename, is_text, media_type

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("head", "extension", "kind"),
    [
        (PNG, "png", "image/png"),
        (b"<script>", "png", "text/plain"),  # the ending promises what the content is not
        (PNG, "txt", "image/png"),
        (PNG, "html", "image/png"),
        (b"data_cu", "cif", "chemical/x-cif"),
        (b"\0\1\2", "cif", "application/octet-stream"),
        (b"<html>", "html", "text/html"),
        (b"<html>", "", "text/plain"),  # never called a page without saying so
        (b"<html>", "txt", "text/plain"),
        (b"%PDF-1.7", "pdf", "application/pdf"),
        (b"%PDF-1.7", "", "application/pdf"),
        (b"\0asm", "wasm", "application/wasm"),
        (b"PAR1", "parquet", "application/vnd.apache.parquet"),
        (b"a,b\n1,2", "csv", "text/csv"),
        (b"words", "unheardof", "text/plain"),
        (b"\xff\xfe\x00", "unheardof", "application/octet-stream"),
        (b"", "txt", "text/plain"),
    ],
)
def test_the_content_decides_what_a_file_is(head, extension, kind):
    assert media_type(head, extension) == kind


def test_a_letter_cut_at_the_end_of_the_head_is_still_text():
    assert is_text(("x" * (HEAD - 1) + "é").encode()[:HEAD])
    assert not is_text(b"caf\xe9 and more")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.cif", "a.cif"),
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a.cif", "a.cif"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("\u202efdp.exe", "fdp.exe"),
        ("...", "file"),
        ("", "file"),
        ("Größe ✓.txt", "Größe ✓.txt"),
    ],
)
def test_names_are_data(given, kept):
    assert clean_filename(given) == kept
