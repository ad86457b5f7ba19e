"""`campaign test` sends one real message to the tester, and nothing else changes."""

import contextlib
import email
import email.policy

import pytest

from postrider.lists import people, write_csv
from postrider.scripted import UNKNOWN_USER


@pytest.fixture(params=["with a server", "without a server"])
def installed(request, here):
    with here.serving() if request.param == "with a server" else contextlib.nullcontext():
        yield here


def draft(here, port, *mailbox):
    here.add_mailbox(port, *mailbox)
    return here.create_campaign(write_csv(here.directory / "list.csv", people(3)), subject="Hello {{ name }}",
                                message="Dear {{ name }}")


def test_one_marked_message_reaches_the_tester_and_nothing_changes(installed, catcher):
    here = installed
    campaign = draft(here, catcher.port)
    before = here.campaign(campaign)
    answer = here.ask("campaign", "test", campaign, "--to", "me@tester.example", "--as", "2")
    assert answer["written_for"] == "person2@example.org" and answer["code"] == 250
    assert catcher.recipients() == {"me@tester.example": 1}
    message = email.message_from_bytes(catcher.message("me@tester.example"), policy=email.policy.default)
    assert message["Subject"] == "[Test] Hello Person 2"
    assert message["To"].addresses[0].addr_spec == "me@tester.example"
    assert message["X-Postrider-Test-For"] == "person2@example.org"
    assert message["Message-ID"] == answer["message_id"]
    assert here.campaign(campaign) == before
    assert "The server said: 250" in here.run("campaign", "test", campaign, "--to", "me@tester.example").out
    assert len({entry["message_id"] for entry in catcher.log()}) == 2


def test_others_of_the_list_and_the_suppressed_get_none(installed, catcher):
    here = installed
    campaign = draft(here, catcher.port)
    assert "recipient 3" in here.refuse("campaign", "test", campaign, "--to", "PERSON3@example.org", code=1)
    here.refuse("campaign", "test", campaign, "--to", "person3@example.org", "--as", "1", code=1)
    here.run("suppression", "add", "me@tester.example")
    assert "suppress" in here.refuse("campaign", "test", campaign, "--to", "me@tester.example", code=1)
    here.refuse("campaign", "test", campaign, "--to", "nobody", code=2)
    assert catcher.log() == []
    # A tester who says so may stand in the list.
    here.run("campaign", "test", campaign, "--to", "person3@example.org", "--as", "person3@example.org")
    assert catcher.recipients() == {"person3@example.org": 1}


def test_the_servers_own_words_are_told(installed, catcher):
    here = installed
    campaign = draft(here, catcher.port)
    assert "550" in here.refuse("campaign", "test", campaign, "--to", UNKNOWN_USER, code=1)
    assert here.ask("suppression", "list")["suppressions"] == []
    catcher.stop()
    assert "Nothing was sent" in here.refuse("campaign", "test", campaign, "--to", "me@tester.example", code=1)
    assert here.ask("mailbox", "list")["mailboxes"][0]["status"] == "active"


def test_it_takes_a_slot_of_the_cap(installed, catcher):
    here = installed
    campaign = draft(here, catcher.port, "--cap-24h", "1")
    here.run("campaign", "test", campaign, "--to", "me@tester.example")
    assert here.ask("mailbox", "list")["mailboxes"][0]["sent_last_24h"] == 1
    assert "24 hours" in here.refuse("campaign", "test", campaign, "--to", "me@tester.example", code=1)
    assert len(catcher.log()) == 1
