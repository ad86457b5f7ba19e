"""A1 notation as Google Sheets reads and writes it.

The rules are Google's documentation (developers.google.com/workspace/sheets/api/guides/concepts) and what
people measured on the live API; a rule that is not obvious names its source. Rows and columns count from 0
here and areas end before their end, as in GridRange.
"""

import re
from dataclasses import dataclass

# github.com/brekkylab/backlot/issues/174, 217 requests against a real workbook: a lone column or row is no
# range, row 0 does not exist, white space is refused everywhere, columns have at most three letters.
_CORNER = re.compile(r"([A-Za-z]{1,3})?(\d+)?")
# R1C1 is named beside A1 in the discovery document; absolute numbers only here.
_R1C1 = re.compile(r"R(\d+)C(\d+)", re.IGNORECASE)
_LIKE_R1C1 = re.compile(r"R(\d+|\[\d+\])?C(\d+|\[\d+\])?", re.IGNORECASE)
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Unparseable(ValueError):
    """Not a range of this spreadsheet; the text is all that Google says about it."""


@dataclass(frozen=True)
class Area:
    """Cells of a tab; None at an edge means that the range did not name it."""

    top: int | None = None
    left: int | None = None
    bottom: int | None = None
    right: int | None = None

    def within(self, rows, columns):
        """The same area with every edge named and none beyond the grid."""
        return Area(self.top or 0, self.left or 0, min(rows if self.bottom is None else self.bottom, rows),
                    min(columns if self.right is None else self.right, columns))

    @property
    def rows(self):
        return self.bottom - self.top

    @property
    def columns(self):
        return self.right - self.left

    @property
    def is_cell(self):
        return None not in (self.top, self.left, self.bottom, self.right) and self.rows == self.columns == 1


def column_letters(index):
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def column_index(letters):
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _corner(text):
    """(row, column) of one side of a range, or None when it is not one."""
    found = _CORNER.fullmatch(text)
    if not found or not text:
        return None
    letters, digits = found.groups()
    if digits is not None and int(digits) == 0:
        return None
    return (None if digits is None else int(digits) - 1, None if letters is None else column_index(letters))


def parse_cells(text):
    """The area that a text such as A3:F names, or None when it names none."""
    halves = text.split(":")
    if len(halves) > 2:
        return None
    corners = [_corner(half) for half in halves]
    if None in corners or (len(corners) == 1 and None in corners[0]):
        corners = [(int(found[1]) - 1, int(found[2]) - 1) if (found := _R1C1.fullmatch(half)) else None
                   for half in halves]
        if None in corners or any(index < 0 for corner in corners for index in corner):
            return None
    (top, left), (bottom, right) = corners[0], corners[-1]
    if None not in (top, bottom) and bottom < top:  # B2:A1 is A1:B2
        top, bottom = bottom, top
    if None not in (left, right) and right < left:
        left, right = right, left
    if top is None and bottom is not None and len(corners) == 2:
        top = 0
    if left is None and right is not None and len(corners) == 2:
        left = 0
    return Area(top, left, None if bottom is None else bottom + 1, None if right is None else right + 1)


def quoted(title):
    """The title as Google writes it before a "!": 'Jon''s Data', 'A1', '2024', but Leads."""
    if _PLAIN_TITLE.fullmatch(title) and not parse_cells(title) and not _LIKE_R1C1.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def _edge(row, column):
    return ("" if column is None else column_letters(column)) + ("" if row is None else str(row + 1))


def name(title, area):
    """The area in A1 notation. One cell is A1, not A1:A1; edges that are not named stay away (A:Z, 3:7, A3:F)."""
    start = _edge(area.top, area.left)
    end = _edge(None if area.bottom is None else area.bottom - 1, None if area.right is None else area.right - 1)
    if not start and not end:
        return quoted(title)
    return f"{quoted(title)}!{start}" if start == end else f"{quoted(title)}!{start}:{end}"


def _titled(text, tabs):
    """The tab with this title. Case does not count, quotes may be left out whatever the title holds, and between
    quotes '' is one apostrophe; a single one is taken as well
    (github.com/googleapis/google-api-python-client/issues/2702)."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        text = text[1:-1].replace("''", "'")
    return next((tab for tab in tabs if tab.title.casefold() == text.casefold()), None)


def resolve(text, tabs):
    """(tab, area) of a range; raises Unparseable.

    The last "!" divides title and cells. Without one, a text that can be a range is one, of the first visible tab,
    even where a tab has that name: CRM26 is a cell (github.com/robin900/gspread-dataframe/issues/54).
    """
    first = next((tab for tab in tabs if not tab.hidden), tabs[0])
    before, divider, cells = text.rpartition("!")
    if divider:
        tab = first if before in ("", "''") else _titled(before, tabs)
        area = parse_cells(cells)
        if tab is not None and area is not None:
            return tab, area
    elif (area := parse_cells(text)) is not None:
        return first, area
    tab = _titled(text, tabs)
    if tab is None:
        raise Unparseable(text)
    return tab, Area()
