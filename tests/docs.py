"""The generated parts of the reference pages, and `.env.example`.

    python -m tests.docs

A part of a page lies between `<!-- generated: NAME -->` and `<!-- end -->`. `tests/test_docs.py`
holds each against what the code gives.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bot.locale.terminal import TerminalPhrases
from bot.main import _command
from bot.messenger.handlers.registration import CORE_MENUS, LAST
from bot.messenger.menus import MenuCommand
from bot.operations.metrics import Meters
from bot.settings import ENVIRONMENT_PREFIX, Settings
from bot.understanding.intents import COMMAND_INTENTS
from index.formats.table import FORMATS
from tests.e2e.telegram import feature_commands

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
_COMMON = {"--data-dir", "--help"}


def settings() -> str:
    def default(field: Any) -> str:
        if field.default_factory or field.default in (None, (), ""):
            return ""
        return f" (`{_written(field.default)}`)"

    return "".join(
        f"- `{ENVIRONMENT_PREFIX}{name.upper()}`{default(field)}: {_cell(field.description)}\n"
        for name, field in Settings.model_fields.items()
    )


def example() -> str:
    """`.env.example`: every setting with its description and its default, commented out."""
    blocks = [
        "# Every setting of Selon with its default.\n"
        "# Copy this file to .env and remove the # before what you change.\n"
        "# Separate lists by commas; never commit secrets."
    ]
    for name, field in Settings.model_fields.items():
        lines = textwrap.wrap(field.description or "", 98, break_on_hyphens=False)
        unset = field.default_factory or field.default in (None, ())
        value = "" if unset else _written(field.default)
        comment = "".join(f"# {line}\n" for line in lines)
        blocks.append(f"{comment}#{ENVIRONMENT_PREFIX}{name.upper()}={value}")
    return "\n\n".join(blocks) + "\n"


def _written(value: object) -> str:
    """A value as a setting is written."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def commands() -> str:
    """Every command of the terminal with its arguments and options, from its English help; what an
    option says is told once."""
    root, text = _command(TerminalPhrases.of("en")), ""
    told, before = set[str](), set[str]()
    for name, command in _leaves("selon", root):
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        options = [
            param
            for param in command.params
            if param.param_type_name == "option" and not _COMMON & set(param.opts)
        ]
        rows = {f"  - {_option(option)}: {_cell(option.help)}\n": option for option in options}
        line = " ".join([name, *(_argument(argument) for argument in arguments)])
        same = bool(rows) and rows.keys() == before
        text += f"- `{line}`: {_cell(command.help)}{' (options as above)' if same else ''}\n"
        known = ", ".join(_option(option) for row, option in rows.items() if row in told)
        text += "".join(row for row in rows if row not in told)
        text += f"  - as above: {known}\n" if known and not same else ""
        before = set(rows)
        told |= before
    return text


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    subcommands: Mapping[str, Any] = getattr(command, "commands", {})
    if not subcommands or (name != "selon" and command.invoke_without_command):
        yield name, command
    for word, subcommand in subcommands.items():
        yield from _leaves(f"{name} {word}", subcommand)


def _argument(argument: Any) -> str:
    shown = f"{argument.metavar or argument.name.upper()}{'…' if argument.nargs == -1 else ''}"
    return shown if argument.required else f"[{shown}]"


def _option(option: Any) -> str:
    metavar = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    return f"`{'/'.join([*option.opts, *option.secondary_opts])}{metavar}`"


def telegram() -> str:
    usual = (*CORE_MENUS.everybody, *feature_commands(), *LAST)
    return _menu((*usual, *CORE_MENUS.groups, *CORE_MENUS.hidden))


def administrators() -> str:
    return _menu(CORE_MENUS.administrators)


def _menu(menu: Iterable[MenuCommand]) -> str:
    return "".join(f"- `/{command.fr}` (`/{command.en}`): {command.about_en}\n" for command in menu)


def functions() -> str:
    """The functions of the archive: their commands in French and English, and their kinds."""
    return "".join(
        f"- `/{intent.commands[0]}`, `/{intent.commands[1]}`, `{intent.name}`\n"
        for intent in COMMAND_INTENTS
    )


def formats() -> str:
    """The formats that are read, their suffixes and parsers."""
    rows = {
        form.parser: " ".join(
            f"`{suffix}`" for other in FORMATS if other.parser == form.parser
            for suffix in other.suffixes
        )
        for form in FORMATS
    }  # fmt: skip
    return "".join(
        f"- {suffixes}: `{parser.replace('.', '/')}.py`\n" for parser, suffixes in rows.items()
    )


def metrics() -> str:
    families = (
        family for family in Meters().registry.collect() if family.name.startswith("selon_")
    )
    return "".join(
        f"- `{family.name}{'_total' if family.type == 'counter' else ''}` ({family.type}): "
        f"{_cell(family.documentation)}\n"
        for family in families
    )


def _rooms(package: str) -> str:
    """The modules of a package from the ground up, with the first line of each docstring.

    Layers in parentheses, the features, may be absent.
    """
    layers = next(
        contract["layers"]
        for contract in LINTER["contracts"]
        if contract.get("containers") == [package]
    )
    names = [name for layer in reversed(layers) for name in re.split(r"[ |:]+", layer)]
    return "".join(
        _room(ROOT / package / name.strip("()"))
        for name in names
        if not name.startswith("(") or (ROOT / package / name.strip("()")).is_dir()
    )


def _room(path: Path) -> str:
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    about = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    first, name = about.split("\n\n")[0], path.name if path.is_dir() else source.name
    return f"- `{name}{'/' if path.is_dir() else ''}`: {_cell(first)}\n"


PARTS: Mapping[str, Callable[[], str]] = {
    **{section.__name__: section for section in (settings, commands, telegram, administrators)},
    **{section.__name__: section for section in (functions, formats, metrics)},
    **{f"rooms_{package}": partial(_rooms, package) for package in ("index", "bot")},
}


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def renew(page: str) -> str:
    """The page with each of its generated parts as the code gives it."""
    return PART.sub(lambda match: f"{match[1]}\n{PARTS[match[2]]()}\n{match[3]}", page)


def main() -> None:
    for path in (ROOT / "docs").glob("*.md"):
        path.write_text(renew(path.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / ".env.example").write_text(example(), encoding="utf-8")


if __name__ == "__main__":
    main()
