"""Fixtures of the end-to-end tests."""

from tests.e2e.conftest import own_data_dir, quick_start

__all__ = ["own_data_dir", "quick_start"]
