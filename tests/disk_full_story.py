"""A full disk: nothing more is sent, the state says why, and it goes on when there is room."""

import errno
import os
import subprocess

import pytest

from postrider.installation import Installation
from postrider.lists import people, write_csv
from postrider.waiting import wait_until


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB of its own."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "none", place],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs more rights than this process has")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(file):
    """Takes all the room there is."""
    with open(file, "wb", buffering=0) as filler:
        for size in (65536, 4096):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError as full:
                assert full.errno == errno.ENOSPC


def test_a_full_disk_stops_the_sending_and_room_resumes_it(small_disk, catcher, tmp_path):
    here = Installation(tmp_path / "here")
    here.database = small_disk / "postrider.db"
    here.environment["DATABASE_URL"] = f"sqlite:///{here.database}"
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(300)), "--pace", "20ms")
    try:
        server = here.start_server()
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 10)
        fill(small_disk / "filler")
        said = server.wait_for_line(r"(?i)disk|no room|full|space", seconds=60)
        # What was past its gate may still arrive; after that, nothing does.
        wait_until(lambda: still(catcher), 30, "the sending stops")
        shown = here.campaign(campaign)
        assert shown["status"] == "sending" and shown["counts"]["pending"] > 0
        assert any(word in shown["waiting"]["what"].lower() for word in ("disk", "full", "room", "space")), (
            shown["waiting"], said)
        assert server.is_alive()

        os.unlink(small_disk / "filler")
        here.run("campaign", "watch", campaign)
        assert server.terminate() == 0
    finally:
        here.stop_all()
    states = here.states(campaign)
    delivered = catcher.recipients()
    assert max(delivered.values()) == 1
    assert set(states.values()) <= {"sent", "uncertain"}
    assert all(delivered[address] == 1 for address, state in states.items() if state == "sent")


def still(catcher):
    """True when nothing arrives during a second."""
    before = len(catcher.log())
    try:
        wait_until(lambda: len(catcher.log()) > before, 1, "something arrives")
        return False
    except AssertionError:
        return True
