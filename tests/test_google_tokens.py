"""The stand-in for Google gives tokens to those whom Google would give them, and says what Google says to others."""

import base64
import http.client
import json
import subprocess
import time
from urllib.parse import urlencode

import pytest

from postrider import google_errors, google_scripts, google_tokens


def ask(google, method, path, form=None, headers=()):
    """(status, body, headers)."""
    line = http.client.HTTPConnection(google.metadata_host, timeout=30)
    line.request(method, path, None if form is None else urlencode(form), dict(headers))
    answer = line.getresponse()
    text = answer.read()
    line.close()
    is_json = "json" in answer.headers.get("Content-Type", "")
    return answer.status, json.loads(text) if is_json else text, answer.headers


def asked_for_token(google, **form):
    return ask(google, "POST", "/token", form, {"Content-Type": "application/x-www-form-urlencoded"})[:2]


@pytest.fixture(name="signed")
def _signed(tmp_path):
    """Makes assertions: signed(account, key=another account, claim=...)."""
    def encoded(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def make(account, key=None, **claims):
        now = int(time.time())
        claims = {"iss": account.email, "scope": google_tokens.SHEETS, "aud": "https://oauth2.googleapis.com/token",
                  "iat": now, "exp": now + 3600} | claims
        text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
        (tmp_path / "key.pem").write_text((key or account).private_key)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", tmp_path / "key.pem"], input=text.encode(),
                                   capture_output=True, check=True, timeout=60).stdout
        return f"{text}.{encoded(signature)}"

    return make


def test_an_assertion_is_checked_as_google_checks_it(google, signed):
    account, now = google.account, int(time.time())
    stranger = google.tokens.add_service_account("stranger@story-project.iam.gserviceaccount.com")

    def asked(**claims):
        return asked_for_token(google, grant_type=google_tokens.JWT_BEARER, assertion=signed(account, **claims))

    short_lived = ("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                   "Check your iat and exp values in the JWT claim.")
    status, body = asked()
    assert status == 200 and body["token_type"] == "Bearer" and body["expires_in"] == 3599
    assert asked(aud=google.token_uri)[0] == 200
    # Sources: developers.google.com/identity/protocols/oauth2/service-account#error-codes,
    # github.com/googleapis/google-cloud-python/issues/15228 (audience),
    # github.com/SteveWinward/GoogleSheetsWrapper/issues/42 (time),
    # github.com/googleapis/google-cloud-python/issues/10004 (signature).
    for error, description, wrong in (
            ("invalid_grant", "Invalid JWT Signature.", {"key": stranger}),
            ("invalid_grant", "Invalid grant: account not found", {"iss": "nobody@example.org"}),
            ("invalid_grant", "Invalid JWT: Failed audience check.", {"aud": "https://sheets.googleapis.com/"}),
            ("invalid_grant", short_lived, {"exp": now + 3700}),
            ("invalid_grant", short_lived, {"iat": now - 7200, "exp": now - 3600}),
            ("invalid_grant", short_lived, {"iat": now + 3600, "exp": now + 7200}),
            ("invalid_scope", "Empty or missing scope not allowed.", {"scope": ""}),
            ("invalid_scope", "Invalid OAuth scope or ID token audience provided.", {"scope": "sheets"})):
        assert asked(**wrong) == (400, {"error": error, "error_description": description})
    assert len([token for token in google.tokens.issued if token.grant == "jwt-bearer"]) == 2
    google.tokens.revoke(account.email)
    assert asked()[1]["error_description"] == "Invalid JWT Signature."


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.!!", "W10.W10.AAAA"])
def test_what_is_no_assertion_is_refused(google, text):
    status, body = asked_for_token(google, grant_type=google_tokens.JWT_BEARER, assertion=text)
    assert status == 400 and body["error"] == "invalid_grant"


def test_a_client_whose_clock_is_wrong_is_told_so(google, signed):
    google.tokens.skew = -7200
    status, body = asked_for_token(google, grant_type=google_tokens.JWT_BEARER, assertion=signed(google.account))
    assert status == 400 and "reasonable timeframe" in body["error_description"]


def test_a_refresh_token_is_good_until_it_is_revoked(google):
    user = google.tokens.add_user("ann@example.org")
    form = {"grant_type": "refresh_token", "client_id": user.client_id, "client_secret": user.client_secret,
            "refresh_token": user.refresh_token}
    status, body = asked_for_token(google, **form)
    assert status == 200 and body["scope"] == google_tokens.SHEETS
    assert google.tokens.find(body["access_token"])[1]
    for wrong, code, error, description in (
            ({"client_secret": "guess"}, 401, "invalid_client", "The provided client secret is invalid."),
            ({"client_id": "nobody"}, 401, "invalid_client", "The OAuth client was not found."),
            ({"refresh_token": "guess"}, 400, "invalid_grant", "Bad Request"),
            ({"refresh_token": ""}, 400, "invalid_request", "Missing required parameter: refresh_token"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type", "Invalid grant_type: password")):
        assert asked_for_token(google, **form | wrong) == (code, {"error": error, "error_description": description})
    google.tokens.revoke(user.email)
    assert asked_for_token(google, **form) == (
        400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
    assert not google.tokens.find(body["access_token"])[1]


def test_tokens_live_as_long_as_the_test_says(google):
    google.tokens.life = 60
    first, second = (google.tokens.issue("ann@example.org", google_tokens.SHEETS).text for _ in range(2))
    google.clock.turn(59)
    assert google.tokens.find(first)[1]
    google.clock.turn(1)
    assert not google.tokens.find(first)[1] and not google.tokens.find(second)[1]


def test_the_token_endpoint_fails_as_a_test_wants(google):
    google.script(google_scripts.Reply(503, {"error": "temporarily_unavailable"}), "token")
    google.script(google_scripts.html(502), "token")
    google.script(google_errors.internal(), "token")
    assert [asked_for_token(google)[0] for _ in range(4)] == [503, 502, 500, 400]


def test_the_metadata_server_speaks_to_those_who_know_its_header(google):
    path = "/computeMetadata/v1/instance/service-accounts/default"
    flavor = {"Metadata-Flavor": "Google"}
    assert ask(google, "GET", f"{path}/token")[0] == 403
    assert ask(google, "GET", f"{path}/token", headers=flavor | {"X-Forwarded-For": "192.0.2.1"})[0] == 403
    assert ask(google, "GET", f"{path}/token", headers=flavor)[0] == 404  # the machine has no account
    google.tokens.machine_email = "machine@story-project.iam.gserviceaccount.com"
    assert ask(google, "GET", f"{path}/email", headers=flavor)[:2] == (
        200, b"machine@story-project.iam.gserviceaccount.com")
    status, body, headers = ask(google, "GET", f"{path}/token?scopes={google_tokens.READ_SHEETS}", headers=flavor)
    assert status == 200 and set(body) == {"access_token", "expires_in", "token_type"}
    assert headers["Metadata-Flavor"] == "Google"
    assert google.tokens.find(body["access_token"])[0].scopes == {google_tokens.READ_SHEETS}
