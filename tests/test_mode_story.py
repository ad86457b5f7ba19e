"""A campaign in test mode reaches the tester or the catch log, and nobody of its list."""

import email
import email.policy
import json

import pytest

from postrider.lists import addresses, people, write_csv
from postrider.scripted import UNKNOWN_USER

TESTER = "me@tester.example"


def draft(here, catcher, *options, count=5):
    here.add_mailbox(catcher.port, "--cap-24h", "100")
    return here.create_campaign(write_csv(here.directory / "list.csv", people(count)), "--pace", "none", *options,
                                subject="Hello {{ name }}", message="Dear {{ name }}")


def caught(here):
    file = here.database.parent / "caught" / "log.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_everything_goes_to_the_tester_and_nothing_to_the_list(here, catcher):
    campaign = draft(here, catcher)
    with here.serving():
        done = here.ask("campaign", "send", campaign, "--test-to", TESTER, "--wait")
        assert done["counts"]["sent"] == 5
    assert catcher.recipients() == {TESTER: 5}
    for_whom = set()
    with open(catcher.directory / "messages", "rb") as messages:
        everything = messages.read()
    for entry in catcher.log():
        raw = everything[entry["offset"]:entry["offset"] + entry["size"]]
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert message["To"].addresses[0].addr_spec == TESTER
        assert message["Subject"].startswith("[Test] Hello Person")
        for_whom.add(message["X-Postrider-Test-For"])
    assert for_whom == set(addresses(people(5)))
    # It is shown wherever the campaign is.
    assert here.campaign(campaign)["test_to"] == TESTER
    assert f"every email goes to {TESTER} only" in here.run("campaign", "show", campaign).out
    assert TESTER in here.run("campaign", "emails", campaign).out
    assert {row["test_to"] for row in here.ask("campaign", "emails", campaign)["emails"]} == {TESTER}
    assert f"test to {TESTER}" in here.run("campaign", "watch", campaign).out


def test_into_the_catch_log_nothing_leaves_and_the_bytes_are_the_real_ones(here, catcher):
    campaign = draft(here, catcher)
    preview = here.ask("campaign", "preview", campaign, "--recipient", "3")["raw"]
    with here.serving():
        here.run("campaign", "send", campaign, "--test-to", "catcher", "--wait")
    assert catcher.log() == []
    entries = caught(here)
    assert sorted(address for entry in entries for address in entry["to"]) == sorted(addresses(people(5)))
    [third] = [entry for entry in entries if entry["to"] == ["person3@example.org"]]
    raw = here.run("catch", "show", third["n"], "--raw", "--directory", here.database.parent / "caught").out

    def lines(text):
        return [line for line in text.splitlines() if not line.startswith("Date: ")]

    assert lines(raw) == lines(preview)
    assert here.counts(campaign)["sent"] == 5
    assert "kept in the catch log" in here.export(campaign)[0]["server_text"]
    assert here.ask("mailbox", "list")["mailboxes"][0]["sent_last_24h"] == 0
    assert "nothing leaves this machine" in here.run("campaign", "show", campaign).out


def test_a_test_suppresses_nobody(here, catcher):
    campaign = draft(here, catcher, "--brake", "off")
    with here.serving():
        here.run("campaign", "send", campaign, "--test-to", UNKNOWN_USER, "--wait", expect=None)
    assert catcher.log() == []
    assert here.ask("suppression", "list")["suppressions"] == []
    counts = here.counts(campaign)
    assert (counts["failed"], counts["bounced"]) == (5, 0)


def test_the_suppressed_are_skipped_in_a_test_too(here, catcher):
    campaign = draft(here, catcher)
    here.run("suppression", "add", "person2@example.org")
    with here.serving():
        here.run("campaign", "send", campaign, "--test-to", TESTER, "--wait")
    assert here.states(campaign)["person2@example.org"] == "skipped"
    assert catcher.recipients() == {TESTER: 4}


def test_it_holds_from_the_start_on_and_a_copy_is_not_in_it(here, catcher):
    campaign = draft(here, catcher)
    here.run("campaign", "send", campaign, "--test-to", TESTER, "--at", "2035-01-01T00:00:00Z")
    assert here.campaign(campaign)["status"] == "scheduled"
    # Started again without a word about it, it is a test still.
    with here.serving():
        here.send(campaign, "--wait")
        assert catcher.recipients() == {TESTER: 5}
        here.refuse("campaign", "send", campaign, "--test-to", "other@tester.example", code=1)
        copy = here.ask("campaign", "duplicate", campaign)["id"]
        assert here.campaign(copy)["test_to"] is None
        here.send(copy, "--wait")
    assert catcher.recipients() == {TESTER: 5, **{address: 1 for address in addresses(people(5))}}


def test_pace_and_pause_hold_in_a_test(here, catcher):
    campaign = draft(here, catcher, "--window", "9-17", "--weekdays-only")
    here.run("campaign", "update", campaign, "--pace", "24h-24h")
    with here.serving():
        here.send(campaign, "--test-to", "catcher")
        shown = here.wait_for(campaign, lambda shown: shown["waiting"])
        assert shown["waiting"]["until"]
        here.run("campaign", "pause", campaign)
        assert here.campaign(campaign)["status"] == "paused"
        here.run("campaign", "stop", campaign)
    assert len(caught(here)) <= 1 and catcher.log() == []


@pytest.mark.parametrize("tester,words", [("person1@example.org", "recipient of campaign"), ("nonsense", "The tester is catcher or an address: The address has no"),
                                          ("", "catcher or an address")])
def test_a_tester_that_cannot_be_is_refused(here, catcher, tester, words):
    campaign = draft(here, catcher)
    answer = here.run("campaign", "send", campaign, "--test-to", tester, expect=None)
    assert answer.code in (1, 2) and words in answer.err
    assert here.campaign(campaign)["test_to"] is None and here.campaign(campaign)["status"] == "draft"


def test_a_suppressed_tester_gets_nothing(here, catcher):
    campaign = draft(here, catcher)
    here.run("suppression", "add", TESTER)
    assert "must not be mailed" in here.refuse("campaign", "send", campaign, "--test-to", TESTER, code=1)
    assert catcher.log() == []


def test_a_test_survives_a_kill_as_a_test(here, catcher):
    campaign = draft(here, catcher, count=40)
    here.run("mailbox", "update", "box", "--sessions", "1")
    server = here.start_server()
    here.send(campaign, "--test-to", TESTER)
    catcher.wait_for_entries(3)
    server.kill()
    with here.serving():
        here.run("campaign", "watch", campaign)
    assert set(catcher.recipients()) == {TESTER}
    assert here.counts(campaign)["pending"] == 0
