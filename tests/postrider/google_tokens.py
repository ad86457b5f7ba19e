"""Google's accounts as the stand-in keeps them: service accounts, users who once agreed, the virtual machine's own
account; their tokens, the token endpoint and the metadata server.

A service account's assertion is checked as oauth2.googleapis.com checks it, signature and all; the texts of the
refusals are Google's (developers.google.com/identity/protocols/oauth2/service-account#error-codes).
"""

import base64
import functools
import hashlib
import json
import re
import secrets
import subprocess
import time
from dataclasses import dataclass, field

SHEETS = "https://www.googleapis.com/auth/spreadsheets"
READ_SHEETS = "https://www.googleapis.com/auth/spreadsheets.readonly"
CLOUD = "https://www.googleapis.com/auth/cloud-platform"
WRITING_SCOPES = {SHEETS, "https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/drive.file"}
READING_SCOPES = WRITING_SCOPES | {READ_SHEETS, "https://www.googleapis.com/auth/drive.readonly"}
GOOGLES_ENDPOINT = "https://oauth2.googleapis.com/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION = 3600
SKEW = 300
# DigestInfo of SHA-256 before the digest itself (RFC 8017, 9.2).
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def _openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, check=True, capture_output=True, timeout=60).stdout


@functools.cache
def _key_for(_email):
    """(PEM, modulus). The same for an email in every stand-in of a process, for keys take long to make."""
    pem = _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    return pem.decode(), int(_openssl("rsa", "-noout", "-modulus", data=pem).decode().strip().partition("=")[2], 16)


@dataclass
class ServiceAccount:
    email: str
    private_key: str
    modulus: int
    key_id: str = field(default_factory=lambda: secrets.token_hex(20))
    has_key: bool = True  # False: the key was deleted in the console
    is_deleted: bool = False

    @staticmethod
    def made(email):
        return ServiceAccount(email, *_key_for(email))

    def signed(self, text, signature):
        """RSASSA-PKCS1-v1_5 with SHA-256, exponent 65537."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= self.modulus:
            return False
        digest = DIGEST_INFO + hashlib.sha256(text).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return pow(number, 65537, self.modulus).to_bytes(size, "big") == padded


@dataclass
class User:
    """Somebody who agreed that an application acts for them; `scopes` is what they agreed to."""

    email: str
    scopes: str = SHEETS
    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**12)}-{secrets.token_hex(16)}"
                                                   ".apps.googleusercontent.com")
    client_secret: str = field(default_factory=lambda: "GOCSPX-" + secrets.token_urlsafe(21))
    refresh_token: str = field(default_factory=lambda: "1//" + secrets.token_urlsafe(48))
    is_revoked: bool = False


@dataclass(frozen=True)
class Token:
    text: str
    email: str
    scopes: frozenset
    expires: float
    grant: str  # "jwt-bearer", "refresh_token" or "metadata"


class TokenError(Exception):
    """{"error", "error_description"}; 400 unless said otherwise."""

    def __init__(self, error, description, code=400):
        super().__init__(description)
        self.code, self.body = code, {"error": error, "error_description": description}


class Tokens:
    """Accounts and tokens. `life`: seconds that new tokens are good for, on the turned clock. The times in an
    assertion are compared with the real clock, moved by `skew`, since whoever signs it has no other."""

    def __init__(self, clock, endpoint):
        self.clock, self.endpoint = clock, endpoint
        self.life, self.skew = 3599, 0
        self.accounts, self.users, self.issued = {}, {}, []
        self.machine_email = None
        self.machine_scopes = f"{CLOUD} {SHEETS}"
        self._ended = set()

    # ---- for the test ----

    def add_service_account(self, email):
        self.accounts[email] = ServiceAccount.made(email)
        return self.accounts[email]

    def add_user(self, email, scopes=SHEETS):
        self.users[email] = User(email, scopes)
        return self.users[email]

    def expire_all(self):
        """Every token issued so far is worth nothing from now on."""
        self._ended.update(token.text for token in self.issued)

    def revoke(self, email):
        """A service account loses its key, a user takes back what they agreed to; both lose their tokens."""
        if email in self.accounts:
            self.accounts[email].has_key = False
        if email in self.users:
            self.users[email].is_revoked = True
        self._ended.update(token.text for token in self.issued if token.email == email)

    def issue(self, email, scopes, grant="test"):
        token = Token("ya29.c." + secrets.token_urlsafe(90), email, frozenset(scopes.split()),
                      self.clock.now() + self.life, grant)
        self.issued.append(token)
        return token

    # ---- for the stand-in ----

    def find(self, text):
        """(token or None, whether it is still good)."""
        token = next((token for token in self.issued if token.text == text), None)
        return token, token is not None and text not in self._ended and token.expires > self.clock.now()

    def answer(self, form):
        """What the token endpoint answers to a form's members; raises TokenError."""
        grant = form.get("grant_type")
        if not grant:
            raise TokenError("invalid_request", "Missing required parameter: grant_type")
        if grant == JWT_BEARER:
            return self._of_assertion(form.get("assertion", ""))
        if grant == "refresh_token":
            return self._of_refresh(form)
        raise TokenError("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def _said(self, token, **more):
        return {"access_token": token.text, "expires_in": self.life, **more, "token_type": "Bearer"}

    def _of_assertion(self, assertion):
        head, claims, signed_text, signature = _read_jwt(assertion)
        account = self.accounts.get(claims.get("iss"))
        if account is None:
            raise TokenError("invalid_grant", "Invalid grant: account not found")
        if account.is_deleted:
            raise TokenError("invalid_grant", "The account has been deleted")
        if head.get("alg") != "RS256" or not (
                account.has_key and account.signed(signed_text, signature)):
            raise TokenError("invalid_grant", "Invalid JWT Signature.")
        if claims.get("aud") not in (GOOGLES_ENDPOINT, self.endpoint):
            raise TokenError("invalid_grant", "Invalid JWT: Failed audience check.")
        issued, expires, now = claims.get("iat"), claims.get("exp"), time.time() + self.skew
        if (not all(isinstance(moment, (int, float)) for moment in (issued, expires)) or issued > now + SKEW
                or expires <= now - SKEW or expires <= issued or expires - issued > LONGEST_ASSERTION):
            raise TokenError("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
                             "reasonable timeframe. Check your iat and exp values in the JWT claim.")
        scopes = claims.get("scope", "")
        if not scopes.strip():
            raise TokenError("invalid_scope", "Empty or missing scope not allowed.")
        if not all(scope.startswith("https://www.googleapis.com/auth/") for scope in scopes.split()):
            raise TokenError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        if "sub" in claims and claims["sub"] != account.email:
            raise TokenError("unauthorized_client", "Client is unauthorized to retrieve access tokens using this "
                             "method, or client not authorized for any of the scopes requested.", 401)
        return self._said(self.issue(account.email, scopes, "jwt-bearer"))

    def _of_refresh(self, form):
        if not form.get("refresh_token"):
            raise TokenError("invalid_request", "Missing required parameter: refresh_token")
        if not form.get("client_id"):
            raise TokenError("invalid_request", "Could not determine client ID from request.")
        of_client = [user for user in self.users.values() if user.client_id == form["client_id"]]
        if not of_client:
            raise TokenError("invalid_client", "The OAuth client was not found.", 401)
        if form.get("client_secret") != of_client[0].client_secret:
            raise TokenError("invalid_client", "The provided client secret is invalid.", 401)
        user = next((user for user in of_client if user.refresh_token == form["refresh_token"]), None)
        if user is None:
            raise TokenError("invalid_grant", "Bad Request")
        if user.is_revoked:
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        token = self.issue(user.email, form.get("scope") or user.scopes, "refresh_token")
        return self._said(token, scope=" ".join(sorted(token.scopes)))

    def of_machine(self, scopes):
        """The machine's own account, with the scopes that it was made with, or those asked for (Cloud Run)."""
        token = self.issue(self.machine_email, scopes.replace(",", " ") or self.machine_scopes, "metadata")
        return self._said(token)


def _read_jwt(assertion):
    try:
        parts = assertion.split(".")
        head, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        if not all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in parts):
            raise ValueError(assertion)
        head, claims = json.loads(head), json.loads(claims)
        return dict(head), dict(claims), assertion.rpartition(".")[0].encode(), signature
    except (ValueError, TypeError):
        raise TokenError("invalid_grant", "Invalid JWT: Failed to parse JWT.") from None


# ---- credential files ----

def write_service_account(file, account, token_uri, project="story-project"):
    """The file that the Cloud console gives out for a service account's key."""
    file.write_text(json.dumps({
        "type": "service_account", "project_id": project, "private_key_id": account.key_id,
        "private_key": account.private_key, "client_email": account.email, "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": token_uri,
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": f"https://www.googleapis.com/robot/v1/metadata/x509/{account.email}",
        "universe_domain": "googleapis.com"}, indent=2) + "\n")
    return file


def write_authorized_user(file, user, token_uri=None, quota_project=None):
    """The file of `gcloud auth application-default login`. Google's own names no token_uri; its libraries take one."""
    members = {"account": "", "client_id": user.client_id, "client_secret": user.client_secret,
               "refresh_token": user.refresh_token, "type": "authorized_user", "universe_domain": "googleapis.com"}
    members |= {"token_uri": token_uri} if token_uri else {}
    members |= {"quota_project_id": quota_project} if quota_project else {}
    file.write_text(json.dumps(members, indent=2) + "\n")
    return file
