from __future__ import annotations

from typing import Any

import pytest

from index.store.base import Build, IndexStore
from index.store.build import PreviousGeneration
from index.store.generation import StoredGeneration
from index.store.writer import GenerationWriter

MOST, MOST_A_ROLE = 41, 20
ROLES: dict[str, tuple[type[Any], ...]] = {
    "keep": (IndexStore,),
    "build": (Build, PreviousGeneration, GenerationWriter),
    "read": (StoredGeneration,),
}


def members(cls: type[Any]) -> list[str]:
    """What a store must write itself."""
    return [
        name
        for name, value in vars(cls).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, property))
    ]


@pytest.mark.parametrize("role", ROLES)
def test_another_store_has_little_to_write(role: str) -> None:
    assert 0 < sum(len(members(cls)) for cls in ROLES[role]) <= MOST_A_ROLE
    assert sum(len(members(cls)) for own in ROLES.values() for cls in own) <= MOST
