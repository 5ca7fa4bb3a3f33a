"""The commands that make an index and keep it, as they are typed."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.command import CommandLine, Job, job
from bot.locale.articles import KeepingHelp
from bot.terminal import index, status
from bot.terminal.articles import (
    ListedArticles,
    list_articles,
    list_removed,
    remove,
    restore,
    show_article,
)
from bot.terminal.index import export, import_, roll_back

# Typer reads the annotations where they are written, so they are not postponed here.


def declare_index(line: CommandLine) -> None:
    """Put `selon index` on the command line."""
    phrases, option, texts = line.phrases, line.data_dir, KeepingHelp.of(line.phrases.code)
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type

    @line.command("index", phrases.index)
    def _index(
        paths: Annotated[
            list[Path] | None, typer.Argument(metavar="PATH", help=phrases.paths)
        ] = None,
        data_dir: DataDir = None,
        if_missing: Annotated[bool, typer.Option("--if-missing", help=phrases.if_missing)] = False,
        fields: Annotated[
            str | None,
            typer.Option("--map", metavar="FIELDS", help=texts.fields, show_default=False),
        ] = None,
        ocr: Annotated[
            bool | None, typer.Option("--ocr/--no-ocr", help=texts.ocr, show_default=False)
        ] = None,
        verbose: Annotated[bool, typer.Option("--verbose", help=texts.verbose)] = False,
        strict: Annotated[bool, typer.Option("--strict", help=texts.strict)] = False,
        part: Annotated[
            str | None,
            typer.Option("--part", metavar="N/PARTS", help=texts.one_part, show_default=False),
        ] = None,
    ) -> Job:
        asked = index.IndexRequest(paths or (), if_missing, fields, ocr, verbose, strict, part)
        return job(data_dir, partial(index.index, asked=asked))


def declare(line: CommandLine) -> None:
    """Put the other commands on the command line."""
    option, texts = line.data_dir, KeepingHelp.of(line.phrases.code)
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type
    Day = Annotated[str | None, typer.Option(metavar="DAY", help=texts.since)]  # noqa: N806

    @line.command("status", line.phrases.status)
    def _status(
        data_dir: DataDir = None,
        duplicates: Annotated[bool, typer.Option("--duplicates", help=texts.duplicates)] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.json)] = False,
    ) -> Job:
        command = status.duplicates if duplicates else status.status
        return job(data_dir, partial(command, as_json=as_json))

    @line.command("list", texts.list)
    def _list(
        since: Day = None,
        until: Annotated[str | None, typer.Option(metavar="DAY", help=texts.until)] = None,
        language: Annotated[str | None, typer.Option(metavar="CODE", help=texts.language)] = None,
        outlet: Annotated[str | None, typer.Option(metavar="NAME", help=texts.outlet)] = None,
        limit: Annotated[int | None, typer.Option(metavar="N", min=1, help=texts.limit)] = None,
        removed: Annotated[bool, typer.Option("--removed", help=texts.removed)] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.json_lines)] = False,
        data_dir: DataDir = None,
    ) -> Job:
        if removed:
            return job(data_dir, partial(list_removed, as_json=as_json))
        wanted = ListedArticles(since, until, language, outlet, limit)
        return job(data_dir, partial(list_articles, wanted=wanted, as_json=as_json))

    @line.command("show", texts.show)
    def _show(
        article: Annotated[list[str], typer.Argument(metavar="ARTICLE", help=texts.article)],
        whole: Annotated[bool, typer.Option("--text", help=texts.text)] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.json)] = False,
        data_dir: DataDir = None,
    ) -> Job:
        reference = " ".join(article)  # a title needs no quotation marks
        show = partial(show_article, reference=reference, whole=whole, as_json=as_json)
        return job(data_dir, show)

    @line.command("remove", texts.remove)
    def _remove(
        articles: Annotated[list[str], typer.Argument(metavar="ARTICLE", help=texts.articles)],
        back: Annotated[bool, typer.Option("--restore", help=texts.restore)] = False,
        data_dir: DataDir = None,
    ) -> Job:
        return job(data_dir, partial(restore if back else remove, references=articles))

    @line.command("rollback", texts.rollback)
    def _rollback(data_dir: DataDir = None) -> Job:
        return job(data_dir, roll_back)

    @line.command("export", texts.export)
    def _export(
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=texts.export_folder)],
        data_dir: DataDir = None,
    ) -> Job:
        return job(data_dir, partial(export, folder=folder))

    @line.command("import", texts.import_)
    def _import(
        folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=texts.import_folder)],
        data_dir: DataDir = None,
    ) -> Job:
        return job(data_dir, partial(import_, folder=folder))
