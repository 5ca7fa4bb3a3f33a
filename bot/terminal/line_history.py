"""The lines typed at the prompt, in a file: each once it is known that it may be kept."""

from __future__ import annotations

from prompt_toolkit.history import FileHistory


class LineHistory(FileHistory):
    """A file history that holds the last line back until `keep`."""

    _line: str | None = None

    def store_string(self, string: str) -> None:
        self._line = string

    def keep(self) -> None:
        """Write the last line down."""
        if self._line is not None:
            super().store_string(self._line)
            self._line = None
