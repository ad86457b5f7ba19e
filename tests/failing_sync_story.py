"""A sync that fails: what is on disk is not known any more, so the server ends and starts from the file."""

import shutil

import pytest

from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.process import Process

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def serve_with(here, *injections):
    """A server some of whose system calls fail."""
    words = ["strace", "-f", "-qq", "-o", here.directory / "strace.log", "-e", "trace=fdatasync,fsync,pwrite64"]
    for injection in injections:
        words += ["-e", f"inject={injection}"]
    # A traced process cannot be searched for leaks.
    environment = {**here.environment,
                   "ASAN_OPTIONS": here.environment.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    server = Process([*words, here.binary, "serve", "--listen", f"127.0.0.1:{free_port()}"],
                     directory=here.directory, environment=environment, name="serve under strace")
    here.servers.append(server)
    return server


def test_a_failing_sync_ends_the_server_and_a_restart_recovers(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(100)), "--pace", "none")
    here.send(campaign)
    server = serve_with(here, "fdatasync:error=EIO:when=12+")
    code = server.wait(seconds=90)
    assert code not in (0, None) and code > 0, server.output()
    assert "sync" in server.output().lower() or "i/o" in server.output().lower(), server.output()

    # Nothing went out after the failure that a restart does not know of.
    with here.serving():
        here.run("campaign", "watch", campaign)
    states = here.states(campaign)
    delivered = catcher.recipients()
    assert max(delivered.values()) == 1
    assert set(states.values()) <= {"sent", "uncertain"}
    assert all(delivered[address] == 1 for address, state in states.items() if state == "sent")


def test_a_sync_that_fails_from_the_start_stops_the_start(here):
    here.run("mailbox", "list")
    server = serve_with(here, "fdatasync:error=EIO", "fsync:error=EIO")
    assert server.wait(seconds=60) not in (0, None)
    assert "127.0.0.1" not in server.output()
