"""Paragraphs, headings, lists and tables from the lines of pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import quantiles

from index.formats.base import Block
from index.formats.pdf.columns import drop_reprints, split_columns
from index.formats.pdf.page import PrintedLine, PrintedPage

# Second halves that keep their hyphen (« dit-il », « là-dessus »), except in `_SOLID`.
_SECOND = frozenset("il elle on ils elles je là même mêmes dessus dessous delà".split())  # noqa: SIM905
_SOLID = frozenset({"voilà"})
_INVERSIONS = {"nous": ("ons", "mes"), "vous": ("ez", "tes")}  # « irons-nous », « êtes-vous »
# Short words between two hyphens (« c'est-à-dire », « arc-en-ciel », « a-t-il »).
_MIDDLE = frozenset("à au de du des en et la le les ou sous sur t".split())  # noqa: SIM905
# First halves that keep their hyphen, except before second halves that match the pattern.
_ALWAYS = "après arrière demi peut rendez sud nord ouest vice week self là grands belle petits"
_FIRST = {
    first: re.compile(solid)
    for first, solid in {
        **dict.fromkeys(_ALWAYS.split(), "$"),
        **dict.fromkeys(("celui", "celle", "ceux", "celles"), "$|(?!ci)"),
        **dict.fromkeys(("franco", "anglo"), "$|ph"),
        "porte": "feuilles?|manteaux?|faix|ments?$",
        "sous": "cri|trai(?:re|s$|t$|te?$|ent$)|trac|sign|tract",
        "non": "chal|obst|ant|agén|ag[eé]s|sens|ce",
        "avant": "ag",
        "quasi": "ment$",
        "mi": "(?!temps|chemin|mandat|parcours|saison|janvier|mars|avril|juin|juillet|août)",
        "mini": "m|str|er|at",
        "ex": "(?!ministre|président|premier|directeur|directrice|femme|mari|patron|chef|candidat)",
        "au": "(?!delà|dessus|dessous|devant)",
        "socio": "l",
        "grand": "(?!mère|père|parent|messe|chose|place|angle)",
        "beau": "(?!père|frère|fils|parent)",
        "petit": "(?!déjeuner|fils|bourgeois|lait)",
        "petite": "(?!fille)",
        "chef": "(?!lieu|d')",
    }.items()
}
_LONGEST = 60  # letters of a word
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_LAST = re.compile(r"(?<![^\W\d_])([^\W\d_]*+)[-\u2010\u00ad]$")
_NEXT = re.compile(r"[^\W\d_]+")


def ends_in_cut_word(text: str) -> bool:
    """True if the line ends with a hyphenated part of a word."""
    return bool(_LAST.search(text[-_LONGEST:])) and len(text) > 1 and not text[-2].isspace()


def join_lines(lines: Sequence[str], words: set[str]) -> str:
    """Join the lines of a paragraph; `words` are those that the document has on one line."""
    openings = (_end_line(first, second, words) for first, second in pairwise(lines))
    return "".join([*openings, *lines[-1:]])


def _end_line(first: str, second: str, words: set[str]) -> str:
    """Return the first line as it precedes the second: with a space, or without its hyphen.

    The document decides if it has the word elsewhere. Otherwise a hyphen stays before a capital or
    a figure, after a figure or another hyphen (« c'est-à- »), and in the compounds listed above; a
    soft hyphen never stays.
    """
    last_word = _LAST.search(first[-_LONGEST:])
    if last_word is None or not ends_in_cut_word(first):
        return f"{first} "
    beginning = first[:-1]
    next_word = _NEXT.match(second)
    if first.endswith("\u00ad") and next_word:
        return beginning
    if next_word is None or not second[0].islower():
        return f"{beginning}-" if second[:1].isalnum() else f"{first} "
    word = last_word[1].lower(), next_word[0].lower()
    return (
        f"{beginning}-" if not last_word[1] or _keeps_hyphen(*word, beginning, words) else beginning
    )


def _keeps_hyphen(first: str, second: str, beginning: str, words: set[str]) -> bool:
    if first + second in words:
        return False
    compound = beginning.split()[-1].lower().lstrip("«“\"'([") + "-" + second
    solid = _FIRST.get(first)
    return (
        f"{first}-{second}" in words
        or compound in words
        or (second in _SECOND and first + second not in _SOLID)
        or first.endswith(_INVERSIONS.get(second, ()))
        or (compound.count("-") > 1 and first in _MIDDLE)
        or (solid is not None and not solid.match(second))
    )


_LARGER = 1.15  # times the text's size: a heading
_SIZE = 0.12  # share by which the sizes of lines of a paragraph may differ
_PARAGRAPH_SPACING = 1.35  # times the usual line spacing: a space between paragraphs
_SHORT = 0.35  # share of the column's width; more white after a line ends its paragraph
_FLUSH = 0.6  # share of aligned cells in two rows of one table
_BOLD = 120  # characters; a longer bold paragraph is an introduction, not a heading
_HEADING = 250  # maximum characters
_CAPITALS = 80  # maximum characters of a heading in capitals
_LONG_ITEM = 200  # characters; lists of longer items are paragraphs
_TAIL = 100  # characters at a line's end to inspect
_BULLET = re.compile(r"[•●○◦▪■□►▶➢➤✓✔\uf0b7\uf0a7·*–—-]\s*(?=\S)")
_POINT = re.compile(r"(?:\d{1,2}[.)]|[a-z]\))\s+\S")
_CONTENTS = re.compile(r"(?:[.…·_]\s?+){5}\s*+\d*+$")  # a line of a table of contents
_SENTENCE_END = re.compile(r"[.!?…:][»”\"’')\]]*(?:\s*\d{1,3})?$|[»”]$")
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class PrintedParagraph:
    """Lines of a paragraph, list item, heading or table. `page` is where it ends."""

    page: int
    lines: list[PrintedLine]
    table: bool = False
    item: bool = False
    heading: bool = False
    text: str = ""

    @property
    def size(self) -> float:
        return max(self.lines, key=lambda line: len(line.text)).size


@dataclass(frozen=True, slots=True)
class Typography:
    """Size of a document's text, and usual line spacing in em."""

    size: float
    leading: float


def lay_out_pages(pages: Sequence[PrintedPage]) -> tuple[str | None, tuple[Block, ...]]:
    """Return the title, the largest text of the first page, and all blocks, including the title."""
    pages = [page for page in pages if page.lines]
    if not pages:
        return None, ()
    columns = [
        (page.number, rows) for page in pages for rows in split_columns(drop_reprints(page.lines))
    ]
    type_ = _measure_type([column for _, column in columns])
    lines = (line.text for page in pages for line in page.lines)
    words = {word.lower() for text in lines for word in _WORD.findall(text)}
    of_columns = (
        paragraph
        for page, column in columns
        if (rows := [row for row in column if not _CONTENTS.search(row.text[-_TAIL:])])
        for paragraph in _of_column(rows, page, type_)
    )
    paragraphs = _reconnect(of_columns, type_)
    for printed in paragraphs:
        printed.text = _text(printed, words)
    _mark_headings(paragraphs, type_)
    return _title(paragraphs, type_), tuple(_blocks(paragraphs))


def _measure_type(columns: Sequence[list[PrintedLine]]) -> Typography:
    sizes: Counter[float] = Counter()
    for column in columns:
        for line in column:
            sizes[round(line.size * 2) / 2] += len(line.text)
    size = sizes.most_common(1)[0][0] or 1.0
    plain = ([line for line in column if _alike(line.size, size)] for column in columns)
    steps = (below.bottom - above.bottom for lines in plain for above, below in pairwise(lines))
    gaps = [step / size for step in steps if step > 0] or [1.2]
    # A low quantile: the spacing within paragraphs.
    low = quantiles(gaps, n=10, method="inclusive")[2] if len(gaps) > 1 else gaps[0]
    return Typography(size, min(max(low, 0.9), 2.5))


def _alike(first: float, second: float) -> bool:
    return abs(first - second) <= _SIZE * max(first, second)


def _of_column(rows: list[PrintedLine], page: int, type_: Typography) -> list[PrintedParagraph]:
    left = sorted(row.left for row in rows)[len(rows) // 5]
    right = sorted(row.right for row in rows)[-1 - len(rows) // 20]
    paragraphs: list[PrintedParagraph] = []
    for row, tabular in zip(rows, _flag_table_rows(rows), strict=True):
        last = paragraphs[-1] if paragraphs else None
        if (
            last is not None
            and last.table == tabular
            and (tabular or _continues(last, row, left, right, type_))
        ):
            last.lines.append(row)
        else:
            item = _is_item(row.text)
            paragraphs.append(PrintedParagraph(page, [row], table=tabular, item=item))
    return paragraphs


def _flag_table_rows(rows: list[PrintedLine]) -> list[bool]:
    """Flag the rows of tables: cells that align with others."""
    flags = [False] * len(rows)
    for index, (above, below) in enumerate(pairwise(rows)):
        close = below.top - above.bottom < 2 * max(above.size, below.size)
        if close and above.edges and below.edges and _share_edge(above, below):
            flags[index] = flags[index + 1] = True
    return flags


def _share_edge(above: PrintedLine, below: PrintedLine) -> bool:
    """True if most cells of one row align with cells of the other.

    Rows of widely spaced words, as in narrow columns, align only by chance.
    """
    near = 0.3 * above.size
    few, many = sorted((above.edges[1:], below.edges[1:]), key=len)
    flush = sum(
        any(abs(left - other[0]) < near or abs(right - other[1]) < near for other in many)
        for left, right in few
    )
    return flush >= _FLUSH * len(few)


def _continues(
    paragraph: PrintedParagraph, row: PrintedLine, left: float, right: float, type_: Typography
) -> bool:
    last = paragraph.lines[-1]
    if not _alike(last.size, row.size) or last.bold != row.bold or _is_item(row.text):
        return False
    if row.bottom - last.bottom > _PARAGRAPH_SPACING * type_.leading * max(row.size, last.size):
        return False
    if ends_in_cut_word(last.text):
        return True
    is_indented = row.left - left > 0.8 * row.size and last.left - left < 0.5 * row.size
    if is_indented and not paragraph.item and row.left - left < 6 * row.size:
        return False
    white = right - last.right
    if white > _SHORT * (right - left) and row.size < _LARGER * type_.size:
        return False
    word = len(row.text.split()[0]) + 1
    fits = white > 1.3 * word * (row.right - row.left) / max(len(row.text), 1)
    return not (fits and _SENTENCE_END.search(last.text[-_TAIL:]))


def _is_item(text: str) -> bool:
    return bool(_BULLET.match(text) or _POINT.match(text))


def _reconnect(paragraphs: Iterable[PrintedParagraph], type_: Typography) -> list[PrintedParagraph]:
    """Reconnect paragraphs split by the end of a column or page, or by small print or captions."""
    whole: list[PrintedParagraph] = []
    open_: PrintedParagraph | None = None
    for paragraph in paragraphs:
        plain = not paragraph.table and _alike(paragraph.size, type_.size)
        if open_ is not None and plain:
            last = open_.lines[-1]
            elsewhere = paragraph.page != open_.page or paragraph.lines[0].middle < last.middle
            if elsewhere and _is_cut(open_, paragraph):
                open_.lines += paragraph.lines
                open_.page = paragraph.page
                continue
        whole.append(paragraph)
        if plain:
            open_ = paragraph
        elif paragraph.size > _LARGER * type_.size or paragraph.table:
            open_ = None
    return whole


def _is_cut(first: PrintedParagraph, second: PrintedParagraph) -> bool:
    last, next_line = first.lines[-1], second.lines[0]
    if second.item or last.bold != next_line.bold:
        return False
    if ends_in_cut_word(last.text):
        return True
    return not _SENTENCE_END.search(last.text[-_TAIL:]) and bool(
        next_line.text[0].islower() or last.text[-1] in ",;" or len(last.text) > 30
    )


def _text(paragraph: PrintedParagraph, words: set[str]) -> str:
    if paragraph.table:
        return "\n".join(" | ".join(line.cells or (line.text,)) for line in paragraph.lines)
    text = join_lines([line.text for line in paragraph.lines], words)
    return _BULLET.sub("", text, count=1) if paragraph.item and _BULLET.match(text) else text


def _mark_headings(paragraphs: list[PrintedParagraph], type_: Typography) -> None:
    for paragraph, after in pairwise(paragraphs):
        rows = any(len(line.cells) > 2 for line in paragraph.lines)
        if paragraph.table or rows or not _WORDS.search(paragraph.text):
            continue
        larger = paragraph.size >= _LARGER * type_.size and len(paragraph.text) <= _HEADING
        bold = (
            all(line.bold for line in paragraph.lines)
            and not all(line.bold for line in after.lines)
            and len(paragraph.text) <= _BOLD
            and not paragraph.text.endswith((".", ",", ";", ":"))
            and paragraph.size >= type_.size * (1 - _SIZE)
        )
        paragraph.heading = larger or bold or _is_in_capitals(paragraph, after)
        paragraph.item = paragraph.item and not paragraph.heading


def _is_in_capitals(paragraph: PrintedParagraph, after: PrintedParagraph) -> bool:
    """True if it is one line of capitals above prose."""
    (first, *others), letters = paragraph.lines, re.sub(r"[\W\d_]", "", paragraph.text)
    return (
        not others
        and len(letters) > 4
        and letters.isupper()
        and len(paragraph.text) <= _CAPITALS
        and not first.text.endswith((".", ",", ";", ":"))
        and len(after.text) > _CAPITALS
        and not after.text.isupper()
    )


def _title(paragraphs: list[PrintedParagraph], type_: Typography) -> str | None:
    headings = (
        paragraph
        for paragraph in paragraphs
        if paragraph.heading and paragraph.page == paragraphs[0].page
    )
    large = [heading for heading in headings if heading.size >= _LARGER * type_.size]
    titles = [heading for heading in large if len(_WORDS.findall(heading.text)) > 1]
    return max(titles, key=lambda heading: heading.size).text if titles else None


def _blocks(paragraphs: Iterable[PrintedParagraph]) -> Iterator[Block]:
    """Yield blocks; neighbouring short items form one, as in a list."""
    for is_list, group in groupby(paragraphs, lambda p: p.item and len(p.text) <= _LONG_ITEM):
        if is_list:
            yield Block("\n".join(paragraph.text for paragraph in group))
            continue
        for paragraph in group:
            if any(map(str.isalnum, paragraph.text)):
                yield Block(paragraph.text, heading=paragraph.heading)
