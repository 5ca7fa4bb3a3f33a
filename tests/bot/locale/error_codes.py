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
    nodes = [
        node
        for package in (index, bot, selon)
        for path in sorted(Path(package.__path__[0]).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.Call)
    ]
    found: dict[str, set[frozenset[str]]] = {}
    for code, parameters in _problems(nodes, _errors(nodes)):
        found.setdefault(code, set()).add(parameters)
    return found


def _errors(nodes: Sequence[ast.AST]) -> set[str]:
    """The names of the classes of errors that have a code."""
    known = {_ROOT}
    classes = [
        (node.name, {_name(base) for base in node.bases})
        for node in nodes
        if isinstance(node, ast.ClassDef)
    ]
    while new := {name for name, bases in classes if bases & known} - known:
        known |= new
    return known


def _problems(nodes: Sequence[ast.AST], errors: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for call in nodes:
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
