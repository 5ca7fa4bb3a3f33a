"""Files of articles, found and read."""

from index.formats.base import Content, Options, Reader, Skipped
from index.formats.sources import Source, find_sources
from index.formats.table import FORMATS, read_content, read_source

__all__ = [
    "FORMATS",
    "Content",
    "Options",
    "Reader",
    "Skipped",
    "Source",
    "find_sources",
    "read_content",
    "read_source",
]
