from __future__ import annotations

import inspect
from typing import Any

import pytest

from index.store.base import BuildTurn, IndexStore
from index.store.build_turn import PreviousGeneration
from index.store.draft import Draft
from index.store.generation import StoredGeneration

MOST, MOST_A_ROLE = 40, 20
ROLES: dict[str, tuple[type[Any], ...]] = {
    "keep": (IndexStore,),
    "build": (BuildTurn, PreviousGeneration, Draft),
    "read": (StoredGeneration,),
}


def members(cls: type[Any]) -> list[str]:
    """What a store must write itself."""
    if inspect.isabstract(cls) and not getattr(cls, "_is_protocol", False):
        return sorted(cls.__abstractmethods__)
    return [name for name in vars(cls) if not name.startswith("_")]


@pytest.mark.parametrize("role", ROLES)
def test_another_store_has_little_to_write(role: str) -> None:
    assert 0 < sum(len(members(cls)) for cls in ROLES[role]) <= MOST_A_ROLE
    assert sum(len(members(cls)) for own in ROLES.values() for cls in own) <= MOST
