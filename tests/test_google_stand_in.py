"""The stand-in for Google keeps Google's rules: A1 notation, what reading leaves out, quotas, sharing; and what a test
can do to it."""

import http.client
import json
import threading
from urllib.parse import quote, urlencode

import pytest

from postrider import google_errors, google_scripts, google_tokens
from postrider.google_a1 import Unparseable, name, resolve
from postrider.google_sheet_model import Cell, Tab
from postrider.google_stand_in import GoogleStandIn

TABS = [Tab("Leads"), Tab("My 'quoted' tab"), Tab("Jon's Data"), Tab("A1"), Tab("CRM26"), Tab("has!bang"), Tab("2024")]

# What is asked for → what Google calls it. Sources: developers.google.com/workspace/sheets/api/guides/concepts,
# github.com/brekkylab/backlot/issues/174 (measured).
RANGES = {
    "Leads!A3:F": "Leads!A3:F1000",
    "Leads!A1:B2": "Leads!A1:B2",
    "Leads!B2:A1": "Leads!A1:B2",
    "Leads!A1:A1": "Leads!A1",
    "Leads": "Leads!A1:Z1000",
    "leads!a1:b2": "Leads!A1:B2",
    "'Leads'!A:A": "Leads!A1:A1000",
    "Leads!2:3": "Leads!A2:Z3",
    "Leads!A5:A": "Leads!A5:A1000",
    "Leads!A1:AA5": "Leads!A1:Z5",  # an end beyond the grid is clamped
    "Leads!A990:Z2000": "Leads!A990:Z1000",
    "A1": "Leads!A1",  # a cell of the first tab, though there is a tab A1
    "CRM26:CRM26": None,
    "'A1'": "'A1'!A1:Z1000",
    "A1!B2": "'A1'!B2",
    "'My ''quoted'' tab'!A:Z": "'My ''quoted'' tab'!A1:Z1000",
    "'Jon's Data'": "'Jon''s Data'!A1:Z1000",  # googleapis/google-api-python-client#2702
    "Jon's Data!C4": "'Jon''s Data'!C4",
    "has!bang!A1": "'has!bang'!A1",
    "2024!A1": "'2024'!A1",
    "!B2": "Leads!B2",
    "R2C3": "Leads!C2",
}


@pytest.mark.parametrize("asked", RANGES)
def test_ranges_are_what_google_makes_of_them(asked):
    tab, area = resolve(asked, TABS)
    within = area.within(tab.row_count, tab.column_count)
    if RANGES[asked] is None:
        assert area.left >= tab.column_count
    else:
        assert name(tab.title, within) == RANGES[asked]


@pytest.mark.parametrize("text", ["", "Nobody", "Nobody!A1", "Leads!", "Leads!A", "Leads!7", "Leads!A0", "Leads!A1:",
                                  "Leads!A1:B2:C3", " A1", "Leads! A1", "Leads!A1 ", "Leads!ABCD1", "!", "Leads!A-1"])
def test_what_is_no_range_is_not_read_as_one(text):
    with pytest.raises(Unparseable):
        resolve(text, TABS)


def test_without_a_tab_a_range_is_of_the_first_visible_one():
    tabs = [Tab("Hidden", hidden=True), Tab("Shown")]
    assert resolve("A1:B2", tabs)[0].title == "Shown"
    assert resolve("Hidden!A1", tabs)[0].title == "Hidden"


class Client:
    """As little of a client as the rules need, on one connection that stays."""

    def __init__(self, google, sheet=None, user=None, scopes=google_tokens.SHEETS):
        self.google, self.sheet = google, sheet
        self.token = google.tokens.issue(user or google.account.email, scopes).text
        self.line = http.client.HTTPConnection(google.metadata_host, timeout=30)

    def ask(self, method, path, body=None, headers=None):
        """(status, JSON)."""
        headers = {"Authorization": f"Bearer {self.token}"} if headers is None else headers
        self.line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.line.getresponse()
        self.headers = answer.headers
        text = answer.read()
        return answer.status, json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text

    def sheets(self, method, rest="", body=None, **query):
        return self.ask(method, f"/v4/spreadsheets/{self.sheet.id}{rest}"
                        + (f"?{urlencode(query, doseq=True)}" if query else ""), body)

    def read(self, text, **query):
        return self.sheets("GET", f"/values/{quote(text, safe='')}", **query)

    def write(self, text, values, **more):
        return self.sheets("PUT", f"/values/{quote(text, safe='')}", {"values": values, **more}, valueInputOption="RAW")


@pytest.fixture(name="client")
def _client(google):
    sheet = google.new_spreadsheet("Prospects", {
        "Leads": [["Prospects of May"], [], ["Email", "Name", "", "Since"],
                  ["ann@example.org", "Ann", "", Cell(45000, "15/03/2023", is_date=True), "", ""],
                  [], ["bob@example.org", "", ""]],
        "Other": [["keep", "me"], [1, 2.5], [True, Cell.error("#REF!", "Reference does not exist.", "=X1")]],
        "Empty": []})
    return Client(google, sheet)


def message(answer):
    status, body = answer
    return status, body["error"]["status"], body["error"]["message"]


def test_reading_leaves_out_what_trails_and_keeps_what_is_between(client):
    assert client.read("Leads!A3:F") == (200, {
        "range": "Leads!A3:F1000", "majorDimension": "ROWS",
        "values": [["Email", "Name", "", "Since"], ["ann@example.org", "Ann", "", "15/03/2023"], [],
                   ["bob@example.org"]]})
    assert client.read("Leads!A3:C4", majorDimension="COLUMNS")[1]["values"] == [["Email", "ann@example.org"],
                                                                                 ["Name", "Ann"]]
    assert client.read("Empty!A:Z") == (200, {"range": "Empty!A1:Z1000", "majorDimension": "ROWS"})


def test_values_are_rendered_as_they_are_asked_for(client):
    assert client.read("Other!A2:B3")[1]["values"] == [["1", "2.5"], ["TRUE", "#REF!"]]
    assert client.read("Other!A2:B3", valueRenderOption="UNFORMATTED_VALUE")[1]["values"] == [
        [1, 2.5], [True, "#REF! (Reference does not exist.)"]]
    assert client.read("Other!A2:B3", valueRenderOption="FORMULA")[1]["values"] == [[1, 2.5], [True, "=X1"]]
    dates = [client.read("Leads!D4", valueRenderOption="UNFORMATTED_VALUE", dateTimeRenderOption=option)[1]["values"]
             for option in ("SERIAL_NUMBER", "FORMATTED_STRING")]
    assert dates == [[[45000]], [["15/03/2023"]]]
    assert message(client.read("Leads!A1", valueRenderOption="PRETTY")) == (
        400, "INVALID_ARGUMENT", "Invalid value at 'value_render_option' "
        '(type.googleapis.com/google.apps.sheets.v4.ValueRenderOption), "PRETTY"')


def test_beyond_the_grid_google_says_how_large_it_is(client):
    beyond = "exceeds grid limits. Max rows: 1000, max columns: 26"
    for asked, named in {"Leads!A1001": "Leads!A1001", "CRM26": "Leads!CRM26", "Leads!AA1:AB2": "Leads!AA1:AB2",
                         "Leads!ZZ:ZZ": "Leads!ZZ", "Leads!1001:1002": "Leads!1001:1002"}.items():
        assert message(client.read(asked)) == (400, "INVALID_ARGUMENT", f"Range ({named}) {beyond}")
    assert message(client.write("Leads!A999:B1001", [["x"]]))[2] == f"Range (Leads!A999:B1001) {beyond}"
    assert message(client.read("Nobody!A1"))[2] == "Unable to parse range: Nobody!A1"


def test_a_write_stays_within_what_it_named_and_leaves_null_alone(client):
    other = client.sheet.tab("Other").snapshot()
    assert client.write("Leads!E3", [["Status"], ["Sent"], [None], [""]]) == (200, {
        "spreadsheetId": client.sheet.id, "updatedRange": "Leads!E3:E6", "updatedRows": 3, "updatedColumns": 1,
        "updatedCells": 3})
    assert client.sheet.tab("Leads").column("E") == ["", "", "Status", "Sent"]
    before = client.sheet.tab("Leads").snapshot()
    assert message(client.write("Leads!A1:B2", [["a", "b", "c"]]))[2] == (
        "Requested writing within range [Leads!A1:B2], but tried writing to column [C]")
    assert message(client.write("Leads!A1:B2", [["a"]] * 3))[2] == (
        "Requested writing within range [Leads!A1:B2], but tried writing to row [3]")
    assert message(client.write("Leads!A999", [["a"]] * 3))[2] == (
        "Requested writing within range [Leads!A999], but tried writing to row [1001]")
    assert message(client.write("Leads!A1", [["a"]], range="Leads!A2"))[2] == (
        "Request range[Leads!A1] does not match value's range[Leads!A2]")
    assert message(client.sheets("PUT", "/values/Leads!A1", {"values": [["a"]]}))[2] == (
        "'valueInputOption' is required but not specified")
    assert message(client.write("Leads!A1", ["a"]))[2] == (
        "Invalid value at 'data.values[0]' (type.googleapis.com/google.protobuf.ListValue), \"a\"")
    assert client.sheet.tab("Leads").snapshot() == before
    assert client.sheet.tab("Other").snapshot() == other


def test_raw_text_never_becomes_a_formula(client):
    client.write("Leads!A1", [["=1+1", "007", "TRUE"]])
    assert client.sheet.tab("Leads").cell("A1") == Cell("=1+1")
    assert client.read("Leads!A1:C1", valueRenderOption="UNFORMATTED_VALUE")[1]["values"] == [["=1+1", "007", "TRUE"]]


def test_several_ranges_are_written_together_or_not_at_all(client):
    before = client.sheet.tab("Leads").snapshot()
    data = [{"range": "Leads!E4", "values": [["Sent"]]}, {"range": "Leads!Nowhere", "values": [["Sent"]]}]
    answer = client.sheets("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert message(answer)[2] == "Unable to parse range: Leads!Nowhere"
    assert client.sheet.tab("Leads").snapshot() == before
    data[1]["range"] = "Other!C1"
    status, body = client.sheets("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert status == 200 and body["totalUpdatedCells"] == 2 and body["totalUpdatedSheets"] == 2
    assert [part["updatedRange"] for part in body["responses"]] == ["Leads!E4", "Other!C1"]


def test_rows_are_appended_behind_the_table_and_the_grid_grows(google):
    sheet = google.new_spreadsheet("Log", {"Log": Tab("Log", [["At", "What"], ["1", "a"]], row_count=2)})
    client = Client(google, sheet)
    answer = client.sheets("POST", "/values/Log:append", {"values": [["2", "b"], ["3", "c"]]}, valueInputOption="RAW")
    assert answer == (200, {"spreadsheetId": sheet.id, "tableRange": "Log!A1:B2", "updates": {
        "spreadsheetId": sheet.id, "updatedRange": "Log!A3:B4", "updatedRows": 2, "updatedColumns": 2,
        "updatedCells": 4}})
    assert sheet.tab("Log").row_count == 4
    assert sheet.tab("Log").column("B") == ["What", "a", "b", "c"]


# The example of developers.google.com/workspace/sheets/api/guides/values#append_values, word for word.
@pytest.mark.parametrize("asked, table, written", [
    ("Sheet1", "Sheet1!B4:D6", "Sheet1!B7"), ("B4", "Sheet1!B4:D6", "Sheet1!B7"),
    ("C5:D5", "Sheet1!B4:D6", "Sheet1!B7"), ("B2:D4", "Sheet1!B4:D6", "Sheet1!B7"),
    ("A3:G10", "Sheet1!B4:D6", "Sheet1!B7"),
    ("A1", "Sheet1!A1:C2", "Sheet1!A3"), ("E4", None, "Sheet1!E4"), ("A4", None, "Sheet1!A4")])
def test_the_table_is_found_that_google_finds(google, asked, table, written):
    sheet = google.new_spreadsheet("Tables", {"Sheet1": [
        ["x", "y", "z"], ["x", "y", "z"], [], ["", "x", "y", "z"], ["", "x", "y", "z"], ["", "x", "y", "z"]]})
    status, body = Client(google, sheet).sheets("POST", f"/values/{asked}:append", {"values": [["new"]]},
                                                valueInputOption="RAW")
    assert (status, body.get("tableRange"), body["updates"]["updatedRange"]) == (200, table, written)


def test_tabs_and_rows_are_added_by_requests_and_a_refused_one_undoes_all(client):
    tab = client.sheet.tab("Leads")
    requests = [{"insertDimension": {"range": {"sheetId": tab.sheet_id, "dimension": "COLUMNS", "startIndex": 0,
                                               "endIndex": 1}}},
                {"updateCells": {"start": {"sheetId": tab.sheet_id, "rowIndex": 2, "columnIndex": 0}, "fields": "*",
                                 "rows": [{"values": [{"userEnteredValue": {"stringValue": "Status"}}]}]}},
                {"addSheet": {"properties": {"title": "Report"}}}]
    status, body = client.sheets("POST", ":batchUpdate", {"requests": requests})
    assert status == 200 and body["replies"][:2] == [{}, {}]
    assert body["replies"][2]["addSheet"]["properties"]["title"] == "Report"
    assert tab.values()[2] == ["Status", "Email", "Name", "", "Since"]
    before = tab.snapshot()
    refused = client.sheets("POST", ":batchUpdate", {"requests": requests})
    assert message(refused)[2] == ('Invalid requests[2].addSheet: A sheet with the name "Report" already exists. '
                                   "Please enter another name.")
    assert tab.snapshot() == before and client.sheet.tab("Leads") is tab
    assert message(client.sheets("POST", ":batchUpdate", {"requests": [{"frobnicate": {}}]}))[2] == (
        "Invalid JSON payload received. Unknown name \"frobnicate\" at 'requests[0]': Cannot find field.")
    assert message(client.sheets("POST", ":batchUpdate", {}))[2] == "Must specify at least one request."


def test_a_mask_picks_members_and_a_wrong_one_is_named(client):
    assert client.sheets("GET", fields="properties.title,sheets(properties(title,gridProperties/rowCount))")[1] == {
        "properties": {"title": "Prospects"},
        "sheets": [{"properties": {"title": title, "gridProperties": {"rowCount": 1000}}}
                   for title in ("Leads", "Other", "Empty")]}
    status, body = client.sheets("GET", fields="sheets.sheetProperties")
    assert (status, body["error"]["message"]) == (400, "Request contains an invalid argument.")
    assert body["error"]["details"][0]["fieldViolations"] == [{
        "field": "sheets.sheetProperties",
        "description": "Error expanding 'fields' parameter. Cannot find matching fields for path "
                       "'sheets.sheetProperties'."}]


def test_who_may_what_is_asked_in_googles_order(google, client):
    reader = Client(google, client.sheet, "reader@example.org")
    assert message(reader.read("Leads!A1")) == (403, "PERMISSION_DENIED", "The caller does not have permission")
    client.sheet.share("reader@example.org", "reader")
    assert reader.read("Leads!A1")[0] == 200
    assert message(reader.write("Leads!A1", [["x"]]))[0] == 403
    client.sheet.share("reader@example.org", "editor")
    assert reader.write("Leads!A1", [["x"]])[0] == 200
    client.sheet.tab("Leads").protect("A1:Z1")
    assert message(reader.write("Leads!A1", [["x"]]))[2].startswith("You are trying to edit a protected cell")
    narrow = Client(google, client.sheet, scopes=google_tokens.READ_SHEETS)
    assert narrow.read("Leads!A1")[0] == 200
    assert narrow.write("Leads!A1", [["x"]])[1]["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    client.sheet.is_office_file = True
    assert message(client.read("Leads!A1"))[1] == "FAILED_PRECONDITION"
    google.delete(client.sheet)
    assert message(client.read("Leads!A1")) == (404, "NOT_FOUND", "Requested entity was not found.")
    google.is_enabled = False
    assert client.read("Leads!A1")[1]["error"]["details"][0]["reason"] == "SERVICE_DISABLED"
    google.tokens.expire_all()
    status, body = client.read("Leads!A1")
    assert status == 401 and body["error"]["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"
    assert client.headers["WWW-Authenticate"] == 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    assert client.ask("GET", f"/v4/spreadsheets/{client.sheet.id}", headers={})[0] == 403
    assert client.ask("POST", f"/v4/spreadsheets/{client.sheet.id}:batchUpdate", {}, headers={})[0] == 401


def test_a_minute_has_so_many_reads_and_writes_on_the_clock_that_is_turned(google, client):
    for _ in range(60):
        assert client.read("Leads!A1")[0] == 200
    status, body = client.read("Leads!A1")
    assert (status, body["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert body["error"]["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
        "'sheets.googleapis.com' for consumer 'project_number:603366585132'.")
    assert body["error"]["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    assert client.write("Leads!A1", [["x"]])[0] == 200  # counted apart
    google.clock.turn(59)
    assert client.read("Leads!A1")[0] == 429
    google.clock.turn(1)
    assert client.read("Leads!A1")[0] == 200
    google.quotas.per_project["write"] = 1
    assert client.write("Leads!A1", [["x"]])[0] == 200
    assert client.write("Leads!A1", [["x"]])[1]["error"]["details"][0]["metadata"]["quota_limit"] == (
        "WriteRequestsPerMinutePerProject")
    assert google.quotas.used("read") == 1 and google.quotas.refused == 3


def test_a_test_changes_the_sheet_between_any_two_calls(google, client):
    google.before(lambda call: client.sheet.tab("Leads").insert_rows(4, [["eve@example.org"]]), "read", nth=2)
    google.before(lambda call: google.delete(client.sheet), "write")
    assert [client.read("Leads!A4")[1]["values"] for _ in range(3)] == [
        [["ann@example.org"]], [["eve@example.org"]], [["eve@example.org"]]]
    assert client.write("Leads!A1", [["x"]])[0] == 404
    assert [call.status for call in google.wait_for("sheets", 4)] == [200, 200, 200, 404]
    assert google.calls("write")[0].json() == {"values": [["x"]]}
    assert google.calls("spreadsheets.values.get")[0].user == google.account.email


def test_a_hook_that_fails_fails_the_test():
    google = GoogleStandIn()
    client = Client(google, google.new_spreadsheet("P", {"Leads": []}))
    google.before(lambda call: 1 / 0)
    client.read("Leads!A1")
    with pytest.raises(ZeroDivisionError):
        google.stop()


def test_answers_are_scripted(google, client):
    google.script(google_errors.permission_denied(), "read", nth=3)
    google.script(google_scripts.html(502), "read")
    assert [client.read("Leads!A1")[0] for _ in range(4)] == [502, 200, 403, 200]
    google.script(google_errors.unavailable(), "any", times=2)
    assert [client.write("Leads!A1", [["x"]])[0] for _ in range(3)] == [503, 503, 200]
    assert google.quotas.used("write") == 1


def test_a_line_breaks_before_or_after_the_write(google, client):
    for is_applied in (False, True):
        google.script(google_scripts.Dropped(is_applied), "write")
        with pytest.raises(http.client.RemoteDisconnected):
            client.write("Leads!A1", [[f"written {is_applied}"]])
        client.line.close()
        assert client.sheet.tab("Leads").values()[0][0] == ("written True" if is_applied else "Prospects of May")
    google.script(google_scripts.Cut(), "read")
    with pytest.raises(http.client.IncompleteRead):
        client.read("Leads")


def test_an_answer_is_held_until_it_is_released(google, client):
    held = google_scripts.Held()
    google.script(held, "write")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(client.write("Leads!A1", [["late"]])))
    asking.start()
    assert held.arrived.wait(30)
    assert client.sheet.tab("Leads").values()[0][0] == "Prospects of May"
    assert Client(google, client.sheet).read("Leads!A1")[0] == 200  # nobody else waits
    held.release()
    asking.join(30)
    assert answers[0][0] == 200 and client.sheet.tab("Leads").values()[0][0] == "late"


def test_a_trickle_goes_on_until_the_client_hangs_up(google, client):
    trickle = google_scripts.Trickle()
    google.script(trickle, "read")
    client.line.request("GET", f"/v4/spreadsheets/{client.sheet.id}/values/Leads")
    answer = client.line.getresponse()
    assert [answer.read(1) for _ in range(3)] == [b" "] * 3 and not trickle.ended.is_set()
    answer.close()
    client.line.close()
    assert trickle.ended.wait(30)


def test_connections_stay_and_can_be_closed_under_the_client(google, client):
    assert client.read("Leads!A1")[0] == client.read("Leads!A1")[0] == 200
    assert len(google.connections) == 1
    google.hang_up()
    with pytest.raises(http.client.RemoteDisconnected):
        client.read("Leads!A1")
    client.line.close()
    assert client.read("Leads!A1")[0] == 200


def test_a_huge_answer_says_no_length_and_notices_who_hangs_up(google, client):
    huge = google_scripts.Huge(2)
    google.script(huge, "read")
    status, body = client.read("Leads")
    assert status == 200 and len(body["values"]) > 1000 and "Content-Length" not in client.headers
    huge = google_scripts.Huge(1000)
    google.script(huge, "read")
    client.line.request("GET", f"/v4/spreadsheets/{client.sheet.id}/values/Leads")
    client.line.getresponse().close()
    client.line.close()
    assert huge.ended.wait(60) and huge.sent < 500_000_000
