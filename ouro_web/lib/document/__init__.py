"""The document that editors of the ProseMirror family keep, from and to extended markdown.

What is stored is the markdown; documents are made for those who ask. Every node that a document
can hold has one spelling in markdown, and reading that spelling gives the same node back.
"""

from ouro_web.lib.document.bounded import from_text
from ouro_web.lib.document.writing import as_text

__all__ = ["as_text", "from_text"]
