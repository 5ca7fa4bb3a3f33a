"""Every regular expression of the product, and texts that make a bad one slow.

A text is made of a pattern itself: what comes before one of its repetitions, what that repeats
(alone, or with what stands before or behind it), many times over, and a sign that nothing matches.
Patterns that a function builds from its arguments are not seen.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from re import _constants as ops
from re import _parser as parser
from types import FrameType, ModuleType
from typing import Any

PACKAGES = ("bot", "index")
USERS = {"match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
_CALLED = re.compile(rf"\.(?:{'|'.join(USERS)})\b")
NEVER = "\x00"
LENGTH = 6_000  # characters of a text whose pattern is watched
SHARE = 4  # how many times shorter is the text that it is compared with
LOOKS = 5  # at what seems slow, at most
GROWTH = 8  # times longer; a linear pattern takes `SHARE` times longer, a quadratic one its square
TOLERATED = 0.005  # seconds of the processor below which growth is not measured
GUARD = 0.25  # seconds of the processor after which a match is given up
GIVEN_UP = float("inf")  # what such a match takes


@dataclass(frozen=True)
class FoundPattern:
    """A pattern, where it was found, and the methods by which its module uses it."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


class TooSlowError(Exception):
    """The guard's time is over."""


@contextmanager
def guarded(seconds: float = GUARD) -> Iterator[None]:
    """Raises TooSlowError where what is within takes more of the processor, `re` included."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def complaints(found: FoundPattern, bound: int | None = None) -> list[str]:
    """By method, the first text on which the pattern's time grows faster than the text.

    `bound` is the length of the longest text that it meets: up to there any growth will do.
    """
    told = []
    length = bound or LENGTH
    texts = list(attacks(found.pattern, length))
    for method in sorted({_method(method) for method in found.methods} or {"finditer"}):
        for number, text in enumerate(texts):
            spent = _seconds(found.pattern, method, text)
            if spent <= TOLERATED:
                continue
            if spent < GIVEN_UP:
                brief = list(attacks(found.pattern, length // SHARE))[number]
                if _is_linear(found.pattern, method, brief, text, bound):
                    continue
            told.append(f"{found.place} {method} {text[:50]!r}: {spent:.3f} s")
            break
    return told


def _is_linear(
    pattern: re.Pattern[Any], method: str, brief: Any, text: Any, bound: int | None
) -> bool:
    """Whether it is so by the least of several looks: a busy machine only ever adds."""
    least = spent = GIVEN_UP
    for look in range(LOOKS):
        least = min(least, _seconds(pattern, method, brief))
        spent = min(spent, _seconds(pattern, method, text))
        if spent <= TOLERATED or (bound is None and look > 1 and spent <= GROWTH * least):
            return True
    return False


def _method(name: str) -> str:
    return name if name in ("match", "fullmatch", "search") else "finditer"


def _seconds(pattern: re.Pattern[Any], method: str, text: Any) -> float:
    run: Callable[[Any], Any] = getattr(pattern, method)
    began = time.thread_time()
    try:
        with guarded():
            if method == "finditer":
                deque(run(text), maxlen=0)
            else:
                run(text)
    except TooSlowError:
        return GIVEN_UP
    return time.thread_time() - began


def find_patterns() -> list[FoundPattern]:
    """Those that modules, their classes and cached functions hold, and those written in a call."""
    modules = list(_modules())
    uses = {module: _uses(module) for module in modules}
    found: dict[tuple[Any, int], FoundPattern] = {}
    for module, used in uses.items():
        for name, pattern in _held(module):
            methods = used.get(name) or frozenset[str]().union(
                *(use.get(name, ()) for use in uses.values())
            )
            methods = methods or frozenset[str]().union(*used.values())
            place = f"{module.__name__}:{name}"
            key = pattern.pattern, pattern.flags
            found.setdefault(key, FoundPattern(place, pattern, methods))
        for place, method, pattern in _written(module):
            found[place, 0] = FoundPattern(place, pattern, frozenset({method}))
    return list(found.values())


def _modules() -> Iterator[ModuleType]:
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:  # alembic runs these
                yield importlib.import_module(module.name)


@cache
def _calls(module: ModuleType) -> list[ast.Attribute | ast.Call]:
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    if not _CALLED.search(text):
        return []
    nodes = ast.walk(ast.parse(text))
    return [node for node in nodes if isinstance(node, ast.Attribute | ast.Call)]


def _uses(module: ModuleType) -> dict[str, frozenset[str]]:
    """By a variable's name, what is called on it that patterns have."""
    used: dict[str, set[str]] = {}
    for node in _calls(module):
        if isinstance(node, ast.Attribute) and node.attr in USERS and _name(node.value) != "re":
            used.setdefault(_name(node.value), set()).add(node.attr)
    return {name: frozenset(methods) for name, methods in used.items()}


def _name(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return getattr(node, "id", "") or getattr(node, "attr", "")


def _held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in list(vars(module).items()):
        own = getattr(value, "__module__", None) == module.__name__
        if own and isinstance(value, _lru_cache_wrapper):
            plain = name.startswith("_") and not inspect.signature(value).parameters
            value = value() if plain else None
        elif own and inspect.isclass(value):
            value = list(vars(value).values())
        for pattern in _within(value, set()):
            yield name, pattern


def _within(value: Any, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    parts: list[Any] = []
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in fields(value)]
    for part in parts:
        yield from _within(part, seen)


def _written(module: ModuleType) -> Iterator[tuple[str, str, re.Pattern[Any]]]:
    for node in _calls(module):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in USERS
            and _name(node.func.value) == "re"
        ):
            try:
                text = eval(ast.unparse(node.args[0]), dict(vars(module)))  # noqa: S307
            except NameError:  # of a function's own
                continue
            yield f"{module.__name__}:{node.lineno}", node.func.attr, re.compile(text)


def attacks(pattern: re.Pattern[Any], length: int) -> Iterator[Any]:
    """Texts of about this many characters (bytes for a pattern of bytes), one a repetition."""
    in_bytes = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode("latin-1") if in_bytes else pattern.pattern
    pumped = dict.fromkeys(
        (lead, pump)
        for before, body, after in _repetitions(list(parser.parse(source, pattern.flags & ~re.U)))
        for one, other in [(_sample(body, 0), _sample(body, 1))]
        for each in (one, other, one + other)
        for lead, pump in ((before, each), ("", each), ("", before + each), (before, each + after))
        if each
    )
    for lead, pump in pumped:
        text = lead + pump * (length // len(pump)) + NEVER
        yield text.encode("latin-1", "replace") if in_bytes else text


def _repetitions(items: list[Any], before: str = "") -> Iterator[tuple[str, list[Any], str]]:
    """What stands before each long repetition, what it repeats, and what stands behind it."""
    for at, (op, argument) in enumerate(items):
        lead = before + _sample(items[:at], 0)
        for inner in _inner(op, argument):
            yield from _repetitions(list(inner), lead)
        if op in _REPEATS and argument[1] > 20:
            yield lead, list(argument[2]), _sample(items[at + 1 :], 0)


_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


def _inner(op: Any, argument: Any) -> list[Any]:
    if op in _REPEATS:
        return [argument[2]]
    if op is ops.SUBPATTERN:
        return [argument[-1]]
    if op is ops.BRANCH:
        return list(argument[1])
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [argument[1]]
    return [argument] if op is ops.ATOMIC_GROUP else []


def _sample(items: list[Any], choice: int) -> str:
    """A text that these parts match, as far as is told without looking around."""
    return "".join(_sampled(op, argument, choice) for op, argument in items)


def _sampled(op: Any, argument: Any, choice: int) -> str:
    if op is ops.LITERAL:
        return chr(argument)
    if op is ops.NOT_LITERAL:
        return next(character for character in "a b" if ord(character) != argument)
    if op is ops.ANY:
        return "a "[choice]
    if op is ops.IN:
        return _one_of(argument, choice)
    if op is ops.BRANCH:
        return _sample(list(argument[1][choice % len(argument[1])]), choice)
    if op in _REPEATS:
        times = max(argument[0], min(1 + choice, argument[1]))
        return _sample(list(argument[2]), choice) * times
    if op in (ops.SUBPATTERN, ops.ATOMIC_GROUP):
        return _sample(list(_inner(op, argument)[0]), choice)
    return ""


_CANDIDATES = "a 1A.,-\n'\"éx:/<>&;_()[]{}!?#=+*%@|~«»’\t\u00a0"


def _one_of(argument: Any, choice: int) -> str:
    pattern = re.compile(f"[{''.join(_rendered(kind, value) for kind, value in argument)}]")
    found = [candidate for candidate in _CANDIDATES if pattern.match(candidate)]
    found += [chr(code) for kind, code in argument if kind is ops.LITERAL]
    found += [chr(code[0]) for kind, code in argument if kind is ops.RANGE]
    return found[choice % len(found)] if found else ""


def _rendered(kind: Any, value: Any) -> str:
    if kind is ops.NEGATE:
        return "^"
    if kind is ops.LITERAL:
        return re.escape(chr(value))
    if kind is ops.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return _CATEGORIES[value]


_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}
