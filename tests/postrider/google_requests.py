"""spreadsheets.get with its field masks, and the requests of spreadsheets.batchUpdate that a client needs who writes
statuses back. Any other kind of request is refused as Google refuses a name that it does not know."""

import re

from . import google_errors as errors
from .google_a1 import Area
from .google_sheet_model import LONGEST_TEXT, MOST_CELLS, Cell, Tab, Tag, as_cell


# ---- reading ----

def describe_tab(spreadsheet, tab):
    grid = {"rowCount": tab.row_count, "columnCount": tab.column_count}
    answer = {"sheetId": tab.sheet_id, "title": tab.title, "index": spreadsheet.tabs.index(tab), "sheetType": "GRID",
              "gridProperties": grid}
    return answer | ({"hidden": True} if tab.hidden else {})


def describe(spreadsheet):
    """There is no revision and no time of change in Sheets v4: who wants to know whether something changed reads."""
    return {"spreadsheetId": spreadsheet.id,
            "properties": {"title": spreadsheet.title, "locale": "en_US", "autoRecalc": "ON_CHANGE",
                           "timeZone": "Etc/GMT"},
            "sheets": [{"properties": describe_tab(spreadsheet, tab)} for tab in spreadsheet.tabs],
            "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{spreadsheet.id}/edit"}


def describe_tag(spreadsheet, number):
    """A DeveloperMetadata."""
    found = spreadsheet.find_tag(number)
    if found is None:
        raise errors.no_metadata(number)
    tab, tag = found
    span = {"sheetId": tab.sheet_id, "dimension": "COLUMNS", "startIndex": tag.column, "endIndex": tag.column + 1}
    return {"metadataId": number, **tag.said, "location": {"locationType": "COLUMN", "dimensionRange": span}}


GRID = {"rowCount": {}, "columnCount": {}, "frozenRowCount": {}, "frozenColumnCount": {}, "hideGridlines": {}}
VALUE_RANGE = {"range": {}, "majorDimension": {}, "values": {}}
UPDATED = {"updatedRange": {}, "updatedRows": {}, "updatedColumns": {}, "updatedCells": {}, "updatedData": VALUE_RANGE}
UPDATE = {"spreadsheetId": {}, **UPDATED}
TOTALS = {"spreadsheetId": {}, "totalUpdatedRows": {}, "totalUpdatedColumns": {}, "totalUpdatedCells": {},
          "totalUpdatedSheets": {}}
# What a mask may name, as far as the stand-in answers it or a client may well ask for it.
FIELDS = {
    "spreadsheets.get": {
        "spreadsheetId": {}, "spreadsheetUrl": {}, "namedRanges": {}, "developerMetadata": {}, "dataSources": {},
        "properties": {"title": {}, "locale": {}, "autoRecalc": {}, "timeZone": {}, "defaultFormat": {}},
        "sheets": {"data": {}, "merges": {}, "protectedRanges": {}, "basicFilter": {}, "charts": {}, "tables": {},
                   "properties": {"sheetId": {}, "title": {}, "index": {}, "sheetType": {}, "hidden": {},
                                  "rightToLeft": {}, "tabColor": {}, "gridProperties": GRID}}},
    "spreadsheets.developerMetadata.get": {
        "metadataId": {}, "metadataKey": {}, "metadataValue": {}, "visibility": {},
        "location": {"locationType": {}, "spreadsheet": {}, "sheetId": {}, "dimensionRange": {
            "sheetId": {}, "dimension": {}, "startIndex": {}, "endIndex": {}}}},
    "spreadsheets.values.get": VALUE_RANGE,
    "spreadsheets.values.batchGet": {"spreadsheetId": {}, "valueRanges": VALUE_RANGE},
    "spreadsheets.values.update": UPDATE,
    "spreadsheets.values.append": {"spreadsheetId": {}, "tableRange": {}, "updates": UPDATE},
    "spreadsheets.values.batchUpdate": {**TOTALS, "responses": UPDATE},
    "spreadsheets.values.batchUpdateByDataFilter": {**TOTALS, "responses": {**UPDATED, "dataFilter": {}}},
    "spreadsheets.batchUpdate": {"spreadsheetId": {}, "replies": {}, "updatedSpreadsheet": {}},
}


def masked(answer, mask, operation):
    """The answer with nothing but what `fields` names: a,b.c,d(e,f) and a/b; white space is part of a name
    (github.com/ringo380/claude-google-sheets-mcp/pull/4)."""
    tree, rest = _mask_tree(mask.replace("/", "."))
    if rest:
        raise errors.bad_field_mask(mask)
    _check_mask(tree, FIELDS.get(operation), "")
    return _picked(answer, tree)


def _mask_tree(text):
    tree = {}
    while True:
        path = re.match(r"[^,()]*", text)[0]
        text = text[len(path):]
        place = tree
        for part in path.split("."):
            place = place.setdefault(part, {})
        if text.startswith("("):
            inner, text = _mask_tree(text[1:])
            if not text.startswith(")"):
                raise errors.bad_field_mask(path)
            place.update(inner)
            text = text[1:]
        if not text.startswith(","):
            return tree, text
        text = text[1:]


def _check_mask(tree, known, before):
    for part, inner in tree.items():
        path = f"{before}.{part}".lstrip(".")
        if part == "*" or known is None:
            continue
        if part not in known:
            raise errors.bad_field_mask(path)
        _check_mask(inner, known[part] or None, path)


def _picked(value, tree):
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_picked(item, tree) for item in value]
    return {key: _picked(item, tree[key]) for key, item in value.items() if key in tree}


# ---- changing ----

def batch_update(spreadsheet, body):
    """One reply a request, in order; nothing is changed when one is refused."""
    requests = body.get("requests", [])
    if not requests:
        raise errors.invalid_argument("Must specify at least one request.")
    with spreadsheet.all_or_nothing():
        replies = [_one(spreadsheet, index, request) for index, request in enumerate(requests)]
    return {"spreadsheetId": spreadsheet.id, "replies": replies}


def _one(spreadsheet, index, request):
    for kind in request:
        if kind not in KINDS:
            raise errors.unknown_name(kind, f"requests[{index}]")
    if len(request) != 1:
        raise errors.invalid_argument(f"Invalid requests[{index}]: No request set.")
    (kind, wanted), = request.items()
    try:
        return KINDS[kind](spreadsheet, wanted) or {}
    except _Refused as refused:
        # As in github.com/OpenRefine/OpenRefine/issues/2760.
        raise errors.invalid_argument(f"Invalid requests[{index}].{kind}: {refused}") from None


class _Refused(Exception):
    pass


def _tab(spreadsheet, sheet_id, word="grid"):
    for tab in spreadsheet.tabs:
        if tab.sheet_id == sheet_id:
            return tab
    raise _Refused(f"No {word} with id: {sheet_id}")


def _fields(wanted):
    if not wanted.get("fields"):
        raise _Refused("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return wanted["fields"]


def _within_limit(spreadsheet):
    if spreadsheet.cell_count() > MOST_CELLS:
        raise _Refused(errors.too_many_cells().message)


def _new_title(spreadsheet, title, but=None):
    if any(tab is not but and tab.title.casefold() == title.casefold() for tab in spreadsheet.tabs):
        raise _Refused(f'A sheet with the name "{title}" already exists. Please enter another name.')
    return title


def _cell_of(data):
    value = data.get("userEnteredValue", {})
    if "formulaValue" in value:
        return Cell("#NAME?", formula=value["formulaValue"])
    for member in ("stringValue", "numberValue", "boolValue"):
        if member in value:
            if member == "stringValue" and len(value[member]) > LONGEST_TEXT:
                raise _Refused(errors.too_long_text().message)
            return as_cell(value[member])
    return Cell()


def _update_cells(spreadsheet, wanted):
    """With "fields" that name userEnteredValue, or all, values are written; formats are not kept."""
    writes_values = _fields(wanted) == "*" or "userEnteredValue" in wanted["fields"]
    start, grid = wanted.get("start"), wanted.get("range")
    if (start is None) == (grid is None):
        raise _Refused("Exactly one of 'start' and 'range' must be set.")
    tab = _tab(spreadsheet, (start or grid).get("sheetId", 0))
    if start is not None:
        area = Area(start.get("rowIndex", 0), start.get("columnIndex", 0), tab.row_count, tab.column_count)
    else:
        area = Area(grid.get("startRowIndex"), grid.get("startColumnIndex"), grid.get("endRowIndex"),
                    grid.get("endColumnIndex")).within(tab.row_count, tab.column_count)
    rows = [line.get("values", []) for line in wanted.get("rows", [])]
    if len(rows) > area.rows:
        raise _Refused(f"Attempting to write row: {area.bottom}, beyond the last requested row of: {area.bottom - 1}")
    if max((len(line) for line in rows), default=0) > area.columns:
        raise _Refused(f"Attempting to write column: {area.right}, beyond the last requested column of: "
                       f"{area.right - 1}")
    wide = max((len(line) for line in rows), default=1) if grid is None else area.columns
    if tab.touches_protected(Area(area.top, area.left, area.top + max(len(rows), 1), area.left + wide)):
        raise _Refused(errors.protected().message)
    if not writes_values:
        return
    if grid is not None:  # of a range, what no row speaks of is emptied
        rows = [line + [{}] * (area.columns - len(line)) for line in rows]
        rows += [[{}] * area.columns] * (area.rows - len(rows))
    for down, line in enumerate(rows):
        for right, data in enumerate(line):
            tab.put(area.top + down, area.left + right, _cell_of(data))


def _append_dimension(spreadsheet, wanted):
    tab = _tab(spreadsheet, wanted.get("sheetId", 0))
    rows = wanted.get("dimension") != "COLUMNS"
    tab.insert_dimension(wanted.get("dimension"), tab.row_count if rows else tab.column_count,
                         wanted.get("length", 0))
    _within_limit(spreadsheet)


def _span(tab, wanted):
    span = wanted.get("range", {})
    dimension = span.get("dimension")
    if dimension not in ("ROWS", "COLUMNS"):
        raise _Refused("No dimension specified.")
    last = tab.row_count if dimension == "ROWS" else tab.column_count
    start, end = span.get("startIndex", 0), span.get("endIndex", last)
    if start >= end:
        raise _Refused(f"range.startIndex[{start}] must be less than range.endIndex[{end}]")
    return dimension, start, end, last


def _insert_dimension(spreadsheet, wanted):
    tab = _tab(spreadsheet, wanted.get("range", {}).get("sheetId", 0))
    dimension, start, end, last = _span(tab, wanted)
    if start > last:
        raise _Refused(f"range.startIndex[{start}] must be less than or equal to grid size[{last}]")
    tab.insert_dimension(dimension, start, end - start)
    _within_limit(spreadsheet)


def _delete_dimension(spreadsheet, wanted):
    tab = _tab(spreadsheet, wanted.get("range", {}).get("sheetId", 0))
    dimension, start, end, last = _span(tab, wanted)
    if end - start >= last:
        raise _Refused(f"You can't delete all the {dimension.lower()} on the sheet.")
    tab.delete_dimension(dimension, start, min(end, last) - start)


def _add_sheet(spreadsheet, wanted):
    properties = wanted.get("properties", {})
    grid = properties.get("gridProperties", {})
    title = _new_title(spreadsheet, properties.get("title", f"Sheet{len(spreadsheet.tabs) + 1}"))
    tab = Tab(title, (), properties.get("sheetId", spreadsheet.new_sheet_id()), grid.get("rowCount", 1000),
              grid.get("columnCount", 26), properties.get("hidden", False))
    spreadsheet.tabs.insert(properties.get("index", len(spreadsheet.tabs)), tab)
    _within_limit(spreadsheet)
    return {"addSheet": {"properties": describe_tab(spreadsheet, tab)}}


def _delete_sheet(spreadsheet, wanted):
    tab = _tab(spreadsheet, wanted.get("sheetId", 0), "sheet")
    if len(spreadsheet.tabs) == 1:
        raise _Refused("You can't remove all the sheets in a document.")
    spreadsheet.tabs.remove(tab)


def _update_sheet_properties(spreadsheet, wanted):
    properties, fields = wanted.get("properties", {}), _fields(wanted).split(",")
    tab = _tab(spreadsheet, properties.get("sheetId", 0), "sheet")
    grid = properties.get("gridProperties", {})
    if {"title", "*"} & set(fields):
        tab.title = _new_title(spreadsheet, properties.get("title", tab.title), tab)
    if "hidden" in fields:
        tab.hidden = properties.get("hidden", False)
    if "index" in fields:
        spreadsheet.tabs.remove(tab)
        spreadsheet.tabs.insert(properties.get("index", 0), tab)
    for dimension, member, now in (("ROWS", "rowCount", tab.row_count), ("COLUMNS", "columnCount", tab.column_count)):
        if {"*", "gridProperties", f"gridProperties.{member}"} & set(fields) and member in grid:
            if grid[member] > now:
                tab.insert_dimension(dimension, now, grid[member] - now)
            elif grid[member] < now:
                tab.delete_dimension(dimension, grid[member], now - grid[member])
    _within_limit(spreadsheet)


def _create_developer_metadata(spreadsheet, wanted):
    """Of one column, and with an id that the stand-in chooses; Google knows rows, tabs and spreadsheets as well."""
    said = dict(wanted.get("developerMetadata", {}))
    location = said.pop("location", {})
    span = location.get("dimensionRange", {})
    if unknown := set(said) - {"metadataKey", "metadataValue", "visibility"}:
        raise _Refused(f"The stand-in knows no developer metadata with {', '.join(sorted(unknown))}.")
    if not said.get("metadataKey"):
        raise _Refused("Developer metadata must have a metadataKey.")
    if said.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise _Refused("Developer metadata must have a visibility.")
    if set(location) != {"dimensionRange"} or span.get("dimension") != "COLUMNS":
        raise _Refused("The stand-in knows developer metadata of columns only.")
    tab = _tab(spreadsheet, span.get("sheetId", 0))
    _, start, end, last = _span(tab, {"range": span})
    if start < 0 or end > last or end - start != 1:
        raise _Refused(f"location.dimensionRange[{start}, {end}) must be one column of the grid's {last}.")
    number = spreadsheet.new_tag_id()
    tab.tags[number] = Tag(start, said)
    return {"createDeveloperMetadata": {"developerMetadata": describe_tag(spreadsheet, number)}}


KINDS = {"updateCells": _update_cells, "appendDimension": _append_dimension, "insertDimension": _insert_dimension,
         "deleteDimension": _delete_dimension, "addSheet": _add_sheet, "deleteSheet": _delete_sheet,
         "updateSheetProperties": _update_sheet_properties,
         "createDeveloperMetadata": _create_developer_metadata}
