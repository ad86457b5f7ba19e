"""The owner is told when a mailbox stands still, a campaign ends or brakes, or the disk is full: one mail each."""

import contextlib
import errno
import os
import sqlite3
import subprocess

import pytest

from postrider.installation import Installation
from postrider.lists import people, write_csv
from postrider.scripted import REFUSED, many
from postrider.waiting import wait_until

OWNER = "owner@home.example"
TOLD = {"ALERT_EMAIL": OWNER}


def told(catcher, count=1):
    """The alerts in the catcher's log, at least `count` of them, as they came over the line, unfolded."""
    def alerts():
        return [entry for entry in catcher.log() if OWNER in entry["to"]]
    wait_until(lambda: len(alerts()) >= count, 60, f"{count} alerts")
    texts = []
    with open(catcher.directory / "messages", "rb") as messages:
        for entry in alerts():
            messages.seek(entry["offset"])
            texts.append(messages.read(entry["size"]).decode().replace("=\r\n", "").replace("\r\n ", " "))
    return texts


def states(here):
    with contextlib.closing(sqlite3.connect(f"file:{here.database}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute("SELECT state FROM alert ORDER BY id")]


def fill(file):
    """Takes all the room there is."""
    with open(file, "wb", buffering=0) as filler:
        for size in (65536, 4096):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError as full:
                assert full.errno == errno.ENOSPC


def test_a_finished_campaign_is_told_of_once(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)), "--pace", "none")
    with here.serving(**TOLD):
        here.send(campaign, "--wait")
        [text] = told(catcher)
    assert "Subject: Postrider: campaign News is finished" in text and "sent 3" in text
    assert here.counts(campaign)["total"] == 3
    with here.serving(**TOLD):
        here.run("mailbox", "list")
    assert len(told(catcher)) == 1


def test_a_braked_campaign_is_told_of(here, catcher):
    here.add_mailbox(catcher.port, "--sessions", "1")
    rows = [(address, "R", "") for address in many(REFUSED, 20)]
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", [*rows, *people(50)]), "--pace", "10ms")
    with here.serving(**TOLD):
        here.send(campaign)
        [text] = told(catcher)
    assert "brake" in text and "refused for good" in text


def test_a_stopped_mailbox_is_told_of_through_another(here, new_catcher):
    closed = new_catcher("--login", "ana:another one", "--tls", "starttls", name="closed")
    spare = new_catcher(name="spare")
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "localhost",
             "--smtp-port", closed.port, "--tls", "starttls", "--tls-ca", closed.ca, "--user", "ana", "--cap-24h", "0",
             POSTRIDER_SMTP_PASSWORD="open sesame")
    here.add_mailbox(spare.port, name="spare")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none")
    with here.serving(**TOLD):
        here.send(campaign)
        [text] = told(spare)
        assert "Subject: Postrider: mailbox box is stopped" in text and "mailbox resume box" in text
    assert closed.log() == []


def test_an_alert_survives_a_crash(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)), "--pace", "none")
    server = here.start_server(**TOLD)
    here.send(campaign, "--wait")
    server.kill()
    with here.serving(**TOLD):
        assert "is finished" in told(catcher)[0]


def test_what_happened_without_an_address_is_not_told_later(here, catcher):
    here.add_mailbox(catcher.port)
    first, second = (here.create_campaign(write_csv(here.directory / "list.csv", people(1)), "--pace", "none", name=name)
                     for name in ("First", "Second"))
    with here.serving():
        here.send(first, "--wait")
        wait_until(lambda: states(here) == [2], 60, "the alert is given up")
    with here.serving(**TOLD):
        here.send(second, "--wait")
        [text] = told(catcher)
        assert "campaign Second" in text


def test_a_full_disk_is_told_of(tmp_path, catcher):
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "none", place],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs more rights than this process has")
    here = Installation(tmp_path / "here")
    here.database = place / "postrider.db"
    here.environment["DATABASE_URL"] = f"sqlite:///{here.database}"
    try:
        here.add_mailbox(catcher.port)
        campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(300)), "--pace", "20ms")
        here.start_server(**TOLD)
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 3)
        fill(place / "filler")
        [text] = told(catcher)
        assert "Subject: Postrider: nothing can be written" in text
        os.unlink(place / "filler")
        here.run("campaign", "watch", campaign)
    finally:
        here.stop_all()
        subprocess.run(["umount", place], check=True)


def test_a_wrong_address_stops_the_start(here):
    assert "ALERT_EMAIL" in here.run("serve", expect=2, ALERT_EMAIL="nobody").err
