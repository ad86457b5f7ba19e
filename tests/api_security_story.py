"""What a stranger can try over HTTP, against a real server: nothing leaks, nothing hangs, nothing is forged."""

import json
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

CANARIES = {
    "POSTRIDER_SMTP_PASSWORD": "canary-smtp-password-5f1c",
    "POSTRIDER_ACCOUNT_PASSWORD": "canary account password 77d0",
    "POSTRIDER_OAUTH_CLIENT_SECRET": "canary-oauth-secret-31aa",
    "POSTRIDER_OAUTH_REFRESH_TOKEN": "canary-oauth-refresh-9b02",
}


def ask(server, path, key=None, method="GET", body=None, content_type="application/json"):
    """Status, headers and body of one request."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if body is not None:
        headers["Content-Type"] = content_type
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


def say(server, request):
    """Sends raw bytes and reads until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(request)
        heard = b""
        while piece := line.recv(65536):
            heard += piece
    return heard


def everything_stored(here):
    return b"".join(file.read_bytes() for file in here.database.parent.rglob("*") if file.is_file())


def test_secrets_come_in_and_never_out(here):
    """Canaries for every secret; they are looked for in answers, log, process list, exports and the database."""
    environment = {**CANARIES, "LOG_LEVEL": "debug", "ENABLE_REQUEST_LOGGING": "true"}
    with here.serving(**environment) as server:
        here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "127.0.0.1", "--smtp-port", "9",
                 "--tls", "none", "--user", "ana", **CANARIES)
        here.run("mailbox", "add", "--name", "work", "--from", "ana@sender.example", "--preset", "m365",
                 "--oauth-client-id", "client", **CANARIES)
        key = here.ask("key", "create", "--name", "owner", "--role", "owner")["key"]
        token = server.wait_for_line(r"/setup#(pr_setup_[\w-]+)").group(1)
        status, headers, _ = ask(server, "/api/setup", method="POST", body={
            "token": token, "name": "ana", "password": CANARIES["POSTRIDER_ACCOUNT_PASSWORD"]})
        assert status == 201
        session = headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
        (here.directory / "list.csv").write_text("email\nana@example.com\n")
        here.create_campaign(here.directory / "list.csv")
        said = []
        document = json.loads(ask(server, "/openapi.json", key)[2])
        for path, methods in document["paths"].items():
            if "get" not in methods or path.endswith("events"):
                continue
            path = path.replace("{id}", "1").replace("{name}", "email-campaign-queue").replace("{number}", "1")
            said.append(ask(server, path.replace("{token}", "x").replace("{key}", "x").replace("{sheet_id}", "x" * 20), key)[2])
        said.append(here.run("campaign", "export", "1").out)
        processes = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    where = {"answers": "\n".join(said), "log": server.output(), "processes": processes}
    for secret in (*CANARIES.values(), key, session):
        for place, text in where.items():
            assert secret not in text, f"{secret[:12]}… is in the {place}"
    stored = everything_stored(here)
    for secret in (*CANARIES.values(), key, session, token):
        assert secret.encode() not in stored, f"{secret[:12]}… is in the database in clear"


def test_nothing_a_stranger_sends_can_forge_a_line_of_the_log(here):
    """Each line is one JSON object with severity and message, whatever the requests hold."""
    with here.serving(LOG_FORMAT="json", LOG_LEVEL="debug", ENABLE_REQUEST_LOGGING="true") as server:
        ask(server, "/api/%0d%0a%7B%22severity%22:%22ERROR%22%7D")
        say(server, b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a\x1b[31m\"}{\r\n\r\n")
        say(server, b"GET /%1b%5b31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \"}\r\n\r\n")
        ask(server, "/api/login", method="POST", body={"name": "x\r\n{\"severity\":\"ERROR\"}", "password": "y"})
    lines = [line for line in server.lines if not line.startswith("postrider:") and "/setup#" not in line]
    assert len(lines) >= 4
    for line in lines:
        event = json.loads(line)
        assert event["severity"] in ("DEBUG", "INFO", "WARNING", "ERROR") and event["message"], line
    assert not [line for line in lines if json.loads(line)["severity"] == "ERROR"]


HOSTILE = {
    "a body of 100 MB": (b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n", 413),
    "two ways to end a body": (b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "headers without end": (b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    "a path out of here": (b"GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "a NUL in the path": (b"GET /api/campaigns/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401),
    "a forged queue header": (b"POST /api/tasks/send-email HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-CloudTasks-QueueName: q\r\n"
                              b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 401),
    "depth without end": (b"POST /api/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 200000"
                          b"\r\n\r\n" + b"[" * 200_000, 400),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from postrider.installation import Installation
    here = Installation(tmp_path_factory.mktemp("hostile"))
    with here.serving() as running:
        yield running


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_is_hostile_is_refused_by_its_name(server, attack):
    request, status = HOSTILE[attack]
    heard = say(server, request)
    assert heard.startswith(f"HTTP/1.1 {status} ".encode()), heard[:300]
    assert b"application/problem+json" in heard
    assert ask(server, "/livez")[0] == 200


def test_whoever_holds_many_lines_open_keeps_nobody_out(server):
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(300)]
    try:
        for line in lines:
            line.sendall(b"GET /livez HTTP/1.1\r\nHo")
        assert ask(server, "/livez")[0] == 200
    finally:
        for line in lines:
            line.close()


def test_the_pages_may_load_nothing_of_others(server):
    for path in ("/login", "/setup", "/docs"):
        status, headers, body = ask(server, path)
        assert status == 200
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "http" not in body.split("<script type=\"application/json\"")[0].replace("http-equiv", "")
        assert "Access-Control-Allow-Origin" not in headers
