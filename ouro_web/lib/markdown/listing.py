"""Code blocks: highlighted by classes for a fixed set of languages, else as they are."""

from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

LONGEST = 50_000

_NAMES = (
    "python py python3 pycon json yaml yml toml ini bash sh shell console http sql javascript js"
    " typescript ts html xml css c cpp c++ rust go java kotlin swift julia r fortran matlab octave"
    " latex tex diff docker dockerfile make makefile lua perl ruby haskell"
)
_LANGUAGES = frozenset(_NAMES.split())
_LABELS = {"py": "Python", "js": "JavaScript", "ts": "TypeScript", "json": "JSON", "yml": "YAML",
           "yaml": "YAML", "sql": "SQL", "html": "HTML", "xml": "XML", "css": "CSS", "cpp": "C++",
           "http": "HTTP", "toml": "TOML", "javascript": "JavaScript", "typescript": "TypeScript",
           "latex": "LaTeX", "tex": "TeX", "matlab": "MATLAB"}  # fmt: skip
# Drawn by the page's script where there is one, each in a way that lets nothing of it act.
DRAWINGS = {"mermaid": "Diagram", "svg": "Drawing"}
_FORMATTER: "HtmlFormatter[str]" = HtmlFormatter(nowrap=True, classprefix="hl-")


def figure(source: str, language: str) -> str:
    word = language.lower()
    label = DRAWINGS.get(word) or _LABELS.get(word, language[:40].capitalize())
    caption = f"<figcaption>{escape(label)}</figcaption>" if word else ""
    css = f"code drawing {word}" if word in DRAWINGS else "code"
    return f'<figure class="{css}">{caption}<pre><code>{_body(source, word)}</code></pre></figure>'


def lines(source: str, language: str) -> list[str]:
    """Each line as HTML of its own; the highlighter closes its marks at the end of every line."""
    return _body(source.removesuffix("\n"), language.lower()).split("\n")


def _body(source: str, language: str) -> str:
    if language not in _LANGUAGES or len(source) > LONGEST:
        return escape(source)
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return highlight(source, lexer, _FORMATTER)
