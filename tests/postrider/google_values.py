"""spreadsheets.values: reading and writing ranges of a spreadsheet as Google does it.

Not as Google: USER_ENTERED knows numbers, TRUE and FALSE, the leading apostrophe and formulas, which nobody
computes (they show #NAME?); dates and currencies stay text. `append` that needs more columns than there are is
refused, since nobody wrote down what Google does.
"""

import re

from . import google_errors as errors
from .google_a1 import Area, Unparseable, column_letters, name, resolve
from .google_sheet_model import LONGEST_TEXT, MOST_CELLS, Cell, as_cell

PACKAGE = "type.googleapis.com/google.apps.sheets.v4"
RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATES = ("SERIAL_NUMBER", "FORMATTED_STRING")
MAJOR = ("DIMENSION_UNSPECIFIED", "ROWS", "COLUMNS")
INPUT = ("INPUT_VALUE_OPTION_UNSPECIFIED", "RAW", "USER_ENTERED")
INSERT = ("OVERWRITE", "INSERT_ROWS")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def choice(asked, member, kind, allowed):
    """One of an enum's names; the first is the default. `asked`: the query's or the body's members."""
    value = asked.get(member, allowed[0])
    if value not in allowed:
        where = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), member)
        raise errors.invalid_value(where, f"{PACKAGE}.{kind}", f'"{value}"')
    return value


def _locate(spreadsheet, text):
    """(tab, area as asked, area within the grid) of a range that starts within the grid."""
    try:
        tab, area = resolve(text, spreadsheet.tabs)
    except Unparseable:
        raise errors.unparseable_range(text) from None
    if (area.top or 0) >= tab.row_count or (area.left or 0) >= tab.column_count:
        raise errors.beyond_grid(name(tab.title, area), tab)
    return tab, area, area.within(tab.row_count, tab.column_count)


# ---- reading ----

def read(spreadsheet, text, asked):
    """A ValueRange. An end beyond the grid is clamped, a start beyond it is refused (measured:
    github.com/brekkylab/backlot/issues/174; github.com/airbytehq/airbyte/issues/1740). `values` is absent where
    there is none."""
    render = choice(asked, "valueRenderOption", "ValueRenderOption", RENDER)
    dates = choice(asked, "dateTimeRenderOption", "DateTimeRenderOption", DATES)
    by_columns = choice(asked, "majorDimension", "Dimension", MAJOR) == "COLUMNS"
    tab, _, area = _locate(spreadsheet, text)
    return _value_range(tab, area, by_columns, render, dates)


def _value_range(tab, area, by_columns=False, render=RENDER[0], dates=DATES[0]):
    values = tab.rows_of(area, lambda cell: cell.rendered(render, dates))
    if by_columns:
        width = max((len(row) for row in values), default=0)
        values = [_column(values, index) for index in range(width)]
    answer = {"range": name(tab.title, area), "majorDimension": "COLUMNS" if by_columns else "ROWS"}
    if values:
        answer["values"] = values
    return answer


def _column(rows, index):
    column = [row[index] if index < len(row) else "" for row in rows]
    while column and column[-1] == "":
        column.pop()
    return column


# ---- writing ----

def _by_rows(body, where):
    """The values of a ValueRange as rows; None is a cell that is left alone."""
    values = body.get("values", [])
    for index, line in enumerate(values):
        if not isinstance(line, list):
            raise errors.invalid_value(f"{where}.values[{index}]", "type.googleapis.com/google.protobuf.ListValue",
                                       f'"{line}"')
        for place, value in enumerate(line):
            if isinstance(value, (dict, list)):
                kind = "list_value" if isinstance(value, list) else "struct_value"
                raise errors.invalid_argument(f"Invalid values[{index}][{place}]: {kind} {{}}")
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise errors.too_long_text()
    if choice(body, "majorDimension", "Dimension", MAJOR) != "COLUMNS":
        return values
    return [[line[row] if row < len(line) else None for line in values]
            for row in range(max((len(line) for line in values), default=0))]


def _entered(value, option):
    """The cell that a written value makes."""
    if option != "USER_ENTERED" or not isinstance(value, str):
        return as_cell(value)
    if value.startswith("'"):
        return Cell(value[1:])
    if value.startswith("=") and len(value) > 1:
        return Cell("#NAME?", formula=value)
    if value.upper() in ("TRUE", "FALSE"):
        return Cell(value.upper() == "TRUE")
    return as_cell(float(value)) if NUMBER.fullmatch(value) else Cell(value)


def _input_option(asked):
    option = choice(asked, "valueInputOption", "ValueInputOption", INPUT)
    if option == INPUT[0]:
        raise errors.no_value_input_option()
    return option


def _write(spreadsheet, text, body, option, asked):
    """An UpdateValuesResponse. One cell is an anchor, from which the values may reach as far as the grid; what is
    more than a cell is a bound. Null leaves a cell alone, "" empties it."""
    if body.get("range", text) != text:
        raise errors.invalid_argument(f"Request range[{text}] does not match value's range[{body['range']}]")
    rows = _by_rows(body, "data")
    tab, area, bounds = _locate(spreadsheet, text)
    if (area.bottom or 0) > tab.row_count or (area.right or 0) > tab.column_count:
        raise errors.beyond_grid(name(tab.title, area), tab)
    if area.is_cell:
        bounds = Area(area.top, area.left).within(tab.row_count, tab.column_count)
    return _put_within(spreadsheet, tab, bounds, text, rows, option, asked)


def _put_within(spreadsheet, tab, bounds, text, rows, option, asked):
    width = max((len(row) for row in rows), default=0)
    if len(rows) > bounds.rows:
        raise errors.beyond_range(text, "row", bounds.bottom + 1)
    if width > bounds.columns:
        raise errors.beyond_range(text, "column", column_letters(bounds.right))
    return _put(spreadsheet, tab, bounds.top, bounds.left, rows, option, asked)


def _put(spreadsheet, tab, top, left, rows, option, asked):
    width = max((len(row) for row in rows), default=0)
    if not width:
        return {"spreadsheetId": spreadsheet.id, "updatedRange": name(tab.title, Area(top, left, top + 1, left + 1))}
    area = Area(top, left, top + len(rows), left + width)
    if tab.touches_protected(area):
        raise errors.protected()
    written = [(top + down, left + right, value) for down, row in enumerate(rows)
               for right, value in enumerate(row) if value is not None]
    for row, column, value in written:
        tab.put(row, column, _entered(value, option))
    answer = {"spreadsheetId": spreadsheet.id, "updatedRange": name(tab.title, area)}
    # Zeros are left out, as everywhere in Google's JSON.
    answer |= {key: count for key, count in (("updatedRows", len({row for row, _, _ in written})),
                                             ("updatedColumns", len({column for _, column, _ in written})),
                                             ("updatedCells", len(written))) if count}
    if str(asked.get("includeValuesInResponse", "false")).lower() == "true":
        render = choice({"valueRenderOption": asked.get("responseValueRenderOption", RENDER[0])},
                        "valueRenderOption", "ValueRenderOption", RENDER)
        answer["updatedData"] = _value_range(tab, area, render=render)
    return answer


def update(spreadsheet, text, body, asked):
    option = _input_option(asked)
    with spreadsheet.all_or_nothing():
        return _write(spreadsheet, text, body, option, asked)


def batch_update(spreadsheet, body):
    """Several ranges, all or nothing; one write request for the quota."""
    option = _input_option(body)
    with spreadsheet.all_or_nothing():
        responses = [_write(spreadsheet, part.get("range", ""), part, option, body) for part in body.get("data", [])]
    return _totals(spreadsheet, responses)


def batch_update_by_data_filter(spreadsheet, body):
    """Into whatever columns the filters match, from row 1 on; all or nothing. A filter that matches nothing is
    answered by nothing. Only filters by the id of developer metadata are known here."""
    option = _input_option(body)
    with spreadsheet.all_or_nothing():
        responses = [answer for index, part in enumerate(body.get("data", []))
                     for answer in _write_matching(spreadsheet, index, part, option, body)]
    return _totals(spreadsheet, responses)


def _write_matching(spreadsheet, index, part, option, asked):
    """The UpdateValuesByDataFilterResponses: one for the column that is matched, or none."""
    for member in part:
        if member not in ("dataFilter", "majorDimension", "values"):
            raise errors.unknown_name(member, f"data[{index}]")
    wanted = part.get("dataFilter", {})
    lookup = wanted.get("developerMetadataLookup", {})
    if set(wanted) != {"developerMetadataLookup"} or set(lookup) != {"metadataId"}:
        raise errors.invalid_argument(f"Invalid data[{index}].dataFilter: the stand-in knows only a "
                                      "developerMetadataLookup with nothing but a metadataId.")
    rows = _by_rows(part, "data")
    found = spreadsheet.find_tag(lookup["metadataId"])
    if found is None:
        return []
    tab, tag = found
    bounds = Area(0, tag.column, tab.row_count, tag.column + 1)
    answer = _put_within(spreadsheet, tab, bounds, name(tab.title, bounds), rows, option, asked)
    del answer["spreadsheetId"]
    return [answer | {"dataFilter": wanted}]


def _totals(spreadsheet, responses):
    answer = {"spreadsheetId": spreadsheet.id}
    for total, member in (("totalUpdatedRows", "updatedRows"), ("totalUpdatedColumns", "updatedColumns"),
                          ("totalUpdatedCells", "updatedCells")):
        if count := sum(response.get(member, 0) for response in responses):
            answer[total] = count
    tabs = {response["updatedRange"].rpartition("!")[0] for response in responses if "updatedCells" in response}
    answer |= {"totalUpdatedSheets": len(tabs)} if tabs else {}
    return answer | ({"responses": responses} if responses else {})


def append(spreadsheet, text, body, asked):
    """Behind the last table that the range touches, or at the range's start where it touches none. More rows are
    added to the grid as needed."""
    option = _input_option(asked)
    insert = choice(asked, "insertDataOption", "InsertDataOption", INSERT)
    if body.get("range", text) != text:
        raise errors.invalid_argument(f"Request range[{text}] does not match value's range[{body['range']}]")
    rows = _by_rows(body, "data")
    tab, _, bounds = _locate(spreadsheet, text)
    table = _last_table(tab, bounds)
    top, left = (table.bottom, table.left) if table else (bounds.top, bounds.left)
    answer = {"spreadsheetId": spreadsheet.id} | ({"tableRange": name(tab.title, table)} if table else {})
    area = Area(top, left, top + len(rows), left + max((len(row) for row in rows), default=0))
    if area.right > tab.column_count:
        raise errors.beyond_grid(name(tab.title, area), tab)
    with spreadsheet.all_or_nothing():
        if insert == "INSERT_ROWS":
            tab.insert_dimension("ROWS", top, len(rows))
        tab.row_count = max(tab.row_count, area.bottom)
        if spreadsheet.cell_count() > MOST_CELLS:
            raise errors.too_many_cells()
        answer["updates"] = _put(spreadsheet, tab, top, left, rows, option, asked)
    return answer


def _last_table(tab, bounds):
    """The table around the last cell with content in these bounds: it reaches as far as cells with content touch it
    (developers.google.com/workspace/sheets/api/guides/values#append_values)."""
    filled = tab.rows_of(bounds, Cell.shown)
    if not filled:
        return None
    row, column = bounds.top + len(filled) - 1, bounds.left + len(filled[-1]) - 1
    table = Area(row, column, row + 1, column + 1)
    while (wider := _one_wider(tab, table)) != table:
        table = wider
    return table


def _one_wider(tab, table):
    """Down and up as far as it goes, then a column to each side: tables are long rather than wide."""
    top, left, bottom, right = table.top, table.left, table.bottom, table.right
    around = Area(0, max(left - 1, 0), tab.row_count, min(right + 1, tab.column_count))
    while bottom < tab.row_count and not tab.is_row_empty(bottom, around):
        bottom += 1
    while top > 0 and not tab.is_row_empty(top - 1, around):
        top -= 1
    lines = range(max(top - 1, 0), min(bottom + 1, tab.row_count))
    if left > 0 and any(not tab.at(row, left - 1).is_empty for row in lines):
        left -= 1
    if right < tab.column_count and any(not tab.at(row, right).is_empty for row in lines):
        right += 1
    return Area(top, left, bottom, right)


def clear(spreadsheet, text):
    tab, _, area = _locate(spreadsheet, text)
    if tab.touches_protected(area):
        raise errors.protected()
    for row, line in enumerate(tab.rows_of(area, Cell.shown)):
        for column in range(len(line)):
            tab.put(area.top + row, area.left + column, Cell())
    return {"spreadsheetId": spreadsheet.id, "clearedRange": name(tab.title, area)}
