"""What cannot be known is its own state, listed, and never resent by itself."""

import pytest

from postrider.lists import people, write_csv
from postrider.scripted import LINE_LOST


def send_with_a_lost_line(here, catcher, *options):
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", [*people(3), (LINE_LOST, "Lost", "")])
    campaign = here.create_campaign(listed, "--pace", "none", *options)
    here.send(campaign, "--wait")
    return campaign


def the_uncertain_one(here):
    [found] = here.ask("uncertain", "list")["uncertain"]
    return found


def test_a_line_lost_after_the_dot_leaves_the_email_uncertain(here, catcher):
    with here.serving():
        campaign = send_with_a_lost_line(here, catcher)
    assert here.campaign(campaign)["status"] == "completed"
    assert here.states(campaign)[LINE_LOST] == "uncertain"
    counts = here.counts(campaign)
    assert (counts["sent"], counts["uncertain"]) == (3, 1)
    found = the_uncertain_one(here)
    assert found["email"] == LINE_LOST and found["message_id"] and found["reason"]
    # Nobody sends it again by himself, not after a restart either.
    with here.serving():
        other = here.create_campaign(write_csv(here.directory / "b.csv", people(1, "b")), "--pace", "none", name="B")
        here.send(other, "--wait")
    assert catcher.recipients()[LINE_LOST] == 1


@pytest.mark.parametrize("verdict", ["sent", "failed"])
def test_a_person_says_what_became_of_it(here, catcher, verdict):
    with here.serving():
        campaign = send_with_a_lost_line(here, catcher)
        here.run("uncertain", "resolve", the_uncertain_one(here)["id"], "--as", verdict)
        assert here.ask("uncertain", "list")["uncertain"] == []
    assert here.states(campaign)[LINE_LOST] == verdict
    assert here.counts(campaign)[verdict] == (4 if verdict == "sent" else 1)
    assert catcher.recipients()[LINE_LOST] == 1


def test_a_person_may_have_it_sent_once_more_under_the_same_message_id(here, catcher):
    # SMTP-WINDOW-11
    with here.serving():
        campaign = send_with_a_lost_line(here, catcher)
        found = the_uncertain_one(here)
        here.run("uncertain", "resolve", found["id"], "--as", "resend")
        here.wait_for(campaign, lambda _: catcher.recipients()[LINE_LOST] == 2)
        here.wait_for(campaign, lambda shown: shown["counts"]["pending"] == 0)
    rows = {row["email"]: row for row in here.export(campaign)}
    assert rows[LINE_LOST]["message_id"] == found["message_id"]


def test_the_policy_assume_sent_counts_it_as_sent_and_says_so(here, catcher):
    with here.serving():
        campaign = send_with_a_lost_line(here, catcher, "--on-uncertain", "assume_sent")
    rows = {row["email"]: row for row in here.export(campaign)}
    assert rows[LINE_LOST]["status"] == "sent" and rows[LINE_LOST]["reason"]
    assert catcher.recipients()[LINE_LOST] == 1


def test_the_policy_resend_sends_it_once_more_and_no_more(here, catcher):
    with here.serving():
        campaign = send_with_a_lost_line(here, catcher, "--on-uncertain", "resend")
    # The second line is lost as well: now it is uncertain for good.
    assert here.states(campaign)[LINE_LOST] == "uncertain"
    assert catcher.recipients()[LINE_LOST] == 2
