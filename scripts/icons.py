"""Add Lucide icons to static/icons.svg: python scripts/icons.py menu send ...

The sprite holds only what pages use. The version is pinned; npm fetches the package, and its
own check of the package's integrity applies. Names without a file in the package stop the script.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "lucide-static@1.62.0"
SPRITE = Path(__file__).resolve().parent.parent / "static" / "icons.svg"
SYMBOL = re.compile(r'<symbol id="i-([^"]+)".*?</symbol>', re.DOTALL)
HEAD = """<svg xmlns="http://www.w3.org/2000/svg">
<!-- Lucide 1.62.0, ISC License, (c) Lucide Icons and Contributors; only the icons used. -->
"""


def main(names: list[str]) -> None:
    """Write the sprite again with its old symbols and the new ones, in order of name."""
    symbols = {match[1]: match[0] for match in SYMBOL.finditer(SPRITE.read_text())}
    wanted = [name for name in names if name not in symbols]
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(  # noqa: S603 - a fixed command
            ["npm", "pack", "--silent", PACKAGE],  # noqa: S607 - npm as it is on the PATH
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        with tarfile.open(Path(folder, archive)) as package:
            symbols |= {name: symbol(package, name) for name in wanted}
    body = "\n".join(symbols[name] for name in sorted(symbols))
    SPRITE.write_text(f"{HEAD}{body}\n</svg>\n")


def symbol(package: tarfile.TarFile, name: str) -> str:
    """One icon of the package as a symbol, without the attributes that CSS sets."""
    member = package.extractfile(f"package/icons/{name}.svg")
    if member is None:
        sys.exit(f"Lucide has no icon named {name}.")
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", member.read().decode(), re.DOTALL)
    if drawing is None:
        sys.exit(f"The icon {name} is not drawn as expected.")
    inside = re.sub(r"\s*\n\s*", "", drawing[1])
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{inside}</symbol>'


if __name__ == "__main__":
    main(sys.argv[1:])
