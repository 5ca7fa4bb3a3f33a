"""Every code that an error or a problem can have, with its parameters, as the source has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import bot
import index
import selon

_ROOT = "CodedError"
_OWN = {"subject", "at", "vector_count", "is_transient", "after"}
"""What an error is given besides the parameters of its sentence."""

_OF_A_FAULT = {"ModelFailed"}
"""Errors that are made of something else than a code."""


@cache
def raised() -> dict[str, set[frozenset[str]]]:
    """By code, the sets of parameters that it is given."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for package in (index, bot, selon)
        for path in sorted(Path(package.__path__[0]).rglob("*.py"))
    ]
    errors = _errors(trees)
    found: dict[str, set[frozenset[str]]] = {}
    for tree in trees:
        for code, parameters in _problems(tree, errors):
            found.setdefault(code, set()).add(parameters)
    return found


def _errors(trees: Sequence[ast.Module]) -> set[str]:
    """The names of the classes of errors that have a code."""
    known = {_ROOT}
    classes = [
        (node.name, {_name(base) for base in node.bases})
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while new := {name for name, bases in classes if bases & known} - known:
        known |= new
    return known


def _problems(tree: ast.Module, errors: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args:
            name = _name(call.func)
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            raised = name in errors - _OF_A_FAULT
            if raised or name == "Problem" or (name == "__init__" and "subject" in given):
                for code in _codes(call.args[0]):
                    yield code, frozenset(given if name == "Problem" else given - _OWN)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr | ast.BinOp):  # a sentence, which is no code
        yield ast.unparse(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))
