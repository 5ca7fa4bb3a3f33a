"""No turn awaits speech, indexing or fetching, which may take minutes: it queues them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.e2e.telegram import handler_modules

LONG = {"hear", "record", "take", "fetch", "add_to_corpus", "keep_for", "rebuild"}
"""What speech and documents do that takes long; `documents` and `speech` are whose they are."""

QUEUES = {"queue_work", "create_task"}
REGISTERED = {"on_button", "on_command", "on_message", "on_update"}
TREES = {
    f"{path.parent.name}-{path.stem}": ast.parse(path.read_text(encoding="utf-8"))
    for path in handler_modules()
}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def awaited(node: ast.AST, queued: frozenset[str]) -> Iterator[ast.Attribute]:
    """The attributes that a function names, but for what it hands to a queue."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and _last(child.func) in QUEUES:
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.name in queued:
            continue
        if isinstance(child, ast.Attribute):
            yield child
        yield from awaited(child, queued)


def _last(node: ast.AST) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _queued(function: ast.AST) -> frozenset[str]:
    """The functions within a function that it hands to a queue."""
    return frozenset(
        argument.id
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _last(call.func) in QUEUES
        for argument in call.args
        if isinstance(argument, ast.Name)
    )


def long_functions() -> set[str]:
    """What takes long, or awaits what does, as `module.function`."""
    known: set[str] = set()
    while True:
        names = {each.partition(".")[2] for each in known}
        found = {
            f"{module}.{function.name}"
            for module, function in functions()
            for each in awaited(function, _queued(function))
            if (each.attr in LONG and _last(each.value).strip("_") in {"speech", "documents"})
            or (f"{module}.{each.attr}" in known and _last(each.value) == "self")
            or (each.attr in names and _last(each.value) in {"_questions", "_aloud", "_recordings"})
        }
        if found <= known:
            return known
        known |= found


def test_no_handler_awaits_what_takes_long() -> None:
    long = long_functions()
    assert "handlers-documents._file" in long
    taken_up = {
        f"{module}.{function.name}"
        for module, function in functions()
        for each in function.decorator_list
        if isinstance(each, ast.Call) and _last(each.func) in REGISTERED
    }
    assert len(taken_up) > 40
    assert taken_up & long == set()
