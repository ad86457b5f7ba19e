"""Lists in Google Sheets, and what became of each email in the sheet itself, against the stand-in for Google."""

import itertools
import random
import threading

import pytest

from postrider import google_errors as errors
from postrider.api import Api
from postrider.google_scripts import Held, Huge, html
from postrider.google_sheet_model import Tab
from postrider.lists import people
from postrider.waiting import wait_until

HEADER = ["Email", "Name", "Company"]


@pytest.fixture
def there(new_installation, google, tmp_path):
    """An installation with a service account's key, whose Google is the stand-in."""
    def make(name="there", **more):
        file = google.write_service_account(tmp_path)
        return new_installation(name, GOOGLE_CREDENTIALS_FILE=str(file), GOOGLE_SHEETS_BASE_URL=google.base_url, **more)
    return make


def leads(count, **more):
    return Tab("Leads", [HEADER, *people(count)], sheet_id=17, row_count=count + 50, **more)


def create(here, sheet, *options, pace="none"):
    return here.ask("campaign", "create", "--name", "News", "--subject", "Hi {{ name }}", "--message", "Dear {{ name }}",
                    "--mailbox", "box", "--pace", pace, "--sheet", sheet.id, *options)


def statuses(tab):
    """Address → what stands under Email Status, of the tab as it is now."""
    head, *rows = tab.values()
    found, column = {}, head.index("Email Status")
    for row in rows:
        if row and "@" in str(row[0]):
            assert row[0] not in found, f"{row[0]} is there twice"
            found[row[0]] = row[column] if len(row) > column else ""
    return found


def wait_until_shown(here, google, tab, expected, seconds=60):
    """Until each address has its status; `expected`: a prefix by address."""
    def shown():
        with google.lock:
            now = statuses(tab)
        return all(now[address].startswith(prefix) and bool(prefix) == bool(now[address])
                   for address, prefix in expected.items() if address in now)
    wait_until(shown, seconds, "the sheet shows what became of the emails", every=0.2)


def test_rows_that_are_sorted_inserted_and_deleted_all_the_while_keep_their_statuses(there, google, catcher):
    here = there()
    others = Tab("Other", [["Email", "Email Status"], ["person1@example.org", "untouched"]], sheet_id=3)
    sheet = google.new_spreadsheet("Team", {"First": [["nothing", "here"]], "Leads": leads(1000), "Other": others})
    tab, untouched = sheet.tab("Leads"), [sheet.tab("First").snapshot(), others.snapshot()]
    dice, fresh = random.Random(7), itertools.count(1)

    def turn_over(call):
        """Before every call of the campaign's whole life."""
        tab.sort(dice.choice("ABC"), descending=dice.random() < 0.5)
        where = dice.randrange(2, 900)
        if dice.random() < 0.7:
            tab.insert_rows(where, [[f"stranger{next(fresh)}@example.net", "Not of the list"]])
        if dice.random() < 0.3:
            tab.delete_rows(where)
    refused = {f"person{n}@example.org" for n in range(10, 1000, 10)}
    here.add_mailbox(catcher.port)
    with here.serving():
        made = create(here, sheet, "--range", "Leads!A:Z", "--brake", "off", pace="5ms")
        assert made["recipients"] == 1000
        here.run("suppression", "add", *sorted(refused)[:1])
        google.before(turn_over, times=26)
        here.send(made["id"], "--wait", expect=None)
        expected = {row[0]: "Sent 20" for row in people(1000)}
        expected[sorted(refused)[0]] = "Skipped: "
        google.wait_for("write", 3)
        wait_until(lambda: len(google.calls("sheets")) > 30, 120, "the sheet rests", every=0.2)
        wait_until_shown(here, google, tab, expected)
    assert [sheet.tab("First").snapshot(), others.snapshot()] == untouched
    with google.lock:
        assert {text for address, text in statuses(tab).items() if address.startswith("stranger")} <= {""}
        assert tab.values()[0][:4] == [*HEADER, "Email Status"]


def test_columns_that_are_put_in_before_every_write_lose_nothing(there, google, catcher):
    here, added = there(), []
    rows = [[*HEADER, "Email Status", "Notes"], *([*row, "", f"Note on {row[1]}"] for row in people(300))]
    sheet = google.new_spreadsheet("Team", {"Leads": Tab("Leads", rows, sheet_id=17)})
    tab = sheet.tab("Leads")

    def put_in_left_of_the_statuses(call):
        added.append([f"Text {len(added)} of row {row}" for row in range(len(rows))])
        tab.insert_column("DEFGHI"[len(added) - 1], added[-1])
    here.add_mailbox(catcher.port)
    with here.serving():
        made = create(here, sheet, pace="40ms")
        here.run("suppression", "add", "person7@example.org")
        google.before(put_in_left_of_the_statuses, "spreadsheets.values.batchUpdateByDataFilter", times=6)
        here.send(made["id"], "--wait", expect=None)
        wait_until_shown(here, google, tab, {row[0]: "Sent 20" for row in people(300)} | {"person7@example.org": "Skipped: "})
    status = len(HEADER) + len(added)
    assert len(added) > 3 and tab.values()[0][status] == "Email Status"
    assert [row[:status] + row[status + 1:] for row in tab.values()] == [
        [*row[:3], *texts, row[4]] for row, *texts in zip(rows, *added)]


def test_ten_thousand_mails_at_full_speed_are_a_handful_of_writes(there, google, new_sink):
    here, sink = there(), new_sink()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(10_000)})
    here.add_mailbox(sink.port, "--sessions", "20")
    with here.serving():
        made = create(here, sheet)
        here.send(made["id"], "--wait")
        wait_until_shown(here, google, sheet.tab("Leads"), {row[0]: "Sent 20" for row in people(10_000)}, seconds=120)
    writes = google.calls("write")
    tag, *puts = [call.operation for call in writes]
    assert (tag, set(puts)) == ("spreadsheets.batchUpdate", {"spreadsheets.values.batchUpdateByDataFilter"})
    times = [call.at for call in writes[2:]]  # the first ones make the column
    assert all(later - sooner > 2 for sooner, later in zip(times, times[1:])), times
    for call in writes:
        in_a_minute = [other for other in writes if 0 <= other.at - call.at < 60]
        assert len(in_a_minute) <= 30


def test_what_google_does_never_holds_mail_up(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(60)})
    here.add_mailbox(catcher.port)
    with here.serving():
        made = create(here, sheet)
        # The token ends, Google is broken in every way it knows, and one call never ends.
        google.tokens.expire_all()
        held = Held()

        def of_this(call):
            return call.kind == "write" and call.spreadsheet_id == sheet.id
        for answer in (errors.quota_exceeded("write"), errors.internal(), errors.unavailable(), html(502), held):
            google.script(answer, of_this, nth=3)
        here.send(made["id"], "--wait")
        assert len(catcher.recipients()) == 60
        google.wait_for("write", 3)
        notice = wait_until(lambda: here.campaign(made["id"])["notices"], 30, "a notice")
        assert notice[0]["code"] == "sheet_quota"
        assert "does not show all statuses" in here.run("campaign", "show", made["id"]).out

        # A sheet that is gone: mail goes on all the same, and the notice says why it is stuck.
        other = google.new_spreadsheet("Gone", {"Leads": leads(40)})
        gone = create(here, other)
        google.before(lambda call: google.delete(other), lambda call: call.spreadsheet_id == other.id, nth=6)
        here.send(gone["id"], "--wait")
        notice = wait_until(lambda: here.campaign(gone["id"])["notices"], 60, "a notice about the sheet")
        assert notice[0]["code"] in ("sheet_not_found", "sheet_quota")
        held.release()
    assert here.counts(made["id"])["sent"] == 60
    assert here.counts(gone["id"])["sent"] == 40


def test_a_killed_server_writes_what_it_had_not(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(200)})
    here.add_mailbox(catcher.port)
    server = here.start_server()
    made = create(here, sheet)
    google.before(lambda call: server.kill(), "write", nth=3)
    here.send(made["id"])
    google.wait_for("write", 3)
    with here.serving():
        here.wait_for(made["id"], lambda shown: shown["status"] == "completed")
        sent = {address for address, state in here.states(made["id"]).items() if state == "sent"}
        assert len(sent) > 150
        uncertain = {address: "Uncertain" for address, state in here.states(made["id"]).items() if state == "uncertain"}
        wait_until_shown(here, google, sheet.tab("Leads"), {address: "Sent 20" for address in sent} | uncertain)


def test_the_api_previews_validates_and_makes_campaigns_of_sheets(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {
        "Notes": [["nothing"]],
        "Leads": [["Our leads"], [], ["E-Mail", "Full Name", "Zip"], ["ana@example.com", "Ana", 1234], ["nonsense"], [],
                  ["ANA@example.com"], ["bo@example.com"]]})
    here.add_mailbox(catcher.port, name="default")
    with here.serving() as server:
        api = Api.of(here, server, role="editor")
        preview = api.get(f"/api/sheets/{sheet.id}/preview?sheet_range=Leads!A3:F&max_rows=2")
        assert preview == {
            "sheet_id": sheet.id, "sheet_name": "Team", "tab": "Leads", "total_rows": 4, "headers": ["E-Mail", "Full Name", "Zip"],
            "email_column": "E-Mail", "name_column": "Full Name", "valid_emails": 2, "invalid_emails": 1,
            "duplicate_emails": 1, "sample_data": [["ana@example.com", "Ana", "1234"], ["nonsense", "", ""]]}
        data = api.post(f"/api/sheets/{sheet.id}/validate?sheet_range=Leads!A3:F")["data"]
        assert (data["total_rows"], data["valid_emails"], data["email_column"]) == (4, 2, "E-Mail")
        body = {"name": "n", "subject": "s", "message": "Hi {{ Full Name | default: \"you\" }}", "google_sheet_id": sheet.id}
        made = api.post("/api/campaigns", {**body, "google_sheet_range": "Leads!A3:F"}, expect=201)
        assert (made["total_recipients"], made["google_sheet_range"]) == (2, "Leads!A3:F")
        emails = api.get(f"/api/campaigns/{made['id']}/emails")
        assert sorted(email["sheet_row_number"] for email in emails) == [4, 8]

        # A range that is changed is read anew; what cannot be read changes nothing.
        sheet.tab("Leads").append_row(["cy@example.com", "Cy", 99])
        changed = api.ask("PUT", f"/api/campaigns/{made['id']}", {"google_sheet_range": "Leads!A3:B"}).json
        assert changed["total_recipients"] == 3
        assert [column["header"] for column in changed["columns"]][:2] == ["E-Mail", "Full Name"]
        answer = api.ask("PUT", f"/api/campaigns/{made['id']}", {"google_sheet_range": "Notes!A:B"}, expect=400)
        assert answer.code == "no_such_column"
        assert api.get(f"/api/campaigns/{made['id']}")["google_sheet_range"] == "Leads!A3:B"

        api.post(f"/api/campaigns/{made['id']}/send", {"send_immediately": True})
        def column():
            with google.lock:
                cells = (sheet.tab("Leads").column("D") + [""] * 10)[3:9]
            return [cell[:7] for cell in cells]
        wait_until(lambda: column() == ["Sent 20", "", "", "Sent 20", "Sent 20", "Sent 20"], 30, "the statuses",
                   every=0.2)
        shown = api.get(f"/api/campaigns/{made['id']}")
        assert shown["notices"] == [] and shown["google_sheet_status_column"] == "Email Status" and shown["write_back"]
        wait_until(lambda: all(email["marked_as_sent_in_sheet"] for email in api.get(f"/api/campaigns/{made['id']}/emails")),
                   30, "the emails are marked", every=0.2)
        assert sheet.tab("Notes").values() == [["nothing"]]


def test_what_is_wrong_with_a_sheet_has_a_code_and_a_status_of_its_own(there, google, catcher):
    here = there()
    mine = google.new_spreadsheet("Mine", {"Leads": leads(3), "Empty": [], "Bare": [["Email"]], "Other": [["x"], ["y"]]})
    foreign = google.new_spreadsheet("Foreign", {"Leads": leads(3)}, editors=[])
    here.add_mailbox(catcher.port, name="default")
    with here.serving() as server:
        api = Api.of(here, server, role="editor")
        missing = "a" * 44

        def refused(sheet, status, code, range_="Leads!A:Z", words=""):
            for method, path in (("GET", f"/api/sheets/{sheet}/preview"), ("POST", f"/api/sheets/{sheet}/validate")):
                answer = api.ask(method, f"{path}?sheet_range={range_}", expect=status)
                assert answer.code == code
                assert words in answer.json["detail"], answer
        refused("short", 400, "bad_sheet_id")
        refused("..%2F..%2Fetc%2Fpasswd", 400, "bad_sheet_id")
        refused(missing, 404, "sheet_not_found")
        refused(foreign.id, 403, "sheet_no_access", words=f"Share the sheet with {google.account.email} as Editor")
        for bad in ("Leads!A:Z!B", "%27Leads!A:Z", "!A:Z", "Z:A", "Nowhere!A:Z"):
            refused(mine.id, 422, "bad_sheet_range", range_=bad)
        refused(mine.id, 422, "no_header", range_="Empty!A:Z")
        answer = api.ask("POST", f"/api/sheets/{mine.id}/validate?sheet_range=Bare!A:Z", expect=422)
        assert answer.code == "empty_sheet"
        answer = api.ask("POST", f"/api/sheets/{mine.id}/validate?sheet_range=Other!A:Z", expect=422)
        assert answer.code == "no_email_column"
        assert api.get(f"/api/sheets/{mine.id}/preview?sheet_range=Other!A:Z")["email_column"] is None
        for script, status, code, tries in (
                (errors.quota_exceeded(), 429, "sheet_quota", 2), (errors.internal(), 503, "sheet_unavailable", 6),
                (errors.unavailable(), 503, "sheet_unavailable", 6), (html(200), 503, "sheet_unavailable", 2),
                (errors.service_disabled(), 422, "sheets_not_configured", 2), (Huge(200), 422, "sheet_too_large", 2)):
            # What passes by itself is asked for three times.
            google.script(script, "spreadsheets.values.get", times=tries)
            refused(mine.id, status, code)
        google.script(errors.unavailable(), "spreadsheets.values.get", times=2)
        google.script(errors.permission_denied(), "spreadsheets.get", nth=2)
        api.get(f"/api/sheets/{mine.id}/preview")
        refused_later = api.ask("GET", f"/api/sheets/{mine.id}/preview", expect=403)
        assert refused_later.code == "sheet_no_access"
        body = {"name": "n", "subject": "s", "message": "m"}
        for sheet, code in ((missing, "sheet_not_found"), (foreign.id, "sheet_no_access")):
            assert api.ask("POST", "/api/campaigns", {**body, "google_sheet_id": sheet}, expect=400).code == code
        for sheet in ("https://evil.example/spreadsheets/d/" + mine.id, "../" + mine.id, mine.id + "/../x"):
            assert api.ask("POST", "/api/campaigns", {**body, "google_sheet_id": sheet}, expect=422).code == "bad_sheet_id"
        assert api.get("/api/campaigns") == []
        made = api.post("/api/campaigns", {
            **body, "google_sheet_id": f"https://docs.google.com/spreadsheets/d/{mine.id}/edit?usp=sharing#gid=17"}, expect=201)
        assert (made["google_sheet_id"], made["total_recipients"]) == (mine.id, 3)


def test_who_may_only_look_cannot_start_unless_nothing_is_written(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(3)}, editors=[], readers=[google.account.email])
    before = sheet.tab("Leads").snapshot()
    here.add_mailbox(catcher.port)
    with here.serving():
        made = create(here, sheet)
        sentence = here.refuse("campaign", "send", made["id"], code=2)
        assert f"Share the sheet with {google.account.email} as Editor" in sentence and "--no-write-back" in sentence
        assert here.campaign(made["id"])["status"] == "draft"
        here.send(made["id"], "--no-write-back", "--wait")
    assert sheet.tab("Leads").snapshot() == before


def test_the_shell_previews_and_leaves_marked_rows_out(there, google, catcher):
    here = there()
    rows = [[*HEADER, "Done"], ["ana@example.com", "Ana", "Acme", "Sent last year"], ["bo@example.com", "Bo", "=1+1"],
            ["cy@example.com", "Cy", "C"]]
    sheet = google.new_spreadsheet("Team", {"Leads": rows})
    here.add_mailbox(catcher.port)
    url = f"https://docs.google.com/spreadsheets/d/{sheet.id}/edit#gid={sheet.tab('Leads').sheet_id}"
    said = here.run("sheet", "preview", url).out
    assert "Team, tab Leads: 3 rows." in said and "ana@example.com" in said
    assert here.ask("sheet", "validate", sheet.id)["valid_emails"] == 3
    assert "Nowhere" in here.refuse("sheet", "validate", sheet.id, "--range", "Nowhere!A:Z", code=2)
    made = create(here, sheet, "--status-column", "Done", "--only-unmarked", "--rejects", "left-out.csv")
    assert (made["recipients"], made["bad"]) == (2, 1)
    assert "has a status already: Sent last year" in (here.directory / "left-out.csv").read_text()
    with here.serving():
        here.send(made["id"], "--wait")
        wait_until(lambda: sheet.tab("Leads").column("D")[3:] and sheet.tab("Leads").column("D")[3].startswith("Sent 20"),
                   30, "the statuses", every=0.2)
    assert sheet.tab("Leads").column("D")[:2] == ["Done", "Sent last year"]
    assert "--csv FILE or --sheet" in here.refuse("campaign", "create", "--name", "n", "--subject", "s", "--message", "m",
                                                  code=2)


def test_without_credentials_sheets_are_said_to_be_missing(here):
    with here.serving() as server:
        api = Api.of(here, server, role="editor")
        assert api.ask("GET", f"/api/sheets/{'a' * 44}/preview", expect=503).code == "sheets_not_configured"
    assert "GOOGLE_CREDENTIALS_FILE" in here.refuse("sheet", "preview", "a" * 44, code=1)


def test_the_doctor_looks_at_sheets_and_says_whom_to_share_with(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(3)})
    here.add_mailbox(catcher.port)
    made = create(here, sheet)

    def findings(**more):
        return [(found["severity"], found["evidence"]) for found in here.ask(
            "doctor", "--campaign", made["id"], expect=None, **more)["findings"] if found["area"] in ("sheet", "settings")]
    assert ("fine", f"It is read and written as {google.account.email}.") in findings()
    sheet.editors.clear()
    assert any(severity == "fault" and f"Share the sheet with {google.account.email} as Editor" in evidence
               for severity, evidence in findings())
    (here.directory / "broken.json").write_text("{}")
    broken = {"GOOGLE_CREDENTIALS_FILE": str(here.directory / "broken.json")}
    assert any("broken.json" in evidence for severity, evidence in findings(**broken) if severity == "fault")
    assert "broken.json" in here.refuse("sheet", "preview", sheet.id, code=1, **broken)


def test_credentials_are_found_as_googles_own_programs_find_them(new_installation, google, tmp_path):
    here = new_installation(GOOGLE_SHEETS_BASE_URL=google.base_url)
    user = google.tokens.add_user("ann@example.org")
    robot = google.account
    google.tokens.machine_email = machine = "machine@story-project.iam.gserviceaccount.com"
    sheet = google.new_spreadsheet("Team", {"Leads": leads(3)}, editors=[robot.email, user.email, machine])
    key = google.write_service_account(tmp_path)
    (here.directory / "no-cloud-sdk").mkdir()
    consent = google.write_authorized_user(tmp_path, user)
    consent.rename(here.directory / "no-cloud-sdk" / "application_default_credentials.json")

    def whose(**environment):
        before = len(google.calls("sheets"))
        assert here.ask("sheet", "validate", sheet.id, **environment)["valid_emails"] == 3
        return {call.user for call in google.calls("sheets")[before:]}
    assert whose() == {user.email}
    assert whose(GOOGLE_APPLICATION_CREDENTIALS=str(key)) == {robot.email}
    assert whose(GOOGLE_CREDENTIALS_JSON=key.read_text()) == {robot.email}
    assert whose(GOOGLE_CREDENTIALS_FILE=str(key), GOOGLE_CREDENTIALS_JSON="nonsense") == {robot.email}
    asked = whose(CLOUDSDK_CONFIG=str(tmp_path / "none"), HOME=str(tmp_path), GCE_METADATA_HOST=google.metadata_host)
    assert asked == {machine}


def test_no_token_and_no_key_is_ever_said(there, google, catcher):
    here = there(LOG_LEVEL="debug", ENABLE_REQUEST_LOGGING="true")
    sheet = google.new_spreadsheet("Team", {"Leads": leads(5)})
    here.add_mailbox(catcher.port)
    with here.serving() as server:
        made = create(here, sheet)
        google.tokens.expire_all()
        here.send(made["id"], "--wait")
        wait_until_shown(here, google, sheet.tab("Leads"), {row[0]: "Sent 20" for row in people(5)})
        said = server.output() + here.run("settings").out + here.run("doctor", expect=None).out
    tokens = {call.headers.get("Authorization", "").removeprefix("Bearer ") for call in google.calls("sheets")} - {""}
    assert len(tokens) >= 2
    key = google.write_service_account(here.directory).read_text()
    for secret in [*tokens, key.split("-----")[2].strip().replace("\\n", "")[:40]]:
        assert secret not in said


def test_a_google_that_never_answers_holds_up_nobody_else(there, google, catcher):
    here = there()
    sheet = google.new_spreadsheet("Team", {"Leads": leads(3)})
    with here.serving() as server:
        api = Api.of(here, server)
        held = [Held() for _ in range(10)]
        for one in held:
            google.script(one, "spreadsheets.get")
        told = []
        waiting = [threading.Thread(target=lambda: told.append(api.raw("GET", f"/api/sheets/{sheet.id}/preview").status))
                   for _ in range(10)]
        for thread in waiting:
            thread.start()
        wait_until(lambda: told.count(503) == 7, 30, "those who come too many are told so")
        assert api.get("/api/campaigns") == []
        assert api.raw("GET", "/readyz").status == 200
        for one in held:
            one.release()
        for thread in waiting:
            thread.join(60)
        assert len(told) == 10
