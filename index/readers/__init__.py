"""Files of articles, found and read."""

from index.readers.content import Content, Options, Reader, Skipped
from index.readers.files import Source, find_sources
from index.readers.registry import FORMATS, read_content, read_source

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
