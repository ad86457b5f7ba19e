"""Spreadsheets as the stand-in keeps them: cells, tabs, who may do what. A test makes and changes them directly.

Not thread-safe by itself: the stand-in's lock is held while a call is answered, and while a hook runs.
"""

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from .google_a1 import Area, column_index, parse_cells

MOST_CELLS = 10_000_000
LONGEST_TEXT = 50_000


@dataclass(frozen=True)
class Cell:
    """One cell. `formatted`: what the user sees, where that is not the value's plain form (dates, currencies)."""

    value: object = None
    formatted: str | None = None
    formula: str | None = None
    is_date: bool = False
    message: str | None = None  # of an error value

    @staticmethod
    def error(code, message=None, formula=None):
        """A cell that shows #REF!, #N/A, #DIV/0! …"""
        return Cell(value=code, formula=formula, message=message)

    @property
    def is_empty(self):
        return self.formula is None and self.value in (None, "") and not self.formatted

    def shown(self):
        if self.formatted is not None:
            return self.formatted
        if isinstance(self.value, bool):
            return "TRUE" if self.value else "FALSE"
        return "" if self.value is None else str(self.value)

    def rendered(self, option, dates):
        """As spreadsheets.values answers it. An error is its code, and with its message when it is not formatted:
        "#DIV/0! (Function DIVIDE parameter 2 cannot be zero.)" (github.com/brekkylab/backlot/issues/159)."""
        if option == "FORMATTED_VALUE":
            return self.shown()
        if option == "FORMULA" and self.formula is not None:
            return self.formula
        if self.is_date and dates == "FORMATTED_STRING" and option == "UNFORMATTED_VALUE":
            return self.shown()
        if self.message is not None:
            return f"{self.value} ({self.message})"
        return "" if self.value is None else self.value


EMPTY = Cell()


def as_cell(value):
    if isinstance(value, Cell):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 3.0 is stored as 3
    return Cell(value)


@dataclass(frozen=True)
class Tag:
    """Developer metadata of a column, which goes with the column wherever that is moved. `said`: its other members."""

    column: int
    said: dict


class Tab:
    """A sheet of a spreadsheet. Cells are named as in "F2"; rows count from 1, as the user sees them."""

    def __init__(self, title, rows=(), sheet_id=0, row_count=1000, column_count=26, hidden=False):
        self.title, self.sheet_id, self.hidden = title, sheet_id, hidden
        self._rows = [[as_cell(value) for value in row] for row in rows]
        self.row_count = max(row_count, len(self._rows))
        self.column_count = max(column_count, max((len(row) for row in self._rows), default=0))
        self.protected = []  # areas that nobody but the owner may change
        self.tags = {}  # by their ids

    # ---- for the test ----

    def cell(self, where):
        area = parse_cells(where)
        return self.at(area.top, area.left)

    def set(self, where, value):
        area = parse_cells(where)
        self.put(area.top, area.left, as_cell(value))

    def values(self):
        """What the user sees, row by row, without the empty rest."""
        return self.rows_of(Area().within(self.row_count, self.column_count), Cell.shown)

    def column(self, letters):
        """What the user sees in a column, from row 1, without the empty rest."""
        index = column_index(letters)
        return [row[0] if row else "" for row in self.rows_of(Area(0, index, self.row_count, index + 1), Cell.shown)]

    def snapshot(self):
        """All there is to know about the tab; equal if and only if nothing changed."""
        last = len(self._rows)
        while last and all(cell.is_empty for cell in self._rows[last - 1]):
            last -= 1
        rows = tuple(tuple(_trimmed(row, lambda cell: cell.is_empty)) for row in self._rows[:last])
        return (self.title, self.sheet_id, self.hidden, self.row_count, self.column_count, rows,
                tuple(sorted(self.tags.items())))

    def sort(self, letters, first_row=2, descending=False):
        """Sorts the rows from `first_row` on by a column, as Data › Sort range does; empty ones go last."""
        index = column_index(letters)
        body = self._rows[first_row - 1:]
        filled = [row for row in body if len(row) > index and not row[index].is_empty]
        empty = [row for row in body if not (len(row) > index and not row[index].is_empty)]
        filled.sort(key=lambda row: row[index].shown().casefold(), reverse=descending)
        self._rows[first_row - 1:] = filled + empty

    def insert_rows(self, before_row, rows=((),)):
        """Inserts rows above one; the grid grows."""
        self._fill(before_row - 1)
        self._rows[before_row - 1:before_row - 1] = [[as_cell(value) for value in row] for row in rows]
        self.row_count += len(rows)

    def delete_rows(self, first_row, count=1):
        del self._rows[first_row - 1:first_row - 1 + count]
        self.row_count -= count

    def insert_column(self, letters, values=()):
        """Inserts a column to the left of one; the grid grows."""
        index = column_index(letters)
        self.insert_dimension("COLUMNS", index, 1)
        for row, value in enumerate(values):
            self.put(row, index, as_cell(value))

    def append_row(self, row):
        """Writes behind the last row with content."""
        last = len(self.values())
        for column, value in enumerate(row):
            self.put(last, column, as_cell(value))
        self.row_count = max(self.row_count, last + 1)

    def protect(self, where):
        self.protected.append(parse_cells(where))

    # ---- for the stand-in ----

    def at(self, row, column):
        if row < len(self._rows) and column < len(self._rows[row]):
            return self._rows[row][column]
        return EMPTY

    def put(self, row, column, cell):
        self._fill(row + 1)
        line = self._rows[row]
        line.extend([EMPTY] * (column + 1 - len(line)))
        line[column] = cell

    def _fill(self, count):
        self._rows.extend([] for _ in range(count - len(self._rows)))

    def rows_of(self, area, render):
        """Rendered rows of an area: without trailing empty cells in each, without trailing empty rows."""
        lines = (self._rows[row][area.left:area.right] for row in range(area.top, min(area.bottom, len(self._rows))))
        return _trimmed([_trimmed([render(cell) for cell in line], lambda v: v == "") for line in lines],
                        lambda line: not line)

    def is_row_empty(self, row, area):
        return row >= len(self._rows) or all(cell.is_empty for cell in self._rows[row][area.left:area.right])

    def touches_protected(self, area):
        def overlap(one):
            edges = one.within(self.row_count, self.column_count)
            return (edges.top < area.bottom and area.top < edges.bottom
                    and edges.left < area.right and area.left < edges.right)
        return any(overlap(one) for one in self.protected)

    def insert_dimension(self, dimension, start, count):
        if dimension == "ROWS":
            self._fill(start)
            self._rows[start:start] = [[] for _ in range(count)]
            self.row_count += count
            return
        for line in self._rows:
            if len(line) > start:
                line[start:start] = [EMPTY] * count
        self._move_tags(start, count)
        self.column_count += count

    def delete_dimension(self, dimension, start, count):
        if dimension == "ROWS":
            del self._rows[start:start + count]
            self.row_count -= count
            return
        for line in self._rows:
            del line[start:start + count]
        self.tags = {number: tag for number, tag in self.tags.items() if not start <= tag.column < start + count}
        self._move_tags(start, -count)
        self.column_count -= count

    def _move_tags(self, start, by):
        self.tags = {number: replace(tag, column=tag.column + by) if tag.column >= start else tag
                     for number, tag in self.tags.items()}

    def state(self):
        return {**self.__dict__, "_rows": [list(line) for line in self._rows], "protected": list(self.protected),
                "tags": dict(self.tags)}


def _trimmed(items, is_empty):
    end = len(items)
    while end and is_empty(items[end - 1]):
        end -= 1
    return items[:end]


def new_id():
    return "1" + secrets.token_urlsafe(32)[:43].replace("-", "x")


@dataclass
class Spreadsheet:
    """A spreadsheet. `anyone`: None, "reader" or "editor", for whoever has the link."""

    title: str
    tabs: list
    id: str = field(default_factory=new_id)
    readers: set = field(default_factory=set)
    editors: set = field(default_factory=set)
    anyone: str | None = None
    is_office_file: bool = False  # an .xlsx that was never converted

    def tab(self, title):
        return next(tab for tab in self.tabs if tab.title == title)

    def add_tab(self, title, rows=(), **more):
        self.tabs.append(Tab(title, rows, self.new_sheet_id(), **more))
        return self.tabs[-1]

    def delete_tab(self, title):
        self.tabs.remove(self.tab(title))

    def share(self, email, role):
        """`role`: "reader", "editor", or None to take it away."""
        self.readers.discard(email)
        self.editors.discard(email)
        if role is not None:
            {"reader": self.readers, "editor": self.editors}[role].add(email)

    def new_sheet_id(self):
        """0 for the first tab, a large number for those that come later."""
        taken = {tab.sheet_id for tab in self.tabs}
        return next(n for n in [0] + [secrets.randbelow(2**31) for _ in range(64)] if n not in taken)

    def new_tag_id(self):
        taken = {number for tab in self.tabs for number in tab.tags}
        return next(n for n in (secrets.randbelow(2**31 - 1) + 1 for _ in range(64)) if n not in taken)

    def find_tag(self, number):
        """(tab, Tag), or None."""
        return next(((tab, tab.tags[number]) for tab in self.tabs if number in tab.tags), None)

    def may_read(self, email):
        return self.anyone is not None or email in self.readers or self.may_write(email)

    def may_write(self, email):
        return self.anyone == "editor" or email in self.editors

    def cell_count(self):
        return sum(tab.row_count * tab.column_count for tab in self.tabs)

    @contextmanager
    def all_or_nothing(self):
        """A change that fails half way leaves no trace; the tabs stay the same objects."""
        before = [(tab, tab.state()) for tab in self.tabs]
        try:
            yield
        except BaseException:
            for tab, state in before:
                tab.__dict__.update(state)
            self.tabs[:] = [tab for tab, _ in before]
            raise
