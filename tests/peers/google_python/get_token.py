"""Google's library for Python gets a token: from a credentials file, or from the metadata server (GCE_METADATA_HOST).
Prints {"token", "email"} or {"error"}. The library takes a service account's token_uri from its file, and a user's
from whoever makes the credentials.

    python get_token.py FILE|metadata SCOPE
"""

import json
import sys

import google.auth
import google.auth.compute_engine
import google.auth.exceptions
import google.oauth2.credentials
import google.oauth2.service_account
from google.auth.transport.requests import Request


def credentials_of(file, scope):
    if file == "metadata":
        return google.auth.compute_engine.Credentials(scopes=[scope])
    with open(file, encoding="utf-8") as text:
        members = json.load(text)
    if members["type"] == "service_account":
        return google.oauth2.service_account.Credentials.from_service_account_info(members, scopes=[scope])
    wanted = ("refresh_token", "token_uri", "client_id", "client_secret")
    return google.oauth2.credentials.Credentials(None, **{name: members[name] for name in wanted}, scopes=[scope])


def main(file, scope):
    credentials = credentials_of(file, scope)
    try:
        credentials.refresh(Request())
    except google.auth.exceptions.GoogleAuthError as error:
        return {"error": [str(part) for part in error.args]}
    return {"token": credentials.token, "email": getattr(credentials, "service_account_email", None)}


print(json.dumps(main(*sys.argv[1:])))
