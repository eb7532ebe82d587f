"""What a file is, decided by its content and compared with its ending.

The result is for showing and filtering only; how bytes are served is a shorter list of its own.
"""

import mimetypes

import puremagic

OCTETS = "application/octet-stream"
PLAIN = "text/plain"
HEAD = 4096

# Formats that people here use and that other tables do not know, or name otherwise.
BY_EXTENSION = {
    "cif": "chemical/x-cif", "xyz": "chemical/x-xyz", "extxyz": "chemical/x-xyz",
    "pdb": "chemical/x-pdb", "mol": "chemical/x-mdl-molfile", "sdf": "chemical/x-mdl-sdfile",
    "csv": "text/csv", "tsv": "text/tab-separated-values", "md": "text/markdown",
    "markdown": "text/markdown", "txt": PLAIN, "log": PLAIN, "json": "application/json",
    "jsonl": "application/x-ndjson", "ndjson": "application/x-ndjson", "yaml": "application/yaml",
    "yml": "application/yaml", "toml": "application/toml", "xml": "application/xml",
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml",
    "svg": "image/svg+xml", "js": "text/javascript", "css": "text/css", "py": "text/x-python",
    "ipynb": "application/x-ipynb+json", "tex": "text/x-tex", "sql": "text/x-sql",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "bmp": "image/bmp", "tif": "image/tiff",
    "tiff": "image/tiff", "pdf": "application/pdf", "zip": "application/zip",
    "gz": "application/gzip", "tgz": "application/gzip", "tar": "application/x-tar",
    "vasp": "chemical/x-poscar", "poscar": "chemical/x-poscar", "mol2": "chemical/x-mol2",
    "ent": "chemical/x-pdb", "xy": PLAIN, "xye": PLAIN, "dat": PLAIN, "jl": "text/x-julia",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac",
    "m4a": "audio/mp4", "mp4": "video/mp4", "webm": "video/webm", "mov": "video/quicktime",
    "glb": "model/gltf-binary", "stl": "model/stl", "obj": "model/obj", "wasm": "application/wasm",
}  # fmt: skip

# What such files begin with; an ending that promises one of these must keep the promise.
SIGNATURES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/gif": ((0, b"GIF8"),),
    "image/webp": ((8, b"WEBP"),),
    "image/avif": ((4, b"ftypavif"), (4, b"ftypavis")),
    "image/bmp": ((0, b"BM"),),
    "image/tiff": ((0, b"II*\0"), (0, b"MM\0*")),
    "application/pdf": ((0, b"%PDF-"),),
    "application/zip": ((0, b"PK\x03\x04"), (0, b"PK\x05\x06")),
    "application/gzip": ((0, b"\x1f\x8b"),),
    "application/x-tar": ((257, b"ustar"),),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ((0, b"PK\x03\x04"),),
    "application/vnd.apache.parquet": ((0, b"PAR1"),),
    "application/wasm": ((0, b"\0asm"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "audio/wav": ((8, b"WAVE"),),
    "audio/ogg": ((0, b"OggS"),),
    "audio/flac": ((0, b"fLaC"),),
    "audio/mp4": ((4, b"ftyp"),),
    "video/mp4": ((4, b"ftyp"),),
    "video/quicktime": ((4, b"ftyp"), (4, b"moov"), (4, b"mdat")),
    "video/webm": ((0, b"\x1a\x45\xdf\xa3"),),
    "model/gltf-binary": ((0, b"glTF"),),
}
TEXTUAL = ("text/", "chemical/")
ALSO_TEXTUAL = {
    "application/json", "application/x-ndjson", "application/yaml", "application/toml",
    "application/xml", "application/xhtml+xml", "image/svg+xml", "application/x-ipynb+json",
}  # fmt: skip


def media_type(head: bytes, extension: str) -> str:
    """The type of a file with this beginning (HEAD bytes are enough) and this ending."""
    promised = BY_EXTENSION.get(extension) or mimetypes.types_map.get(f".{extension}", "")
    if promised in SIGNATURES:
        return promised if _begins(head, promised) else _by_content(head)
    if promised and is_textual(promised):
        return promised if is_text(head) else _by_content(head)
    if promised:
        return promised
    return _by_content(head)


def is_textual(kind: str) -> bool:
    return kind.startswith(TEXTUAL) or kind in ALSO_TEXTUAL


def is_text(head: bytes) -> bool:
    """Whether this reads as UTF-8 text; a letter cut in half at the end does not count."""
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) >= HEAD - 4
    return True


def _begins(head: bytes, kind: str) -> bool:
    return any(head[at : at + len(mark)] == mark for at, mark in SIGNATURES[kind])


def _by_content(head: bytes) -> str:
    for kind in SIGNATURES:
        if _begins(head, kind):
            return kind
    if is_text(head):
        return PLAIN
    try:
        guess = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return OCTETS
    return guess if guess and not is_textual(guess) else OCTETS


def clean_filename(name: str) -> str:
    """A person's name for a file as plain data: no folders, no control or direction characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in _TURNING)
    return kept.strip().strip(".")[:200].strip() or "file"


# Characters that turn the reading direction or take no room: "fdp.exe" could pass for another.
_TURNING = {chr(code) for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0xFEFF)}
_TURNING |= {chr(code) for code in range(0x2066, 0x206A)}
