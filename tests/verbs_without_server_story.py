"""Every verb works with a server and without one, and says the same."""

import contextlib
import getpass
import sqlite3

import pytest

from postrider.lists import people, write_csv


@pytest.fixture(params=["with a server", "without a server"])
def installed(request, here):
    with here.serving() if request.param == "with a server" else contextlib.nullcontext():
        yield here


def test_mailbox_verbs(installed, catcher):
    here = installed
    here.add_mailbox(catcher.port)
    assert here.ask("mailbox", "list")["mailboxes"][0]["cap_24h"] == 0
    here.run("mailbox", "update", "box", "--cap-24h", "7", "--sessions", "2")
    assert here.ask("mailbox", "list")["mailboxes"][0]["cap_24h"] == 7
    assert "reached" in here.ask("mailbox", "test", "box")
    here.refuse("mailbox", "add", "--name", "box", "--from", "a@b.example", "--smtp-host", "h", code=1)
    here.refuse("mailbox", "update", "nowhere", "--cap-24h", "1", code=1)
    here.run("mailbox", "resume", "box")
    here.run("mailbox", "remove", "box")
    assert here.ask("mailbox", "list")["mailboxes"] == []


def test_campaign_verbs(installed):
    here = installed
    here.add_mailbox(1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(3)))
    here.run("queue", "pause", "email-campaign-queue")
    for people_or_program in ((), ("--json",)):
        here.run("campaign", "list", *people_or_program)
        here.run("campaign", "show", campaign, *people_or_program)
        here.run("campaign", "plan", campaign, *people_or_program)
        here.run("campaign", "emails", campaign, *people_or_program)
    here.run("campaign", "update", campaign, "--subject", "Other")
    assert here.campaign(campaign)["subject"] == "Other"
    here.send(campaign)
    here.run("campaign", "pause", campaign)
    here.run("campaign", "resume", campaign)
    here.run("campaign", "export", campaign, "--out", "out.csv")
    assert (here.directory / "out.csv").read_text().count("\n") == 4
    here.run("campaign", "stop", campaign)
    here.run("campaign", "watch", campaign)
    copy = here.ask("campaign", "duplicate", campaign)["id"]
    here.run("campaign", "delete", copy)
    here.refuse("campaign", "retry", campaign, code=1)


def test_queue_suppression_and_uncertain_verbs(installed):
    here = installed
    here.run("queue", "create", "slow")
    here.run("queue", "update", "slow", "--max-attempts", "2")
    here.run("queue", "describe", "slow")
    here.run("queue", "pause", "slow")
    here.run("queue", "resume", "slow")
    here.run("queue", "purge", "slow")
    here.run("queue", "tasks", "slow")
    here.run("queue", "list")
    here.run("suppression", "add", "ana@example.org")
    here.run("suppression", "list")
    here.run("suppression", "remove", "ana@example.org")
    here.run("uncertain", "list")
    here.refuse("uncertain", "resolve", "999", "--as", "sent", code=1)


def test_backup_and_resume(installed):
    here = installed
    here.run("backup", "copy.db")
    assert (here.directory / "copy.db").exists()
    here.refuse("resume", "--restored", code=1)


def test_a_wrong_command_line_is_exit_code_2_and_says_what_to_do(installed):
    here = installed
    for wrong in (("campaign", "frobnicate"), ("campain", "list"), ("campaign", "show"), ("campaign", "show", "abc"),
                  ("mailbox", "add", "--nonsense"), ("queue", "update", "q", "--max-attempts", "many")):
        assert here.run(*wrong, expect=2).err.strip()
        assert "error" in here.run(*wrong, "--json", expect=2).json


def test_a_mistyped_verb_is_named(installed):
    here = installed
    assert '"frobnicate"' in here.run("campaign", "frobnicate", expect=2).err
    assert '"campain"' in here.run("campain", "list", expect=2).err


def test_every_verb_has_help(here):
    for group, verbs in {
            (): ("serve", "demo", "catch", "restore", "backup", "resume", "mailbox", "campaign", "queue",
                 "uncertain", "suppression"),
            ("mailbox",): ("add", "list", "show", "presets", "test", "update", "remove", "resume"),
            ("campaign",): ("create", "list", "show", "plan", "send", "pause", "resume", "stop", "retry",
                            "duplicate", "watch", "emails", "export", "delete", "update", "check", "preview", "test"),
            ("queue",): ("create", "list", "describe", "update", "pause", "resume", "purge", "tasks"),
            ("uncertain",): ("list", "resolve"), ("suppression",): ("add", "remove", "list"),
            ("catch",): ("list", "show")}.items():
        for verb in verbs:
            assert "--help" in here.run(*group, verb, "--help").out


def test_without_a_server_send_says_how_to_go_on_and_wait_is_refused(here):
    here.add_mailbox(1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(1)))
    assert "postrider serve" in here.refuse("campaign", "send", campaign, "--wait", code=1)
    assert "postrider serve" in here.send(campaign).err


def test_who_did_what_is_on_record(here):
    with here.serving():
        here.run("suppression", "add", "ana@example.org")
    with sqlite3.connect(f"file:{here.database}?mode=ro", uri=True) as database:
        who = {row[0] for row in database.execute("SELECT who FROM audit")}
    assert f"local:{getpass.getuser()}" in who
