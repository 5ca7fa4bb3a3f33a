"""Answers as Markdown with footnotes."""

from __future__ import annotations

import re

from bot.export.document import ExportDocument
from bot.locale.text import harmless

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")
_BLOCK_START = re.compile(r"^(?=[-+=~])|^(\d+)(?=[.)])")


def write_markdown(document: ExportDocument) -> bytes:
    blocks, notes = [f"# {escape_markdown(document.title)}"], list[str]()
    if document.remark:
        blocks.append(f"*{escape_markdown(document.remark)}*")
    for section in document.sections:
        if heading := section[0].statement.heading:
            blocks.append(f"## {escape_markdown(heading)}")
        for line in section:
            label, text = line.statement.label, escape_markdown(line.text)
            marks = "".join(f"[^{len(notes) + at}]" for at in range(1, len(line.notes) + 1))
            if label:
                text = f"**{escape_markdown(label)}** {text}"
            blocks.append(f"{_BLOCK_START.sub(_escape_start, text)}{marks}")
            notes += (
                f"{escape_markdown(note.reference)}, <{note.link}>."
                if note.link
                else escape_markdown(note.text)
                for note in line.notes
            )
    blocks += (f"[^{number}]: {note}" for number, note in enumerate(notes, 1))
    return ("\n\n".join(blocks) + "\n").encode()


def escape_markdown(text: str) -> str:
    """Escape all markup of one line."""
    return _MARKUP.sub(r"\\\1", harmless(" ".join(text.split("\n"))))


def _escape_start(match: re.Match[str]) -> str:
    """A backslash before a list or heading mark, or after the number of a list."""
    return f"{match[1] or ''}\\"
