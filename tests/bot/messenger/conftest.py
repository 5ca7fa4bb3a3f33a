"""The messenger's tests stand on what the end-to-end tests do."""

from tests.e2e.conftest import own_data_dir, quick_start, server

__all__ = ["own_data_dir", "quick_start", "server"]
