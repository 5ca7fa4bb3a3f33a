"""Fixtures of the end-to-end tests and of the databases."""

from tests.bot.state.conftest import state, url
from tests.e2e.conftest import own_data_dir, quick_start, server

__all__ = ["own_data_dir", "quick_start", "server", "state", "url"]
