"""Versions of the rules by which files become articles and passages."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from importlib.metadata import version

from index.formats.base import Options
from index.formats.table import FORMATS

# Raise one when the same input gives another output; each parser's stands in `FORMATS`. The test
# of versions compares the outputs with those recorded.
ARTICLE_VERSION = 2  # from drafts to articles: `index.formats.conversion` and what it calls
PASSAGE_VERSION = 1  # from articles to passages, their sentences, words and signatures
# Their releases change what is read or cut.
LIBRARIES = (
    *("charset-normalizer", "feedparser", "ftfy", "htmldate", "ijson", "lxml", "markdown-it-py"),
    *("py3langid", "pypdfium2", "PyStemmer", "python-docx", "python-frontmatter", "PyYAML"),
    *("sentencex", "trafilatura"),
)


def rules(options: Options | None = None) -> str:
    """Digest of all that decides which articles and passages the same bytes give: the versions of
    the rules, of Python and of the libraries, the options, and the presence of OCR."""
    options = options or Options()
    parsers = {file_format.suffix: file_format.version for file_format in FORMATS}
    libraries = {name: version(name) for name in LIBRARIES}
    facts = [ARTICLE_VERSION, PASSAGE_VERSION, parsers, sys.version_info[:2], libraries]
    facts += [dict(options.fields), options.ocr, shutil.which("tesseract")]
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()
