"""`selon index`: builds with progress, interruption and a report; rollback, export and import."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from bot.command import DONE, FAILED, CommandLine
from bot.library.format_options import choose_format_options, format_map_text, save_format_options
from bot.library.progress import outcome_lines
from bot.library.status import built_text
from bot.locale.articles import KeepingPhrases
from bot.locale.errors import error_text
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, show
from bot.terminal.state import open_act_log
from index.errors import BuildStopped

if TYPE_CHECKING:
    from index.formats.base import Options, Skipped
    from index.ingestion.builder import BuildReport

MAX_NAMED_FILES = 20  # maximum number of skipped files to name on a terminal, unless `--verbose`
Stop: TypeAlias = Callable[[], bool]
# Skip reasons to name files for; files that were skipped before are only counted.
Naming = Literal["all", "some", "none"]


def declare(line: CommandLine) -> None:
    """Declare `selon index`."""
    line.command("index", index, line.texts("articles"))


def declare_others(line: CommandLine) -> None:
    """Declare `selon rollback`, `selon export` and `selon import`."""
    texts = line.texts("articles")
    line.command("rollback", roll_back, texts)
    line.command("export", export, texts)
    line.command("import", import_, texts, "import_")


def index(
    settings: Settings,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="paths")] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="if_missing")] = False,
    fields: Annotated[
        str | None, typer.Option("--map", metavar="FIELDS", help="fields", show_default=False)
    ] = None,
    ocr: Annotated[
        bool | None, typer.Option("--ocr/--no-ocr", help="ocr", show_default=False)
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="verbose")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="strict")] = False,
) -> int:
    """Build the index of these paths. Skipped files are named, and are an error only if `strict`,
    so that the others get indexed."""
    from bot.library.paths import corpus_paths, standing_paths

    there_is_one = if_missing and index_store(settings).current_id() is not None
    if there_is_one and _is_of_the_model(settings):
        return DONE
    options = choose_format_options(settings.data_dir, fields, ocr)
    if options.fields and fields is None:
        phrases = KeepingPhrases.of(settings.language)
        show(console_for(sys.stderr), phrases.fields_kept(format_map_text(options.fields)))
    if there_is_one and not paths:
        paths_to_read = standing_paths(settings)
    else:
        paths_to_read = corpus_paths(settings, paths or ())
    naming: Naming = "all" if verbose else "some"
    report = follow_build(settings, paths_to_read, options, naming)
    if report is None:
        return FAILED
    save_format_options(settings.data_dir, options)
    if report.switched:
        with open_act_log(settings) as log:
            log.note("build", [report.generation])
    return FAILED if strict and report.skipped else DONE


def _is_of_the_model(settings: Settings) -> bool:
    """True if the current index was built with the embedding model of the settings; one of another
    release cannot be searched."""
    from bot.embedder import open_embedder
    from bot.terminal.progress import observe_progress

    phrases = TerminalPhrases.of(settings.language)
    with observe_progress(console_for(sys.stderr), phrases) as observer:
        embedder = open_embedder(settings, progress=observer.model, lazy=True)
    return index_store(settings).facts().model == embedder.id


def follow_build(
    settings: Settings, paths: Sequence[Path], options: Options, naming: Naming = "some"
) -> BuildReport | None:
    """Build with progress and a report; return None if interrupted."""
    from bot.embedder import open_embedder
    from bot.library.builder_log import BuilderLog
    from bot.rights import keep_apart
    from bot.terminal.progress import catch_interrupt, observe_progress
    from index.ingestion.builder import build

    phrases, more = TerminalPhrases.of(settings.language), KeepingPhrases.of(settings.language)
    err = console_for(sys.stderr)
    began = time.monotonic()
    try:
        with (
            observe_progress(err, phrases, more.stopping) as observer,
            catch_interrupt(observer.stopping) as stop,
        ):
            embedder = open_embedder(settings, progress=observer.model, lazy=True)
            store, own = index_store(settings), keep_apart(settings, options, paths)

            def start(stop: Stop) -> BuildReport:
                return build(paths, store, embedder, options=own, observer=observer, stop=stop)

            report = BuilderLog(store).run(start, stop)
    except BuildStopped as interruption:
        show(err, more.stopped(interruption.vector_count))
        return None
    except KeyboardInterrupt:
        show(err, phrases.index_interrupted)
        return None
    lines = _report_lines(report, time.monotonic() - began, settings.language)
    show(console_for(sys.stdout), "\n".join(lines))
    _tell_skipped(report.skipped, settings.language, naming)
    return report


def _report_lines(report: BuildReport, seconds: float, language: str) -> Iterator[str]:
    more = KeepingPhrases.of(language)
    yield from outcome_lines(report, language)
    if report.switched:
        yield TerminalPhrases.of(language).embedded(report.embedded, seconds)
        if report.resumed:
            yield more.resumed(report.resumed)
    if report.duplicates:
        yield more.duplicates_found(report.duplicates)
    if report.left_out:
        yield more.left_out(report.left_out)


def _tell_skipped(skipped: Sequence[Skipped], language: str, naming: Naming) -> None:
    if not skipped:
        return
    out, more = console_for(sys.stdout), KeepingPhrases.of(language)
    if naming == "none":
        show(out, more.some_skipped(len(skipped)))
        return
    named_files = skipped if naming == "all" or not out.is_terminal else skipped[:MAX_NAMED_FILES]
    show(out, TerminalPhrases.of(language).skipped(len(skipped)))
    for file in named_files:
        show(out, f"  {harmless(error_text(file, language))}")
    if len(named_files) < len(skipped):
        show(out, more.more_skipped(len(skipped) - len(named_files)))


def roll_back(settings: Settings) -> int:
    """Restore the previous generation. Raises NoIndex, StoreError, DamagedIndex, BuildLocked."""
    facts = index_store(settings).roll_back()
    with open_act_log(settings) as log:
        log.note("rollback", [facts.id])
    phrases = KeepingPhrases.of(settings.language)
    built_at = built_text(facts.built_at, settings.language)
    show(console_for(sys.stdout), phrases.in_service(facts.id, built_at))
    return DONE


def export(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="export_folder")],
) -> int:
    """Copy the current index. Raises NoIndex, StoreError, DamagedIndex."""
    facts = index_store(settings).export(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    phrases = KeepingPhrases.of(settings.language)
    show(console_for(sys.stdout), phrases.exported(facts.articles, size, harmless(str(folder))))
    return DONE


def import_(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="import_folder")],
) -> int:
    """Install an exported index. Raises DamagedIndex, StoreError, BuildLocked."""
    facts = index_store(settings).take(folder)
    with open_act_log(settings) as log:
        log.note("import", [facts.id])
    phrases = KeepingPhrases.of(settings.language)
    show(console_for(sys.stdout), phrases.imported(facts.articles, facts.id))
    return DONE
