"""Tables that only place things on a page, as letters and old pages have them."""

from __future__ import annotations

from index.formats.webpage.tree_webpage_element import Element, text_length

_CELL = 1_000  # characters; a cell that says more is a part of the page
_PARAGRAPH = 80  # characters; a note in a cell has fewer
_SEVERAL = 3  # paragraphs in a cell that is a part of the page
_PARTS = frozenset({"h1", "article", "section", "form"})
_TAGS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})


def without_layout_tables(tree: Element) -> None:
    """Make plain divisions, in place, of the tables that hold parts of the page, not facts."""
    holders = {
        holder
        for table in tree.iter("table")
        for holder in table.iterancestors("table", "tr", "td", "th", "tbody", "thead", "tfoot")
    }
    for table in list(tree.iter("table")):
        if table in holders or table.get("role") == "presentation" or _is_layout(table):
            _divided(table)


def _is_layout(table: Element) -> bool:
    """Whether a table has but one column, or a cell that is a part of the page."""
    rows = list(table.iter("tr"))
    columns = max((sum(cell.tag in ("td", "th") for cell in row) for row in rows), default=0)
    if columns <= 1:
        return True
    return any(map(_is_part, table.iter("td", "th")))


def _is_part(cell: Element) -> bool:
    """Whether a cell is a part of the page: long, with a part in it, or of several paragraphs."""
    if any(inner.tag in _PARTS for inner in cell.iter()) or text_length(cell, _CELL) > _CELL:
        return True
    paragraphs = (text_length(inner, _PARAGRAPH) >= _PARAGRAPH for inner in cell.iter("p"))
    return sum(paragraphs) >= _SEVERAL


def _divided(table: Element) -> None:
    """The table's own rows and cells as divisions; tables inside it are judged by themselves."""
    pending = [table]
    while pending:
        element = pending.pop()
        pending += [child for child in element if child.tag in _TAGS and child.tag != "table"]
        element.tag = "div"
