"""Every message that the `index` package can raise or skip a file with, as its code has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import index

_NUMBER = re.compile(
    r"//|limit|len\(|count|pages|seconds|ratio|version|format\b|dim|size|found|expected"
)
_SAID = re.compile(r"\w+Error|Skipped|skipped_line|Unfit|DamagedIndex|BuildLocked|_TooLarge")
_INNER = ("ValueError", "KeyError", "IndexError", "TypeError", "OSError", "HTMLError")
_OWN_WORDS = "web"  # says why by number, not in words: `index.errors.Why`


def messages() -> Iterator[str]:
    """Each with examples of what it names: `x` for a name, `7` for a number."""
    root = Path(index.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] != _OWN_WORDS:
            yield from _messages(ast.parse(path.read_text(encoding="utf-8")))


def _messages(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_said(ast.unparse(call.func)):
            yield from filter(None, map(_text, call.args))


def _is_said(name: str) -> bool:
    name = name.rpartition(".")[2]
    return bool(_SAID.fullmatch(name)) and name not in _INNER


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.FormattedValue):
        return _example(node)
    return ""


def _example(value: ast.FormattedValue) -> str:
    if value.format_spec is not None and "," in ast.unparse(value.format_spec):
        return "1,234"
    if value.conversion == ord("r"):
        return "'x'"
    return "7" if _NUMBER.search(ast.unparse(value.value).lower()) else "x"
