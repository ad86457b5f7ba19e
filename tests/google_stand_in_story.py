"""The stand-in for Google is true: Google's own clients get tokens, read, write and fail against it as against Google,
and every answer is held against Google's discovery document and protocol buffers, member by member."""

import pytest

from postrider import google_errors
from postrider.google_peers import Discovery, Refused, SheetsClient, error_faults, token_by_google_auth
from postrider.google_sheet_model import Cell, Tab
from postrider.google_stand_in import OPERATIONS
from postrider.google_tokens import SHEETS

MACHINE = "machine@story-project.iam.gserviceaccount.com"
TAG, BY_TAG = "spreadsheets.developerMetadata.get", "spreadsheets.values.batchUpdateByDataFilter"


@pytest.fixture(scope="module")
def discovery():
    return Discovery()


@pytest.fixture
def sheet(google):
    google.tokens.machine_email = MACHINE
    return google.new_spreadsheet("Prospects", {
        "Leads": [["Prospects of May"], [], ["Email", "Name", "Company"], ["ann@example.org", "Ann", "A & Söhne"],
                  ["bob@example.org", "", "B/C"], [], ["cy@example.org"]],
        "My 'quoted' tab": [["Amount", "Paid", "Since", "Sum"],
                            [12.5, True, Cell(45000, "15/03/2023", is_date=True),
                             Cell.error("#REF!", "Reference does not exist.", "=SUM(#REF!)")]],
        "A1": []}, editors={MACHINE, "postrider@story-project.iam.gserviceaccount.com"})


def all_true(google, discovery):
    """Every answer of the stand-in is one that Google could have given; returns the operations it answered."""
    calls = google.calls("sheets")
    for call in calls:
        if call.status == 200:
            assert discovery.answer_faults(call) == [], (call.operation, call.answer)
    assert error_faults(call.answer for call in calls if call.status != 200) == []
    return {call.operation for call in calls if call.status == 200}


def test_googles_client_reads_writes_and_appends(google, sheet, discovery):
    """The operations by which a list is read and statuses are written back, each at least once."""
    with SheetsClient(google) as client:
        def call(method, **more):
            return client.call(method, spreadsheetId=sheet.id, **more)

        # What is there.
        whole = call("spreadsheets.get", includeGridData=False)
        assert whole["properties"]["title"] == "Prospects" and whole["spreadsheetId"] == sheet.id
        assert [(tab["properties"]["title"], tab["properties"]["index"]) for tab in whole["sheets"]] == [
            ("Leads", 0), ("My 'quoted' tab", 1), ("A1", 2)]
        assert whole["sheets"][0]["properties"]["gridProperties"] == {"rowCount": 1000, "columnCount": 26}
        fields = "spreadsheetUrl,sheets.properties(sheetId,title)"
        assert set(call("spreadsheets.get", fields=fields)) == {"spreadsheetUrl", "sheets"}

        # Reading. Trailing empty cells and rows are left out, and `values` where there is none.
        assert call("spreadsheets.values.get", range="Leads!A3:F") == {
            "range": "Leads!A3:F1000", "majorDimension": "ROWS",
            "values": [["Email", "Name", "Company"], ["ann@example.org", "Ann", "A & Söhne"],
                       ["bob@example.org", "", "B/C"], [], ["cy@example.org"]]}
        assert call("spreadsheets.values.get", range="'A1'") == {"range": "'A1'!A1:Z1000", "majorDimension": "ROWS"}
        quoted = "'My ''quoted'' tab'!A2:Z"
        rendered = [call("spreadsheets.values.get", range=quoted, valueRenderOption=option)["values"]
                    for option in ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")]
        assert rendered == [[["12.5", "TRUE", "15/03/2023", "#REF!"]],
                            [[12.5, True, 45000, "#REF! (Reference does not exist.)"]],
                            [[12.5, True, 45000, "=SUM(#REF!)"]]]
        several = call("spreadsheets.values.batchGet", ranges=["Leads!A3:A", "Leads!ZZ:ZZ", quoted][::2],
                       majorDimension="COLUMNS")
        assert [part["range"] for part in several["valueRanges"]] == ["Leads!A3:A1000", "'My ''quoted'' tab'!A2:Z1000"]
        assert several["valueRanges"][0]["values"] == [["Email", "ann@example.org", "bob@example.org", "",
                                                        "cy@example.org"]]

        # Writing.
        others = [tab.snapshot() for tab in sheet.tabs[1:]]
        assert call("spreadsheets.values.update", range="Leads!D3:D5", valueInputOption="RAW",
                    includeValuesInResponse=True,
                    requestBody={"values": [["Email Status"], ["Sent"], [None]]}) == {
            "spreadsheetId": sheet.id, "updatedRange": "Leads!D3:D5", "updatedRows": 2, "updatedColumns": 1,
            "updatedCells": 2, "updatedData": {"range": "Leads!D3:D5", "majorDimension": "ROWS",
                                               "values": [["Email Status"], ["Sent"]]}}
        answer = call("spreadsheets.values.batchUpdate", requestBody={"valueInputOption": "RAW", "data": [
            {"range": "Leads!D5", "values": [["=1+1"]]},
            {"range": "Leads!D7:E7", "majorDimension": "COLUMNS", "values": [["Failed"], [""]]}]})
        assert (answer["totalUpdatedCells"], answer["totalUpdatedRows"], answer["totalUpdatedSheets"]) == (3, 2, 1)
        assert sheet.tab("Leads").column("D") == ["", "", "Email Status", "Sent", "=1+1", "", "Failed"]
        assert sheet.tab("Leads").cell("D5").formula is None
        appended = call("spreadsheets.values.append", range="Leads!A3:D3", valueInputOption="RAW",
                        insertDataOption="INSERT_ROWS", requestBody={"values": [["dee@example.org"]]})
        assert (appended["tableRange"], appended["updates"]["updatedRange"]) == ("Leads!A3:D5", "Leads!A6")
        assert sheet.tab("Leads").row_count == 1001
        assert call("spreadsheets.values.clear", range="Leads!A6:D6")["clearedRange"] == "Leads!A6:D6"
        assert call("spreadsheets.values.batchClear", requestBody={"ranges": ["Leads!B4"]})["clearedRanges"] == [
            "Leads!B4"]
        assert [tab.snapshot() for tab in sheet.tabs[1:]] == others

        # Rows, columns and tabs.
        leads = {"sheetId": sheet.tab("Leads").sheet_id}
        replies = call("spreadsheets.batchUpdate", requestBody={"requests": [
            {"appendDimension": {**leads, "dimension": "COLUMNS", "length": 2}},
            {"insertDimension": {"range": {**leads, "dimension": "ROWS", "startIndex": 0, "endIndex": 1},
                                 "inheritFromBefore": False}},
            {"deleteDimension": {"range": {**leads, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}},
            {"updateCells": {"start": {**leads, "rowIndex": 2, "columnIndex": 27}, "fields": "userEnteredValue",
                             "rows": [{"values": [{"userEnteredValue": {"stringValue": "Last"}}]}]}},
            {"updateSheetProperties": {"properties": {**leads, "title": "Leads of May"}, "fields": "title"}},
            {"addSheet": {"properties": {"title": "Report", "gridProperties": {"rowCount": 5, "columnCount": 2}}}},
        ]})["replies"]
        assert replies[:5] == [{}] * 5 and replies[5]["addSheet"]["properties"]["title"] == "Report"
        assert sheet.tab("Leads of May").cell("AB3").value == "Last"
        call("spreadsheets.batchUpdate", requestBody={"requests": [
            {"deleteSheet": {"sheetId": replies[5]["addSheet"]["properties"]["sheetId"]}}]})
        assert [tab.title for tab in sheet.tabs] == ["Leads of May", "My 'quoted' tab", "A1"]
    assert all_true(google, discovery) == {name for name, _, _ in OPERATIONS.values()} - {BY_TAG, TAG}


def test_a_tagged_column_is_written_wherever_it_stands(google, sheet, discovery):
    leads = sheet.tab("Leads")
    with SheetsClient(google) as client:
        def change(kind, **wanted):
            return client.call("spreadsheets.batchUpdate", spreadsheetId=sheet.id,
                               requestBody={"requests": [{kind: wanted}]})["replies"][0]

        def columns(start, end, dimension="COLUMNS"):
            return {"sheetId": leads.sheet_id, "dimension": dimension, "startIndex": start, "endIndex": end}

        def tag(span):
            metadata = {"metadataKey": "postrider-status", "visibility": "DOCUMENT",
                        "location": {"dimensionRange": span}}
            made = change("createDeveloperMetadata", developerMetadata=metadata)["createDeveloperMetadata"]
            number = made["developerMetadata"]["metadataId"]
            metadata["location"]["locationType"] = "COLUMN"
            assert made["developerMetadata"] == look(number) == {**metadata, "metadataId": number}
            return number

        def look(tag):
            return client.call(TAG, spreadsheetId=sheet.id, metadataId=tag)

        def write(tag, *texts):
            return client.call(BY_TAG, spreadsheetId=sheet.id, requestBody={"valueInputOption": "RAW", "data": [
                {"dataFilter": {"developerMetadataLookup": {"metadataId": tag}}, "majorDimension": "COLUMNS",
                 "values": [texts]}]})

        def refused(what, *arguments):
            with pytest.raises(Refused) as error:
                what(*arguments)
            assert error.value.body["error"]["status"] == ("NOT_FOUND" if what is look else "INVALID_ARGUMENT")
            return error.value.message

        # Null leaves a cell alone, and what was put in to the left is left alone, too.
        status, name, company = tag(columns(3, 4)), tag(columns(1, 2)), tag(columns(2, 3))
        assert len({status, name, company}) == 3
        change("insertDimension", range=columns(2, 4), inheritFromBefore=False)
        assert write(status, None, None, "Email Status", "Sent", "=1+1") == {
            "spreadsheetId": sheet.id, "totalUpdatedRows": 3, "totalUpdatedColumns": 1, "totalUpdatedCells": 3,
            "totalUpdatedSheets": 1, "responses": [{
                "updatedRange": "Leads!F1:F5", "updatedRows": 3, "updatedColumns": 1, "updatedCells": 3,
                "dataFilter": {"developerMetadataLookup": {"metadataId": status}}}]}
        assert leads.column("F") == ["", "", "Email Status", "Sent", "=1+1"] and leads.cell("F5").formula is None
        write(name, *[None] * 4, "Bob")
        assert [row[:5] for row in leads.values()[2:5]] == [
            ["Email", "Name", "", "", "Company"], ["ann@example.org", "Ann", "", "", "A & Söhne"],
            ["bob@example.org", "Bob", "", "", "B/C"]]
        change("deleteDimension", range=columns(0, 1))
        assert write(status, None, None, "Status")["responses"][0]["updatedRange"] == "Leads!E1:E3"
        assert look(status)["location"] == {"locationType": "COLUMN", "dimensionRange": columns(4, 5)}

        # What is refused, or matches nothing, changes nothing.
        before = [tab.snapshot() for tab in sheet.tabs]
        assert refused(write, status, *["x"] * 1001) == (
            "Requested writing within range [Leads!E1:E1000], but tried writing to row [1001]")
        for span in (columns(3, 5), columns(27, 28), columns(3, 4, "ROWS"), {**columns(3, 4), "sheetId": 77}):
            assert refused(tag, span).startswith("Invalid requests[0].createDeveloperMetadata: ")
        nobody = next(number for number in range(1, 5) if number not in (status, name, company))
        assert write(nobody, "x", "y") == {"spreadsheetId": sheet.id}
        assert refused(look, nobody) == f"No developer metadata with ID {nobody}."
        assert [tab.snapshot() for tab in sheet.tabs] == before

        # A tag goes with its column.
        change("deleteDimension", range=columns(4, 5))
        before = [tab.snapshot() for tab in sheet.tabs]
        assert write(status, None, None, "Email Status", "Sent") == {"spreadsheetId": sheet.id}
        assert refused(look, status) == f"No developer metadata with ID {status}."
        assert [tab.snapshot() for tab in sheet.tabs] == before
        assert write(company, None, None, "Firm")["responses"][0]["updatedRange"] == "Leads!D1:D3"
    assert all_true(google, discovery) == {"spreadsheets.batchUpdate", TAG, BY_TAG}


# What is asked → what Google says. `range` of values.get unless it says otherwise.
BAD = [
    ("spreadsheets.values.get", {"range": "Nobody!A1"}, "Unable to parse range: Nobody!A1"),
    ("spreadsheets.values.get", {"range": "Leads!A1:B2:C3"}, "Unable to parse range: Leads!A1:B2:C3"),
    ("spreadsheets.values.get", {"range": "CRM26"},
     "Range (Leads!CRM26) exceeds grid limits. Max rows: 1000, max columns: 26"),
    ("spreadsheets.values.get", {"range": "Leads!A1001:F2000"},
     "Range (Leads!A1001:F2000) exceeds grid limits. Max rows: 1000, max columns: 26"),
    ("spreadsheets.values.get", {"range": "Leads", "fields": "rows"}, "Request contains an invalid argument."),
    ("spreadsheets.values.get", {"range": "Leads", "majorDimension": "DIAGONAL"},
     "Invalid value at 'major_dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), \"DIAGONAL\""),
    ("spreadsheets.values.get", {"range": "Leads", "pages": 2},
     'Invalid JSON payload received. Unknown name "pages": Cannot bind query parameter. '
     "Field 'pages' could not be found in request message."),
    ("spreadsheets.values.update", {"range": "Leads!A1", "requestBody": {"values": [["x"]]}},
     "'valueInputOption' is required but not specified"),
    ("spreadsheets.values.update", {"range": "Leads!A1:B1", "valueInputOption": "RAW",
                                    "requestBody": {"values": [["x", "y", "z"]]}},
     "Requested writing within range [Leads!A1:B1], but tried writing to column [C]"),
    ("spreadsheets.values.update", {"range": "Leads!A1", "valueInputOption": "RAW",
                                    "requestBody": {"range": "Leads!A2", "values": [["x"]]}},
     "Request range[Leads!A1] does not match value's range[Leads!A2]"),
    ("spreadsheets.values.batchUpdate", {"requestBody": {"valueInputOption": "RAW", "data": [
        {"range": "Leads!A1", "values": [["x"]]}, {"range": "Leads!Y1", "values": [["a", "b", "c"]]}]}},
     "Requested writing within range [Leads!Y1], but tried writing to column [AA]"),
    (BY_TAG, {"requestBody": {"data": [{"values": [["x"]]}]}}, "'valueInputOption' is required but not specified"),
    (BY_TAG, {"requestBody": {"valueInputOption": "RAW", "data": [{"range": "Leads!A1", "values": [["x"]]}]}},
     "Invalid JSON payload received. Unknown name \"range\" at 'data[0]': Cannot find field."),
    ("spreadsheets.values.update", {"range": "Leads!A1", "valueInputOption": "RAW",
                                    "requestBody": {"values": [["x" * 50_001]]}},
     "Your input contains more than the maximum of 50000 characters in a single cell."),
    ("spreadsheets.batchUpdate", {"requestBody": {"requests": [{"frobnicate": {}}]}},
     "Invalid JSON payload received. Unknown name \"frobnicate\" at 'requests[0]': Cannot find field."),
    ("spreadsheets.batchUpdate", {"requestBody": {"requests": []}}, "Must specify at least one request."),
    ("spreadsheets.batchUpdate", {"requestBody": {"requests": [
        {"addSheet": {"properties": {"title": "leads"}}}]}},
     'Invalid requests[0].addSheet: A sheet with the name "leads" already exists. Please enter another name.'),
    ("spreadsheets.batchUpdate", {"requestBody": {"requests": [
        {"updateCells": {"start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 25}, "fields": "*", "rows": [
            {"values": [{}, {}]}]}}]}},
     "Invalid requests[0].updateCells: Attempting to write column: 26, beyond the last requested column of: 25"),
]


def test_googles_client_is_refused_in_googles_words(google, sheet, discovery):
    before = [tab.snapshot() for tab in sheet.tabs]
    with SheetsClient(google) as client:
        for method, parameters, words in BAD:
            with pytest.raises(Refused) as refused:
                client.call(method, spreadsheetId=sheet.id, **parameters)
            assert (refused.value.status, refused.value.message) == (400, words), (method, parameters)
            assert refused.value.body["error"]["status"] == "INVALID_ARGUMENT"
    assert [tab.snapshot() for tab in sheet.tabs] == before
    all_true(google, discovery)


def test_googles_client_meets_missing_rights_quotas_and_broken_servers(google, sheet, discovery):
    shared = google.new_spreadsheet("Shared", {"Leads": Tab("Leads", [["Email"]])}, editors=(), readers={MACHINE})
    foreign = google.new_spreadsheet("Foreign", {"Leads": []}, editors=())
    office = google.new_spreadsheet("Office", {"Leads": []}, editors={MACHINE}, is_office_file=True)
    gone = google.new_spreadsheet("Gone", {"Leads": []}, editors={MACHINE})
    google.delete(gone)
    with SheetsClient(google) as client:
        def read(one=sheet):
            return client.call("spreadsheets.values.get", spreadsheetId=one.id, range="Leads!A1")

        def write(one=sheet):
            return client.call("spreadsheets.values.update", spreadsheetId=one.id, range="Leads!A1",
                               valueInputOption="RAW", requestBody={"values": [["x"]]})

        def refused(what, *arguments):
            with pytest.raises(Refused) as error:
                what(*arguments)
            return error.value.status, error.value.body["error"]["status"], error.value.message

        assert read(shared)["values"] == [["Email"]]
        denied = (403, "PERMISSION_DENIED", "The caller does not have permission")
        assert refused(write, shared) == refused(read, foreign) == denied
        assert refused(read, gone) == (404, "NOT_FOUND", "Requested entity was not found.")
        assert refused(read, office)[:2] == (400, "FAILED_PRECONDITION")
        google.is_enabled = False
        assert refused(read)[2].startswith("Google Sheets API has not been used in project 603366585132 before or it "
                                           "is disabled. Enable it by visiting https://console.developers.google.com/")
        google.is_enabled = True

        google.clock.turn(60)
        for _ in range(60):
            write()
        assert refused(write) == (
            429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Write requests' and limit 'Write requests "
            "per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:603366585132'.")
        assert read()["values"] == [["x"]]
        google.clock.turn(60)
        write()

        for error, status in ((google_errors.internal(), 500), (google_errors.unavailable(), 503),
                              (google_errors.deadline_exceeded(), 504), (google_errors.too_small_scope(), 403)):
            # After a 403 the client gets itself another token, as after a 401, and asks once more.
            google.script(error, times=2 if status == 403 else 1)
            assert refused(read)[0] == status
            assert error_faults([error.body()]) == []
        assert read()["values"] == [["x"]]

        # A token that ended: Google's client gets another by itself, once, and the call succeeds.
        google.tokens.expire_all()
        issued, calls = len(google.tokens.issued), len(google.calls("read"))
        assert read()["values"] == [["x"]]
        assert len(google.tokens.issued) == issued + 1
        assert [call.status for call in google.calls("read")[calls:]] == [401, 200]
    all_true(google, discovery)


def test_googles_libraries_get_tokens_of_every_kind(google, sheet, tmp_path):
    user = google.tokens.add_user("ann@example.org")
    sheet.share(user.email, "reader")
    of_account = google.write_service_account(tmp_path)
    of_user = google.write_authorized_user(tmp_path, user)
    for file, email, grant in ((of_account, google.account.email, "jwt-bearer"),
                               (of_user, user.email, "refresh_token"), ("metadata", MACHINE, "metadata")):
        # Node.js, and with the token a read.
        before = len(google.tokens.issued)
        with SheetsClient(google, file) as client:
            client.call("spreadsheets.values.get", spreadsheetId=sheet.id, range="Leads!A3:C")
            client.call("spreadsheets.get", spreadsheetId=sheet.id)
        assert [(token.email, token.grant) for token in google.tokens.issued[before:]] == [(email, grant)]
        assert {call.user for call in google.calls("sheets")[-2:]} == {email}
        # Python.
        token, is_good = google.tokens.find(token_by_google_auth(google, file)["token"])
        assert is_good and (token.email, token.grant) == (email, grant)
        assert SHEETS in token.scopes


def test_googles_libraries_are_told_why_there_is_no_token(google, tmp_path):
    user = google.tokens.add_user("ann@example.org")
    of_account, of_user = google.write_service_account(tmp_path), google.write_authorized_user(tmp_path, user)

    def why(file):
        return token_by_google_auth(google, file)["error"][0]

    google.tokens.skew = -7200
    assert why(of_account) == (
        "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
        "Check your iat and exp values in the JWT claim.")
    google.tokens.skew = 0
    google.tokens.revoke(google.account.email)
    google.tokens.revoke(user.email)
    # As in github.com/googleapis/google-cloud-python/issues/10004.
    assert why(of_account) == "invalid_grant: Invalid JWT Signature."
    assert why(of_user) == "invalid_grant: Token has been expired or revoked."
    with SheetsClient(google, of_account) as client, pytest.raises(Refused) as refused:
        client.call("spreadsheets.get", spreadsheetId="1x")
    assert refused.value.message == "invalid_grant: Invalid JWT Signature."
    assert not google.calls("sheets")
