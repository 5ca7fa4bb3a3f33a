from __future__ import annotations

import pytest

from index.models.bundled import weights


@pytest.fixture(scope="session")
def source() -> weights.Q4File:
    return weights.read_weights()
