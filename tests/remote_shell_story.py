"""The shell of another machine: the same verbs by --server URL --key-file F, with files sent along and back, each
for the role that may, and no way to the server's own files."""

import json
import os
import socket
import subprocess
import threading

import pytest

from postrider.api import Api
from postrider.authority import make_certificate
from postrider.lists import people, write_csv
from postrider.tls_proxy import tls_front
from postrider.waiting import wait_until

TYPE = "application/vnd.postrider.shell"


@pytest.fixture
def server(here):
    with here.serving() as running:
        yield running


@pytest.fixture
def far(here, server, new_installation):
    """Makes callers on another machine: their own directory, a key, and no database."""
    def make(role="owner", name=None, url=None, **more):
        made = new_installation(name or f"far-{role}")
        del made.environment["DATABASE_URL"]
        made.key = here.ask("key", "create", "--name", f"far-{role}", "--role", role)["key"]
        made.key_file = made.directory / "server.key"
        made.key_file.write_text(made.key + "\n")
        made.key_file.chmod(0o600)
        made.environment |= {"POSTRIDER_SERVER": url or f"http://127.0.0.1:{server.port}",
                             "POSTRIDER_KEY_FILE": str(made.key_file), **more}
        return made
    return make


def test_a_campaign_is_made_and_sent_from_far_away(here, far, catcher):
    over_there = far()
    listed = people(300)
    write_csv(over_there.directory / "list.csv", [*listed, ("broken", "Not an address")])
    (over_there.directory / "letter.html").write_text("<p>Dear {{ name }}</p>")
    (over_there.directory / "a.pdf").write_bytes(b"%PDF-1.4 " + os.urandom(200_000))
    over_there.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "127.0.0.1",
                   "--smtp-port", catcher.port, "--tls", "none", "--cap-24h", "0")
    made = over_there.ask("campaign", "create", "--name", "News", "--subject", "Hi {{ name }}", "--message-file",
                          "letter.html", "--csv", "list.csv", "--attach", "a.pdf", "--mailbox", "box", "--pace", "none")
    assert (made["recipients"], made["bad"]) == (300, 1)

    # The rejected rows are beside the list, as they would be without a server.
    rejects = over_there.directory / "list.csv.rejected.csv"
    assert made["rejects_file"] == str(rejects)
    assert "broken" in rejects.read_text()

    watched = over_there.run("campaign", "send", made["id"], "--wait")
    assert "300" in watched.out + watched.err
    assert sum(catcher.recipients().values()) == 300

    # An export comes back as it is there, to standard output and into a file.
    exported = here.run("campaign", "export", made["id"]).out
    assert over_there.run("campaign", "export", made["id"]).out == exported
    said = over_there.ask("campaign", "export", made["id"], "--out", "out/../account.csv")
    assert said == {"id": made["id"], "rows": 300, "file": str(over_there.directory / "account.csv")}
    assert (over_there.directory / "account.csv").read_bytes().decode() == exported

    # Nothing of it is left on the server, and the audit log names the key.
    folder = here.database.with_name("postrider.db.shell")
    assert list(folder.iterdir()) == []
    entries = here.ask("audit", "list")["audit"]
    assert any(entry["who"] == "key:far-owner" and "started" in entry["what"] for entry in entries), entries


def test_what_is_typed_goes_along(far):
    over_there = far()
    over_there.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "mail.example",
                   "--user", "ana", POSTRIDER_SMTP_PASSWORD="open sesame")
    answer = over_there.run("bounce", "read", typed="From: nobody\n\nno report\n", expect=None)
    assert answer.code in (0, 1) and "sent along" not in answer.err, answer


def test_a_backup_comes_back_and_overwrites_nothing(here, far, new_installation):
    over_there = far()
    over_there.run("suppression", "add", "gone@example.com")
    copy = over_there.directory / "copy.db"
    over_there.run("backup", "copy.db")
    assert copy.read_bytes().startswith(b"SQLite format 3\0")
    before = copy.read_bytes()
    assert str(copy) in over_there.refuse("backup", "copy.db", code=1)
    assert copy.read_bytes() == before
    restored = new_installation("restored")
    restored.run("restore", copy, SECRET_KEY=(here.database.parent / "postrider.key").read_text().strip())


def test_files_that_cannot_be_read_are_told_as_without_a_server(here, far):
    over_there = far()
    words = ("template", "add", "--name", "t", "--subject", "s", "--message-file")
    for name in ("missing.txt", "."):
        assert over_there.refuse(*words, name, code=2) == here.refuse(
            *words, name, code=2, directory=over_there.directory)


def test_each_verb_is_for_the_role_that_may(far):
    viewer, editor = far("viewer"), far("editor")
    viewer.run("campaign", "list")
    viewer.run("status")
    sentence = viewer.refuse("template", "add", "--name", "t", "--subject", "s", "--message", "m", code=1)
    assert "`postrider template add`" in sentence and "editor" in sentence
    editor.run("template", "add", "--name", "t", "--subject", "s", "--message", "m")
    for verb in (("mailbox", "resume", "x"), ("key", "list"), ("account", "list"), ("audit", "list"),
                 ("backup", "x.db"), ("doctor",), ("account", "set-password", "ana"), ("queue", "purge", "default")):
        for caller in (viewer, editor):
            assert "for the role owner" in caller.refuse(*verb, code=1, POSTRIDER_ACCOUNT_PASSWORD="long enough words")


def test_status_and_doctor_look_at_the_server(here, far, server):
    over_there = far()
    assert over_there.ask("status")["address"] == f"http://127.0.0.1:{server.port}"
    found = over_there.ask("doctor", expect=None)
    assert found["server_runs"] is True
    # What is done here only says so; --database goes before the environment's server.
    assert "done on this machine" in over_there.refuse("settings", "--server", "http://127.0.0.1:1", code=2)
    assert "not both" in over_there.refuse("campaign", "list", "--server", "http://127.0.0.1:1", "--database",
                                           "sqlite:///x.db", code=2)
    over_there.run("campaign", "list", "--database", f"sqlite:///{over_there.directory}/own.db")
    assert (over_there.directory / "own.db").exists()


def test_a_key_that_others_may_read_or_that_is_unknown_is_refused(here, far):
    over_there = far()
    over_there.key_file.chmod(0o644)
    assert "chmod 600" in over_there.refuse("campaign", "list", code=2)
    over_there.key_file.chmod(0o600)
    over_there.key_file.write_text("pr_nonsense\n")
    assert over_there.refuse("campaign", "list", code=1)
    over_there.key_file.write_text("two words\n")
    assert "one API key" in over_there.refuse("campaign", "list", code=2)
    over_there.key_file.unlink()
    assert "No such file" in over_there.refuse("campaign", "list", code=2)


def test_the_way_there_must_be_encrypted_and_believed(here, server, far, tmp_path):
    ca = make_certificate(tmp_path)
    with tls_front(tmp_path / "cert.pem", tmp_path / "key.pem", server.port) as port:
        over_there = far(url=f"https://localhost:{port}")
        assert "TLS cannot be trusted" in over_there.refuse("campaign", "list", code=1)
        over_there.run("campaign", "list", "--server-ca", ca)
    assert "http is for this machine" in over_there.refuse("campaign", "list", "--server", "http://mail.example", code=2)
    assert "nobody answers" in over_there.refuse("campaign", "list", "--server", "http://127.0.0.1:1", code=1)


def test_whatever_else_answers_there_is_named(far, tmp_path):
    """A server that is none, and one that would write where nobody asked it to."""
    victim = tmp_path / "victim"
    frame = json.dumps({"file": str(victim), "bytes": 4}) + "\nevil"
    answers = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello": "answered 200 and is not",
               "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n": "given up",
               "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n": "answered 502",
               "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n": "answered 302",
               f"HTTP/1.1 200 OK\r\nContent-Length: {len(frame)}\r\n\r\n{frame}": "nobody asked for",
               f'HTTP/1.1 200 OK\r\nContent-Type: {TYPE}\r\nContent-Length: 15\r\n\r\n{{"out":"half"}}\n': "went away before the verb ended"}
    over_there = far()
    for answer, words in answers.items():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                caller, _ = listener.accept()
                with caller:
                    heard = b""
                    while b"\n" not in heard.partition(b"\r\n\r\n")[2]:
                        heard += caller.recv(65536)
                    caller.sendall(answer.encode())
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert words in over_there.refuse("campaign", "list", "--server", url, code=1)
            thread.join(10)
    assert not victim.exists()


def shell(api, request, files=b"", expect=200):
    line = {"argv": [], "directory": "/", "terminal": False, "columns": 80, "password": "", **request}
    answer = api.raw("POST", "/api/shell", json.dumps(line).encode() + b"\n" + files, content_type=TYPE)
    assert answer.status == expect, answer
    return answer


def frames(answer):
    return [json.loads(line) for line in answer.body.decode().splitlines() if line]


def test_no_name_leads_to_a_file_of_the_server(here, server, tmp_path):
    api = Api.of(here, server)
    secret = here.database.parent / "postrider.key"
    for name in (str(secret), f"../../..{secret}", "/etc/passwd", "/proc/self/environ", f"/proc/self/root{secret}"):
        for argv in (["template", "add", "--name", "t", "--subject", "s", "--message-file", name],
                     ["mailbox", "add", "--name", "m", "--from", "a@b.example", "--smtp-host", "h", "--tls-ca", name],
                     ["suppression", "import", name], ["bounce", "read", "--file", name]):
            said = frames(shell(api, {"argv": argv}))
            assert said[-1] == {"exit": 2}
            assert any("it was not sent along" in frame.get("err", "") for frame in said), said
    target = tmp_path / "written"
    for argv in (["suppression", "export", "--out", str(target)], ["backup", str(target)]):
        said = frames(shell(api, {"argv": argv}))
        assert any("did not ask for such a file" in frame.get("err", "") for frame in said), said
    # A name that is asked for is the caller's, whatever it looks like.
    said = frames(shell(api, {"argv": ["backup", str(secret)], "writes": [{"name": str(secret), "exists": True}]}))
    assert said[-1]["exit"] != 0
    # Sent under the name of a file that the server has: what was sent is read.
    said = frames(shell(api, {"argv": ["suppression", "import", str(secret)],
                              "reads": [{"name": str(secret), "bytes": 22, "trouble": ""}]},
                        b"email\nfar@example.com\n"))
    assert said[-1] == {"exit": 0}
    assert not target.exists()


@pytest.mark.parametrize("body", [
    b"", b"hello", b"hello\n", b"{}\n", b"[]\n", b'{"argv":5,"directory":"/","terminal":true,"columns":80,"password":""}\n',
    b"{" * 100_000 + b"\n", b"\xff\xfe\n", b"x" * 5_000_000])
def test_nonsense_is_refused(here, server, body):
    api = Api.of(here, server)
    answer = api.raw("POST", "/api/shell", body, content_type=TYPE)
    assert answer.status in (400, 422), answer
    assert server.is_alive()


def test_files_must_be_as_announced(here, server):
    api = Api.of(here, server)
    argv = {"argv": ["suppression", "import", "/a.csv"]}
    named = {"name": "/a.csv", "bytes": 10, "trouble": ""}
    for reads, files in (([named], b"short"), ([named], b"much longer than that"), ([], b"uncalled for"),
                         ([named] * 300, b"x" * 3000), ([{**named, "bytes": 2**62}], b"x")):
        answer = shell(api, {**argv, "reads": reads}, files, expect=422)
        assert answer.code == "bad_shell_request"
    folder = here.database.with_name("postrider.db.shell")
    assert not folder.exists() or list(folder.iterdir()) == []


def test_verbs_without_end_are_bounded_and_end_with_their_callers(here, server, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "1h")
    here.send(campaign)
    api = Api.of(here, server)
    line = json.dumps({"argv": ["campaign", "watch", str(campaign)], "directory": "/", "terminal": False,
                       "columns": 80, "password": ""}).encode() + b"\n"
    head = (f"POST /api/shell HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.key}\r\n"
            f"Content-Type: {TYPE}\r\nContent-Length: {len(line)}\r\n\r\n").encode()
    watchers = []
    try:
        for _ in range(8):
            watcher = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            watcher.sendall(head + line)
            assert watcher.recv(12) == b"HTTP/1.1 200"
            watchers.append(watcher)
        busy = shell(api, {"argv": ["campaign", "list"]}, expect=503)
        assert busy.code == "busy" and busy.headers["Retry-After"]
        # The rest of the API and the shell of this machine go on.
        here.run("campaign", "list")
        assert api.get("/api/campaigns")
    finally:
        for watcher in watchers:
            watcher.close()
    wait_until(lambda: api.raw("POST", "/api/shell", json.dumps(
        {"argv": ["campaign", "list"], "directory": "/", "terminal": False, "columns": 80, "password": ""}).encode()
        + b"\n", content_type=TYPE).status == 200, 60, "the verbs of callers that hung up end")


def test_a_server_that_ends_lets_nobody_wait(here, far, catcher, server):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "1h")
    here.send(campaign)
    over_there = far()
    watching = subprocess.Popen([over_there.binary, "campaign", "watch", str(campaign)], cwd=over_there.directory,
                                env=over_there.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert watching.stdout.read(1)
    assert server.terminate() == 0
    watching.communicate(timeout=30)
    assert watching.returncode is not None
