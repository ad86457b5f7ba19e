"""A server that fails at each stage in turn: what becomes of the email, of its tries, and of the mailbox."""

import pytest

from postrider.lists import people, write_csv
from postrider.waiting import wait_until

LOGIN = "ana:open sesame"
ADDRESS = "person1@example.org"

# fault → the email's state and tries, the mailbox's state, and how many messages the server kept
FAULTS = [
    ("connect close", "pending", "0", "paused", 0),
    ("greeting 554 5.7.1 Go away", "pending", "0", "paused", 0),
    ("greeting garbage", "pending", "0", "paused", 0),
    ("ehlo close", "pending", "0", "paused", 0),
    ("auth 535 5.7.8 Wrong", "pending", "0", "stopped", 0),
    ("auth 454 4.7.0 Too many login attempts", "pending", "0", "paused", 0),
    ("mail 450 4.2.1 Peak SMTP relay limit", "pending", "0", "paused", 0),
    ("mail 552 5.3.4 Too big", "failed", "1", "active", 0),
    ("rcpt 550 5.1.1 No such user", "bounced", "1", "active", 0),
    ("rcpt 451 4.7.1 Greylisted", "pending", "1", "active", 0),
    ("data 451 4.3.0 Not now", "pending", "1", "active", 0),
    ("dot 554 5.7.1 Looks like spam", "failed", "1", "active", 0),
    ("dot close", "uncertain", "1", "active", 0),
    ("dot garbage", "uncertain", "1", "active", 0),
]


@pytest.mark.parametrize("fault,state,tries,mailbox,kept", FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_has_its_meaning(here, new_catcher, fault, state, tries, mailbox, kept):
    catcher = new_catcher("--login", LOGIN, "--fault", fault)
    here.add_mailbox(catcher.port, "--user", "ana", POSTRIDER_SMTP_PASSWORD="open sesame")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(1)), "--pace", "none")
    with here.serving():
        here.send(campaign)
        wait_until(lambda: here.attempts(campaign, ADDRESS), 60, "an attempt is on record")
        [row] = here.export(campaign)
        assert (row["status"], row["tries"]) == (state, tries)
        assert here.ask("mailbox", "show", "box")["status"] == mailbox
    assert len(catcher.log()) == kept


def test_the_third_mail_is_refused_and_the_others_arrive(here, new_catcher):
    catcher = new_catcher("--fault", "mail 3: rcpt 550 5.1.1 No such user", "--fault", "every 10 mails: dot 554 No")
    here.add_mailbox(catcher.port, "--sessions", "1")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(12)), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
    counts = here.counts(campaign)
    assert (counts["sent"], counts["bounced"], counts["failed"]) == (10, 1, 1), counts
    assert len(catcher.log()) == 10
