"""History of lines typed at the prompt, stored once they are known not to be confidential."""

from __future__ import annotations

from prompt_toolkit.history import FileHistory


class LineHistory(FileHistory):
    """A file history that withholds the last line until `keep`."""

    _line: str | None = None

    def store_string(self, string: str) -> None:
        self._line = string

    def keep(self) -> None:
        """Store the last line."""
        if self._line is not None:
            super().store_string(self._line)
            self._line = None
