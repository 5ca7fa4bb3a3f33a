"""Reading order of the lines of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

from index.formats.pdf.page import PrintedLine

_COLUMN_LINES = 4  # minimum
_COLUMN_WIDTH = 16  # letters of the median row; table cells are shorter
_FULL = 0.6  # minimum share of a column's width in its median row
_GUTTER = 0.6  # em between two columns, minimum
_MAX_CROSSING_RATIO = 0.25  # maximum ratio of the lines across a gutter to those beside it
_TABLE_SHARE = 0.5  # share of lines with a common base line that makes a table of two short columns
_MANY = 1_000  # lines; longer pages are not split into columns
_CELL = 1.5  # em between two cells of a row, minimum


@dataclass(frozen=True, slots=True)
class Sides:
    """The lines left of, right of and across a gutter."""

    left: list[PrintedLine]
    right: list[PrintedLine]
    crossing: list[PrintedLine]


def split_columns(lines: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    """Yield the columns of a page in reading order; each row is one line.

    Lines across a gutter (a title over two columns) are a column of their own, and split the
    columns beside the gutter.
    """
    sides = _split_at_gutter(lines) if len(lines) <= _MANY else None
    if sides is None:
        if rows := _rows(lines):
            yield rows
        return
    crossing_lines = sorted(sides.crossing, key=lambda line: line.middle)
    beside = sides.left + sides.right
    floor = float("-inf")
    while crossing_lines:
        band = [crossing_lines.pop(0)]
        yield from _columns_beside(sides, floor, band[0].middle)
        floor = band[0].middle
        while crossing_lines and not _lines_between(beside, floor, crossing_lines[0].middle):
            floor = crossing_lines[0].middle
            band.append(crossing_lines.pop(0))
        yield _rows(band)
    yield from _columns_beside(sides, floor, float("inf"))


def drop_reprints(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Drop the second print of lines printed twice at one place to look bold."""
    distinct: list[PrintedLine] = []
    places: set[tuple[str, int, int]] = set()
    for line in lines:
        shift = line.size / 3 or 1.0
        column, row = round(line.left / shift), round(line.middle / shift)
        near = product((column - 1, column, column + 1), (row - 1, row, row + 1))
        if not any((line.text, *place) in places for place in near):
            distinct.append(line)
        places.add((line.text, column, row))
    return distinct


def _columns_beside(sides: Sides, top: float, bottom: float) -> Iterator[list[PrintedLine]]:
    for side in (sides.left, sides.right):
        yield from split_columns(_lines_between(side, top, bottom))


def _lines_between(lines: list[PrintedLine], top: float, bottom: float) -> list[PrintedLine]:
    return [line for line in lines if top <= line.middle < bottom]


def _split_at_gutter(lines: Sequence[PrintedLine]) -> Sides | None:
    """Split the lines at the gutter that the fewest lines cross."""
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    em = median(line.size for line in lines) or 1.0
    splits = filter(_are_columns, (_sides(lines, edge, em) for edge in _edges(lines, em)))
    return min(splits, key=lambda sides: len(sides.crossing), default=None)


def _edges(lines: Sequence[PrintedLine], em: float) -> list[float]:
    """Return the positions where enough lines begin to form a column."""
    lefts = sorted(line.left for line in lines)
    edges: list[float] = []
    for index, edge in enumerate(lefts[: 1 - _COLUMN_LINES]):
        begins = lefts[index + _COLUMN_LINES - 1] - edge <= em / 2
        if begins and (not edges or edge - edges[-1] > em / 2):
            edges.append(edge)
    return edges


def _sides(lines: Sequence[PrintedLine], edge: float, em: float) -> Sides:
    sides = Sides([], [], [])
    for line in lines:
        if line.left >= edge - em / 4:
            sides.right.append(line)
        elif line.right <= edge - _GUTTER * em:
            sides.left.append(line)
        else:
            sides.crossing.append(line)
    return sides


def _are_columns(sides: Sides) -> bool:
    if min(len(sides.left), len(sides.right)) < _COLUMN_LINES:
        return False
    top = max(min(line.top for line in side) for side in (sides.left, sides.right))
    bottom = min(max(line.bottom for line in side) for side in (sides.left, sides.right))
    left_lines = _lines_between(sides.left, top, bottom)
    right_lines = _lines_between(sides.right, top, bottom)
    few, many = sorted((left_lines, right_lines), key=len)
    if len(few) < _COLUMN_LINES:
        return False
    if len(_lines_between(sides.crossing, top, bottom)) > _MAX_CROSSING_RATIO * len(few):
        return False
    prose = [_is_prose(side) for side in (left_lines, right_lines)]
    # Lines of the shorter column on the base line of another.
    common_base_lines = sum(
        any(abs(line.bottom - other.bottom) < 1.0 for other in many) for line in few
    )
    return all(prose) or (any(prose) and common_base_lines < _TABLE_SHARE * len(few))


def _is_prose(side: list[PrintedLine]) -> bool:
    """True if the rows are long and full, unlike those of a table."""
    rows = _group_rows(side)
    width = max(line.right for line in side) - min(line.left for line in side)
    full = median(sum(part.right - part.left for part in row) for row in rows)
    letters = median(sum(len(part.text) for part in row) for row in rows)
    return letters >= _COLUMN_WIDTH and full >= _FULL * width


def _rows(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Join the lines side by side in each row."""
    return [_row(sorted(row, key=lambda line: line.left)) for row in _group_rows(lines)]


def _group_rows(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    rows: list[list[PrintedLine]] = []
    tallest: PrintedLine | None = None
    for line in sorted(lines, key=lambda line: line.middle):
        if tallest is not None:
            overlap = min(tallest.bottom, line.bottom) - max(tallest.top, line.top)
            lower = min(tallest.bottom - tallest.top, line.bottom - line.top)
            if overlap > 0.5 * lower:
                rows[-1].append(line)
                tallest = max(tallest, line, key=lambda row: row.bottom - row.top)
                continue
        rows.append([line])
        tallest = line
    return rows


def _row(parts: list[PrintedLine]) -> PrintedLine:
    first = parts[0]
    if len(parts) == 1:
        return first
    cells, edges = [first.text], [(first.left, first.right)]
    right = first.right
    em = max(part.size for part in parts)
    for part in parts[1:]:
        gap = part.left - right
        if gap > _CELL * em:
            cells.append(part.text)
            edges.append((part.left, part.right))
        else:
            edges[-1] = (edges[-1][0], max(edges[-1][1], part.right))
            cells[-1] += part.text if gap < 0.1 * em else f" {part.text}"
        right = max(right, part.right)
    longest = max(parts, key=lambda part: len(part.text))
    return replace(
        first,
        text=" ".join(cells),
        top=min(part.top for part in parts),
        right=right,
        bottom=max(part.bottom for part in parts),
        size=longest.size,
        bold=all(part.bold for part in parts),
        cells=tuple(cells) if len(cells) > 1 else (),
        edges=tuple(edges) if len(cells) > 1 else (),
    )
