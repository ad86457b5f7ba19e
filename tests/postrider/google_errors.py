"""What Google says when it refuses, word for word. Every text is from a recorded answer of the live API; where it
is not from the documentation, the source stands beside it."""

SERVICE = "sheets.googleapis.com"
METHODS = {
    "spreadsheets.get": "GetSpreadsheet", "spreadsheets.batchUpdate": "BatchUpdateSpreadsheet",
    "spreadsheets.developerMetadata.get": "GetDeveloperMetadata",
    "spreadsheets.values.get": "GetValues", "spreadsheets.values.batchGet": "BatchGetValues",
    "spreadsheets.values.update": "UpdateValues", "spreadsheets.values.batchUpdate": "BatchUpdateValues",
    "spreadsheets.values.batchUpdateByDataFilter": "BatchUpdateValuesByDataFilter",
    "spreadsheets.values.append": "AppendValues", "spreadsheets.values.clear": "ClearValues",
    "spreadsheets.values.batchClear": "BatchClearValues",
}
CREDENTIAL = ("Expected OAuth 2 access token, login cookie or other valid authentication credential. "
              "See https://developers.google.com/identity/sign-in/web/devconsole-project.")
REALM = 'Bearer realm="https://accounts.google.com/"'


class GoogleError(Exception):
    """A refusal as the API answers it: {"error": {code, message, status, details?}}."""

    def __init__(self, code, status, message, details=(), headers=()):
        super().__init__(message)
        self.code, self.status, self.message = code, status, message
        self.details, self.headers = list(details), dict(headers)

    def body(self):
        error = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def _info(reason, **metadata):
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
            "metadata": metadata}


def _of_method(reason, operation):
    return _info(reason, service=SERVICE,
                 method="google.apps.sheets.v4.SpreadsheetsService." + METHODS.get(operation, "GetValues"))


def _violation(where, description):
    return {"@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": where, "description": description} if where else
                                {"description": description}]}


# ---- 400 ----

def invalid_argument(message, details=()):
    return GoogleError(400, "INVALID_ARGUMENT", message, details)


def unparseable_range(text):
    return invalid_argument(f"Unable to parse range: {text}")


def beyond_grid(range_name, tab):
    return invalid_argument(f"Range ({range_name}) exceeds grid limits. "
                            f"Max rows: {tab.row_count}, max columns: {tab.column_count}")


def beyond_range(text, what, where):
    # github.com/nithinmurali/pygsheets/issues/132, github.com/activepieces/activepieces/issues/1683
    return invalid_argument(f"Requested writing within range [{text}], but tried writing to {what} [{where}]")


def protected():
    # github.com/theoephraim/node-google-spreadsheet/pull/20
    return invalid_argument("You are trying to edit a protected cell or object. Please contact the spreadsheet "
                            "owner to remove protection if you need to edit.")


def too_many_cells():
    # github.com/UoaWDCC/uasc-web/pull/833
    return invalid_argument("This action would increase the number of cells in the workbook above the limit of "
                            "10000000 cells.")


def too_long_text():
    return invalid_argument("Your input contains more than the maximum of 50000 characters in a single cell.")


def no_value_input_option():
    # github.com/googleapis/google-api-dotnet-client/issues/1287
    return invalid_argument("'valueInputOption' is required but not specified")


def unknown_name(name, where=""):
    # github.com/googleapis/google-api-python-client/issues/930
    place = f" at '{where}'" if where else ""
    text = f"Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
    return invalid_argument(text, [_violation(where, text)])


def unknown_parameter(name):
    text = (f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. "
            f"Field '{name}' could not be found in request message.")
    return invalid_argument(text, [_violation("", text)])


def invalid_value(where, kind, value):
    text = f"Invalid value at '{where}' ({kind}), {value}"
    return invalid_argument(text, [_violation(where, text)])


def bad_field_mask(path):
    # github.com/r-lib/gargle, tests/testthat/fixtures: sheets-spreadsheets-get-bad-field-mask_400
    return invalid_argument("Request contains an invalid argument.", [_violation(
        path, f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.")])


def office_file():
    # github.com/theoephraim/node-google-spreadsheet/issues/651; its second sentence:
    # github.com/brekkylab/backlot/issues/36
    return GoogleError(400, "FAILED_PRECONDITION", "This operation is not supported for this document. "
                       "The document must not be an Office file.")


# ---- 401 ----

def expired_token(operation="spreadsheets.values.get"):
    return GoogleError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. " + CREDENTIAL,
                       [_of_method("ACCESS_TOKEN_EXPIRED", operation)],
                       {"WWW-Authenticate": REALM + ', error="invalid_token"'})


def unknown_token(operation="spreadsheets.values.get"):
    return GoogleError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. " + CREDENTIAL,
                       [_of_method("ACCESS_TOKEN_TYPE_UNSUPPORTED", operation)],
                       {"WWW-Authenticate": REALM + ', error="invalid_token"'})


def no_token(operation, http_method):
    """Without an Authorization header a GET is 403, since it could have had an API key; the rest is 401
    (github.com/brekkylab/backlot, errors/google.py, measured)."""
    if http_method == "GET":
        return GoogleError(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without "
                           "established identity). Please use API Key or other form of API consumer identity to "
                           "call this API.")
    return GoogleError(401, "UNAUTHENTICATED", "Request is missing required authentication credential. " + CREDENTIAL,
                       [_of_method("CREDENTIALS_MISSING", operation)], {"WWW-Authenticate": REALM})


# ---- 403, 404 ----

def permission_denied():
    return GoogleError(403, "PERMISSION_DENIED", "The caller does not have permission")


def too_small_scope(operation="spreadsheets.values.get"):
    return GoogleError(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
                       [_of_method("ACCESS_TOKEN_SCOPE_INSUFFICIENT", operation)],
                       {"WWW-Authenticate": REALM + ', error="insufficient_scope", '
                        'scope="https://www.googleapis.com/auth/spreadsheets"'})


def service_disabled(project="603366585132"):
    page = f"https://console.developers.google.com/apis/api/{SERVICE}/overview?project={project}"
    return GoogleError(403, "PERMISSION_DENIED",
                       f"Google Sheets API has not been used in project {project} before or it is disabled. Enable it "
                       f"by visiting {page} then retry. If you enabled this API recently, wait a few minutes for the "
                       "action to propagate to our systems and retry.",
                       [_info("SERVICE_DISABLED", service=SERVICE, serviceTitle="Google Sheets API",
                              consumer=f"projects/{project}", containerInfo=project, activationUrl=page),
                        {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US",
                         "message": f"Google Sheets API has not been used in project {project} before or it is "
                                    f"disabled. Enable it by visiting {page} then retry."},
                        {"@type": "type.googleapis.com/google.rpc.Help",
                         "links": [{"description": "Google developers console API activation", "url": page}]}])


def not_found():
    return GoogleError(404, "NOT_FOUND", "Requested entity was not found.")


def no_metadata(number):
    # developers.google.com/workspace/sheets/api/guides/metadata
    return GoogleError(404, "NOT_FOUND", f"No developer metadata with ID {number}.")


# ---- 429, 5xx ----

def quota_exceeded(kind="read", per_user=True, limit=60, project="603366585132"):
    """`kind`: "read" or "write". As in github.com/r-lib/gargle, tests/testthat/_snaps/response_process.md."""
    words = f"{kind.capitalize()} requests"
    return GoogleError(
        429, "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric '{words}' and limit '{words} per minute{' per user' if per_user else ''}' "
        f"of service '{SERVICE}' for consumer 'project_number:{project}'.",
        [_info("RATE_LIMIT_EXCEEDED", service=SERVICE, consumer=f"projects/{project}", quota_location="global",
               quota_metric=f"{SERVICE}/{kind}_requests", quota_limit_value=str(limit),
               quota_limit=f"{kind.capitalize()}RequestsPerMinutePer{'User' if per_user else 'Project'}"),
         {"@type": "type.googleapis.com/google.rpc.Help",
          "links": [{"description": "Request a higher quota limit.",
                     "url": "https://cloud.google.com/docs/quota#requesting_higher_quota"}]}])


def internal():
    return GoogleError(500, "INTERNAL", "Internal error encountered.")


def unimplemented(what):
    """Not Google's: the stand-in says that a test needs more of it."""
    return GoogleError(501, "UNIMPLEMENTED", f"The stand-in for Google Sheets does not know {what}")


def unavailable():
    return GoogleError(503, "UNAVAILABLE", "The service is currently unavailable.")


def deadline_exceeded():
    return GoogleError(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")
