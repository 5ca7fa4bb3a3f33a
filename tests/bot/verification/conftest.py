"""The checker as it is used, prepared once for all tests of the folder."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker, open_checker


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> FactChecker:
    return open_checker(tmp_path_factory.mktemp("checker"))
