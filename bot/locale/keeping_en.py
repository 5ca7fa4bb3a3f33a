"""English texts of the commands that keep an index."""

from __future__ import annotations

from bot.locale.keeping import FactLabels, KeepingHelp, KeepingPhrases
from bot.locale.terminal_en import count, number

KEEPING_EN = KeepingPhrases(
    help=KeepingHelp(
        list="List the indexed articles, newest first.",
        show="Show an article: what is known of it, where that was found, and its text.",
        remove="Keep articles out of the answers (their files stay), or let them in again.",
        rollback="Put the generation of the index before this one back in service.",
        export="Copy the whole index to a folder, for another machine.",
        import_="Put an index from another machine in service.",
        article="The article: its id (4 characters are enough), file, address or title.",
        articles="The articles: id, file, address or title of each.",
        since="From this day, month or year on: 2025-08-29, 2025-08, 2025, or 30d.",
        until="Until this day, month or year (included).",
        language="In this language: fr, en…",
        outlet="Published by this outlet.",
        limit="N articles at most.",
        removed="List those that you have removed.",
        json_lines="One JSON object a line.",
        json="One JSON object.",
        text="Show the whole text.",
        restore="Let these articles into the answers again.",
        export_folder="Folder to write: new, empty, or of an earlier export.",
        import_folder="Folder written by “selon export”.",
        duplicates="Show the articles that are one.",
        fields="Fields of JSON and CSV files: text=body,title=headline (remembered).",
        ocr="Read scanned PDFs or not (remembered).",
        verbose="Name every file that was skipped.",
    ),
    no_such_article=lambda name: f"no indexed article is “{name}”",
    nearest="; the nearest:",
    several=lambda name: f"“{name}” means several articles, give the id:",
    no_such_day=lambda option, value: (
        f"{option} {value}: give a day (2025-08-29), a month (2025-08), a year (2025) or a number "
        "of days (30d)"
    ),
    crossed=lambda since, until: f"--since {since} is after --until {until}: swap them",
    not_removed=lambda name: f"no removed article is “{name}”; to see them: selon list --removed",
    undated="undated",
    untitled="(untitled)",
    shown=lambda shown, total: (
        f"{number(shown)} of {count(total, 'article')}."
        if shown < total
        else f"{count(total, 'article')}."
    ),
    none_listed="No article.",
    facts=FactLabels(
        id="Id",
        title="Title",
        author="Author",
        outlet="Outlet",
        category="Section",
        published="Published",
        updated="Updated",
        url="Address",
        path="File",
        language="Language",
        size="Length",
        sections="Headings",
        copies="Duplicates",
    ),
    origins={
        "front matter": "front matter",
        "json-ld": "the page’s JSON-LD",
        "opengraph": "the page’s OpenGraph",
        "html": "the page’s code",
        "pdf": "the PDF’s properties",
        "docx": "the document’s properties",
        "document": "the document’s properties",
        "epub": "the book’s properties",
        "feed": "feed",
        "sitemap": "sitemap",
        "nitf": "NITF",
        "email": "the message’s header",
        "fields": "the record’s field",
        "address": "address",
        "file name": "file name",
        "text": "text",
        "detected": "told from the text",
    },
    found_in=lambda origin: f"({origin})",
    length=lambda words, characters, passages: (
        f"{count(words, 'word')}, {count(characters, 'character')}, {count(passages, 'passage')}"
    ),
    more_text="… (--text shows the rest)",
    copy_of=lambda title, identity: f"Duplicate: answers come from “{title}” ({identity}).",
    removed=lambda title, path: f"Removed: {title} ({path})",
    restored=lambda title, path: f"Restored: {title} ({path})",
    already_removed=lambda title: f"Already removed: {title}",
    files_stay="The files stay where they are; “selon remove --restore” lets them in again.",
    nothing_left="these are the last articles: an index cannot be empty",
    no_more_there=lambda path: (
        f"{path}: the index comes from there, and it is gone; put it back, or index what is there "
        "(selon index PATH)"
    ),
    in_service=lambda generation, built: (
        f"Back in service: generation {generation}, built {built}."
    ),
    exported=lambda articles, size, folder: (
        f"Copied: {count(articles, 'article')} ({size}), checked, to {folder}."
    ),
    imported=lambda articles, generation: (
        f"In service: {count(articles, 'article')}, generation {generation}."
    ),
    no_duplicates="No duplicates.",
    copies=lambda copies: count(copies, "duplicate"),
    duplicates_found=lambda copies: (
        f"{count(copies, 'duplicate')} joined to the original: selon status --duplicates"
    ),
    left_out=lambda articles: f"{count(articles, 'article')} removed by you: selon list --removed",
    resumed=lambda vectors: f"{count(vectors, 'vector')} taken from the interrupted build.",
    some_skipped=lambda files: f"{count(files, 'file')} skipped: selon index --verbose",
    more_skipped=lambda more: f"  and {count(more, 'other')}: selon index --verbose names them all",
    stopping="Stopping at the end of this batch (Ctrl-C again: at once)",
    stopped=lambda kept: (
        f"Interrupted: the index in place has not changed. {count(kept, 'vector')} kept: the same "
        "command goes on from there."
        if kept
        else "Interrupted: the index in place has not changed."
    ),
    fields_kept=lambda fields: f"Fields remembered from last time: {fields}.",
)
