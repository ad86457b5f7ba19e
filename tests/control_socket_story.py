"""The socket beside the database: its owner's alone."""

import json
import os
import socket
import stat
import subprocess

import pytest


def test_only_the_owner_may_open_the_socket(here):
    with here.serving():
        path = f"{here.database}.sock"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(here.database).st_mode) == 0o600
    assert not os.path.exists(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_refused_even_where_the_mode_would_let_him(here, tmp_path):
    with here.serving():
        path = f"{here.database}.sock"
        os.chmod(path, 0o666)
        parent = here.database.parent
        while parent != parent.parent:
            if parent.stat().st_uid == 0 and parent != tmp_path.anchor and str(parent).count("/") > 1:
                os.chmod(parent, parent.stat().st_mode | 0o011)
            parent = parent.parent
        asker = ("import socket, sys\n"
                 "s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1])\n"
                 "s.sendall(b'{\"argv\":[\"mailbox\",\"list\",\"--json\"],\"directory\":\"/\"}\\n')\n"
                 "data = b''\n"
                 "while chunk := s.recv(65536): data += chunk\n"
                 "sys.stdout.buffer.write(data)\n")
        done = subprocess.run(["/usr/bin/python3", "-c", asker, path], user="nobody", group="nogroup",
                              capture_output=True, text=True, timeout=30, check=False)
        assert "mailboxes" not in done.stdout
        os.chmod(path, 0o600)


def test_a_client_that_talks_nonsense_does_no_harm(here):
    with here.serving() as server:
        for nonsense in (b"hello\n", b"{}\n", b'{"argv":5}\n', b"{" * 100_000 + b"\n", b"\xff\xfe\n", b""):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(10)
                client.connect(f"{here.database}.sock")
                try:
                    client.sendall(nonsense)
                    client.shutdown(socket.SHUT_WR)
                    answer = client.recv(65536)
                except (BrokenPipeError, ConnectionResetError):
                    answer = b""
                for line in answer.splitlines():
                    json.loads(line)
        assert server.is_alive()
        here.run("mailbox", "list")
