"""A token server and a mail server that go together: access tokens run out and consents end when a story says so."""

import base64
import itertools
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import judging_server

CLIENT = "client-1.example"
SECRET = "canary-client-secret-8c1f"
USER = "ana@sender.example"


class TokenServer:
    """Hands out access tokens for the newest refresh token, and a new refresh token with each where it rotates."""

    def __init__(self, rotates=False):
        self.rotates = rotates
        self.away = False
        self.requests = 0
        self.faults = []
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.valid = set()
        self.refresh_token = "canary-refresh-token-0"
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.uri = f"http://127.0.0.1:{self.http.server_address[1]}/token"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(20)

    def expire(self):
        """All access tokens run out."""
        with self.lock:
            self.valid.clear()

    def consent(self):
        """Somebody consents anew: the refresh token of that. What was granted before is gone."""
        with self.lock:
            self.refresh_token = f"canary-refresh-token-{next(self.numbers)}"
            self.valid.clear()
            return self.refresh_token

    def answer(self, form):
        with self.lock:
            self.requests += 1
            if self.away:
                return 503, {"error": "temporarily_unavailable"}
            if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
                self.faults.append("another client")
                return 401, {"error": "invalid_client"}
            if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            number = next(self.numbers)
            token = f"canary-access-token-{number}"
            self.valid.add(token)
            answer = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
            if self.rotates:
                answer["refresh_token"] = self.refresh_token = f"canary-refresh-token-{number}"
            return 200, answer

    def handler(server):  # pylint: disable=no-self-argument
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = server.answer(dict(urllib.parse.parse_qsl(body)))
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        return Handler


class TokenSession(judging_server.Session):
    """Wants a login by XOAUTH2, and hangs up after a message once the token it was opened with has run out."""

    token = None
    resigns = gone = False

    def data_received(self, data):
        if self.gone:
            return
        super().data_received(data)
        if self.gone:
            self.transport.write_eof()  # rather than close, which may take the last answer back

    def command(self):
        if self.gone:
            return None
        if self.resigns and (end := self.buffer.find(b"\r\n")) >= 0:
            if end != 0:
                self.fault("an error of XOAUTH2 is answered by an empty line", self.buffer)
            del self.buffer[:end + 2]
            self.resigns = False
            return b"535 5.7.8 Username and Password not accepted\r\n"
        if self.buffer.startswith(b"AUTH ") and (end := self.buffer.find(b"\r\n")) >= 0:
            line = bytes(self.buffer[:end])
            del self.buffer[:end + 2]
            return self.login(line)
        if self.buffer.startswith(b"MAIL FROM") and self.token is None:
            self.fault("mail before the login", self.buffer)
        answer = super().command()
        return answer.replace(b"250 SIZE", b"250-AUTH PLAIN LOGIN XOAUTH2\r\n250 SIZE") if answer else answer

    def login(self, line):
        words = line.split(b" ")
        said = base64.b64decode(words[2]).decode() if len(words) == 3 and words[1] == b"XOAUTH2" else ""
        token = said.removeprefix(f"user={USER}\1auth=Bearer ").removesuffix("\1\1")
        if said != f"user={USER}\1auth=Bearer {token}\1\1":
            self.fault("a login that is none by XOAUTH2", line)
            return b"504 5.5.4 Unknown\r\n"
        self.recorder.logins.append(token)
        if token in self.recorder.tokens.valid and not self.recorder.refuses_all:
            self.token = token
            return b"235 2.7.0 Accepted\r\n"
        self.resigns = True
        error = json.dumps({"status": "401", "schemes": "bearer", "scope": "https://mail.example/"}).encode()
        return b"334 " + base64.b64encode(error) + b"\r\n"

    def message(self):
        answer = super().message()
        if answer is None:
            return None
        self.recorder.delivered(len(self.recorder.deliveries))
        if self.token not in self.recorder.tokens.valid:
            self.gone = True
            self.buffer.clear()
        return answer


class TokenMailServer(judging_server.JudgingServer):
    """Lets in whoever shows a token that `tokens` has handed out and not taken back."""

    session = TokenSession

    def __init__(self, tokens):
        super().__init__()
        self.tokens = tokens
        self.logins = []
        self.refuses_all = False
        self.delivered = lambda number: None  # called after each message, before its answer
