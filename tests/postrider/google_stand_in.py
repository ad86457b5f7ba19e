"""A stand-in for Google: Sheets v4, the OAuth token endpoint and the metadata server, on one port of the loopback.

    with GoogleStandIn() as google:
        sheet = google.new_spreadsheet("Prospects", {"Leads": [["Email", "Name"], ["ann@example.org", "Ann"]]})
        file = google.write_service_account(tmp_path)   # its token_uri leads here
        ... GOOGLE_SHEETS_BASE_URL=google.base_url ...
        google.script(google_errors.permission_denied(), "read", nth=3)
        google.before(lambda call: sheet.tab("Leads").sort("A"), "write")
        call, = google.wait_for("write")
        assert sheet.tab("Leads").values() == ...

`which` says which calls are meant: see google_scripts.matches. Answers are held against Google's discovery document
and Google's own clients in google_stand_in_story.py. What the stand-ins have in common is in google_calls.py.
"""

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from . import google_errors as errors
from . import google_requests, google_tokens, google_values
from .google_calls import Call, CalledStandIn
from .google_quota import Quotas, TurnedClock
from .google_scripts import Reply, html
from .google_sheet_model import Spreadsheet, Tab

PROJECT = "603366585132"
SYSTEM_PARAMETERS = {"alt", "fields", "prettyPrint", "key", "quotaUser", "$.xgafv", "access_token", "oauth_token",
                     "callback", "uploadType", "upload_protocol"}
READING = {"majorDimension", "valueRenderOption", "dateTimeRenderOption"}
WRITING = {"valueInputOption", "includeValuesInResponse", "responseValueRenderOption", "responseDateTimeRenderOption"}
# HTTP method and what follows the id → operation, whether it reads or writes, its own query parameters.
OPERATIONS = {
    ("GET", ""): ("spreadsheets.get", "read", {"includeGridData", "ranges", "excludeTablesInBandedRanges",
                                               "commentsViewMode"}),
    ("GET", "/developerMetadata/{id}"): ("spreadsheets.developerMetadata.get", "read", set()),
    ("POST", ":batchUpdate"): ("spreadsheets.batchUpdate", "write", set()),
    ("GET", "/values/{range}"): ("spreadsheets.values.get", "read", READING),
    ("GET", "/values:batchGet"): ("spreadsheets.values.batchGet", "read", READING | {"ranges"}),
    ("PUT", "/values/{range}"): ("spreadsheets.values.update", "write", WRITING),
    ("POST", "/values:batchUpdate"): ("spreadsheets.values.batchUpdate", "write", set()),
    ("POST", "/values:batchUpdateByDataFilter"): ("spreadsheets.values.batchUpdateByDataFilter", "write", set()),
    ("POST", "/values/{range}:append"): ("spreadsheets.values.append", "write", WRITING | {"insertDataOption"}),
    ("POST", "/values/{range}:clear"): ("spreadsheets.values.clear", "write", set()),
    ("POST", "/values:batchClear"): ("spreadsheets.values.batchClear", "write", set()),
}


@dataclass
class SheetsCall(Call):
    """`kind`: "read" or "write" of Sheets, else None."""

    spreadsheet_id: str | None = None
    range: str | None = None
    metadata_id: str | None = None


class GoogleStandIn(CalledStandIn):
    call_type = SheetsCall

    def __init__(self):
        super().__init__()
        self.clock = TurnedClock()
        self.quotas = Quotas(self.clock)
        self.spreadsheets = {}
        self.is_enabled = True  # the Sheets API, for the project
        self._default_account = None
        self.token_uri = self.base_url + "/token"
        self.metadata_host = f"127.0.0.1:{self._server.port}"
        self.tokens = google_tokens.Tokens(self.clock, self.token_uri)

    # ---- accounts ----

    @property
    def account(self):
        """The service account that new spreadsheets are shared with."""
        if self._default_account is None:
            self._default_account = self.tokens.add_service_account("postrider@story-project.iam.gserviceaccount.com")
        return self._default_account

    def write_service_account(self, directory, account=None):
        return google_tokens.write_service_account(directory / "service-account.json", account or self.account,
                                                   self.token_uri)

    def write_authorized_user(self, directory, user, **more):
        return google_tokens.write_authorized_user(directory / "authorized-user.json", user, self.token_uri, **more)

    # ---- spreadsheets ----

    def new_spreadsheet(self, title, tabs, editors=None, readers=(), **more):
        """`tabs`: rows by title; a Tab may stand for its rows. Shared with the default account unless told."""
        sheet = Spreadsheet(title, [], editors={self.account.email} if editors is None else set(editors),
                            readers=set(readers), **more)
        for name, rows in tabs.items():
            if isinstance(rows, Tab):
                sheet.tabs.append(rows)
            else:
                sheet.add_tab(name, rows)
        with self.lock:
            self.spreadsheets[sheet.id] = sheet
        return sheet

    def delete(self, sheet):
        with self.lock:
            del self.spreadsheets[sheet.id]

    # ---- what happens between and instead of ----

    def before(self, function, which="sheets", nth=1, times=1):
        super().before(function, which, nth, times)

    def script(self, answer, which="sheets", nth=1, times=1):
        super().script(answer, which, nth, times)

    # ---- answering ----

    def _route(self, call):
        path = call.path
        if path == "/token" and call.method == "POST":
            call.operation = "token"
        elif path.startswith("/computeMetadata/") or path == "/":
            call.operation = "metadata"
        elif path.startswith("/v4/spreadsheets/"):
            # Divided before it is decoded: a tab's name may hold a "/".
            whole, _, rest = path.removeprefix("/v4/spreadsheets/").partition("/")
            identity, colon, verb = whole.partition(":")
            call.spreadsheet_id = unquote(identity)
            shape = colon + verb
            if rest:
                shape = "/" + rest
                if rest.startswith("developerMetadata/"):
                    call.metadata_id = unquote(rest.removeprefix("developerMetadata/"))
                    shape = "/developerMetadata/{id}"
                elif rest.startswith("values/"):
                    text = rest.removeprefix("values/")
                    ending = next((e for e in (":append", ":clear") if call.method == "POST" and text.endswith(e)), "")
                    call.range = unquote(text.removesuffix(ending))
                    shape = "/values/{range}" + ending
            call.operation, call.kind, _ = OPERATIONS.get((call.method, shape), (None, None, None))

    def _answer(self, call):
        return {"token": self._token, "metadata": self._metadata}.get(call.operation, self._sheets)(call)

    def _token(self, call):
        kind = call.headers.get("Content-Type", "")
        form = dict(parse_qsl(call.body.decode())) if kind.startswith("application/x-www-form-urlencoded") else {}
        try:
            return Reply(200, self.tokens.answer(form), is_chunked=self.is_chunked)
        except google_tokens.TokenError as error:
            return Reply(error.code, error.body, is_chunked=self.is_chunked)

    def _metadata(self, call):
        """cloud.google.com/compute/docs/metadata/querying-metadata: without the header, or through a proxy, 403."""
        flavor = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
        if call.headers.get("Metadata-Flavor") != "Google" or "X-Forwarded-For" in call.headers:
            return Reply(403, html(403, "Error 403 (Forbidden)!!1").body, flavor)
        account = "instance/service-accounts/default/"
        path = call.path.removeprefix("/computeMetadata/v1/").removeprefix("/")
        known = {"": "", "instance": "", "instance/": "", "project/project-id": "story-project",
                 "project/numeric-project-id": PROJECT}
        email = self.tokens.machine_email
        if email:
            scopes = self.tokens.machine_scopes.split()
            known |= {account + "email": email, account + "scopes": "\n".join(scopes) + "\n"}
            if path == account + "token":
                return Reply(200, self.tokens.of_machine(call.parameter("scopes", "")), flavor)
            if path == account and call.parameter("recursive"):
                return Reply(200, {"aliases": ["default"], "email": email, "scopes": scopes}, flavor)
        if path not in known:
            return Reply(404, html(404, "Error 404 (Not Found)!!1").body, flavor)
        return Reply(200, known[path].encode(), {**flavor, "Content-Type": "application/text"})

    def _sheets(self, call):
        """In Google's order: who is it, may the project, is there quota, may they, does it exist, do it."""
        if call.operation is None:
            return Reply(404, html(404, "Error 404 (Not Found)!!1").body)
        operation, kind = call.operation, call.kind
        allowed = next(own for name, _, own in OPERATIONS.values() if name == operation)
        for name, _ in call.query:
            if name not in SYSTEM_PARAMETERS | allowed:
                raise errors.unknown_parameter(name)
        token = self._authenticated(call)
        if not self.is_enabled:
            raise errors.service_disabled(PROJECT)
        self.quotas.take(kind, call.parameter("quotaUser", token.email))
        # By the discovery document, metadata is not for those who may only read.
        reads = kind == "read" and operation != "spreadsheets.developerMetadata.get"
        if not token.scopes & (google_tokens.READING_SCOPES if reads else google_tokens.WRITING_SCOPES):
            raise errors.too_small_scope(operation)
        body = self._body(call)
        sheet = self.spreadsheets.get(call.spreadsheet_id)
        if sheet is None:
            raise errors.not_found()
        if not (sheet.may_write(token.email) if kind == "write" else sheet.may_read(token.email)):
            raise errors.permission_denied()
        if sheet.is_office_file:
            raise errors.office_file()
        answer = self._carried_out(call, sheet, body)
        if mask := call.parameter("fields"):
            answer = google_requests.masked(answer, mask, operation)
        return Reply(200, answer, is_chunked=self.is_chunked,
                     is_pretty=call.parameter("prettyPrint") not in ("false", "0"))

    def _authenticated(self, call):
        scheme, _, text = (call.headers.get("Authorization") or "").partition(" ")
        if not scheme:
            raise errors.no_token(call.operation, call.method)
        token, is_good = self.tokens.find(text.strip() if scheme.lower() == "bearer" else "")
        if token is None:
            raise errors.unknown_token(call.operation)
        call.user = token.email
        if not is_good:
            raise errors.expired_token(call.operation)
        return token

    @staticmethod
    def _body(call):
        if call.method == "GET":
            return {}
        try:
            body = json.loads(call.body or b"{}")
        except ValueError:
            raise errors.invalid_argument("Invalid JSON payload received. Unexpected token.") from None
        known = {"spreadsheets.batchUpdate": {"requests", "includeSpreadsheetInResponse", "responseRanges",
                                              "responseIncludeGridData"},
                 "spreadsheets.values.batchUpdate": WRITING | {"data"},
                 "spreadsheets.values.batchUpdateByDataFilter": WRITING | {"data"},
                 "spreadsheets.values.batchClear": {"ranges"}}
        for name in body:
            if name not in known.get(call.operation, {"range", "majorDimension", "values"}):
                raise errors.unknown_name(name)
        return body

    @staticmethod
    def _carried_out(call, sheet, body):
        asked = dict(call.query)
        ranges = [value for key, value in call.query if key == "ranges"]
        match call.operation:
            case "spreadsheets.get":
                if ranges or call.parameter("includeGridData", "false") != "false":
                    raise errors.unimplemented("ranges and includeGridData of spreadsheets.get")
                return google_requests.describe(sheet)
            case "spreadsheets.developerMetadata.get":
                if not call.metadata_id.isdecimal():
                    raise errors.invalid_value("metadata_id", "TYPE_INT32", f'"{call.metadata_id}"')
                return google_requests.describe_tag(sheet, int(call.metadata_id))
            case "spreadsheets.batchUpdate":
                return google_requests.batch_update(sheet, body)
            case "spreadsheets.values.get":
                return google_values.read(sheet, call.range, asked)
            case "spreadsheets.values.batchGet":
                parts = [google_values.read(sheet, text, asked) for text in ranges]
                return {"spreadsheetId": sheet.id} | ({"valueRanges": parts} if parts else {})
            case "spreadsheets.values.update":
                return google_values.update(sheet, call.range, body, asked)
            case "spreadsheets.values.batchUpdate":
                return google_values.batch_update(sheet, body)
            case "spreadsheets.values.batchUpdateByDataFilter":
                return google_values.batch_update_by_data_filter(sheet, body)
            case "spreadsheets.values.append":
                return google_values.append(sheet, call.range, body, asked)
            case "spreadsheets.values.clear":
                return google_values.clear(sheet, call.range)
        cleared = [google_values.clear(sheet, text)["clearedRange"] for text in body.get("ranges", [])]
        return {"spreadsheetId": sheet.id} | ({"clearedRanges": cleared} if cleared else {})
