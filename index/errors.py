"""What can go wrong between articles and evidence.

IndexingError
├── ReadError           a file cannot become an article (its message names the file and the reason)
├── ModelError          the embedding model cannot be found, loaded or prepared
├── StoreError          the index on disk
│   ├── NoIndex         nothing has been indexed in this data directory yet
│   ├── DamagedIndex    a file of the generation is missing or altered
│   └── ModelMismatch   the index was built by another embedding model
├── BuildLocked         another process is building in this data directory
└── BuildStopped        whoever asked for the build asked it to stop

Every message is one line: what happened, to which file or setting, and what to do about it.
"""


class IndexingError(Exception):
    """Root of every error that the `index` package raises on purpose."""


class ReadError(IndexingError):
    """A file cannot become an article."""


class ModelError(IndexingError):
    """The embedding model cannot be found, loaded or prepared."""


class StoreError(IndexingError):
    """The index on disk cannot be used as it is."""


class NoIndex(StoreError):  # noqa: N818 - named for what the user lacks
    """Nothing has been indexed in this data directory yet."""


class DamagedIndex(StoreError):  # noqa: N818
    """A file of the generation in service is missing or altered."""


class ModelMismatch(StoreError):  # noqa: N818
    """The index was built by another embedding model than the one in use."""


class BuildLocked(IndexingError):  # noqa: N818
    """Another process is building in this data directory."""


class BuildStopped(IndexingError):  # noqa: N818
    """The build was asked to stop; `kept` vectors are on disk, and the next build has them."""

    def __init__(self, message: str, kept: int = 0) -> None:
        super().__init__(message)
        self.kept = kept
