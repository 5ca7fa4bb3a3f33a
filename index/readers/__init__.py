"""Files of articles, found and read."""

from index.readers.files import Skipped, Source, find_sources
from index.readers.registry import read_source

__all__ = ["Skipped", "Source", "find_sources", "read_source"]
