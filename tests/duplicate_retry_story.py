"""Starting over: retry takes the failed, duplicate takes whom it is told to."""

from postrider.lists import people, write_csv
from postrider.scripted import LINE_LOST, REFUSED, UNKNOWN_USER


def finished_campaign(here, catcher):
    here.add_mailbox(catcher.port)
    rows = [*people(3), (REFUSED, "R", ""), (UNKNOWN_USER, "U", ""), (LINE_LOST, "L", "")]
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", rows), "--pace", "none")
    here.send(campaign, "--wait")
    return campaign


def recipients(here, campaign):
    return {email["email"] for email in here.ask("campaign", "emails", campaign)["emails"]}


def test_retry_takes_only_the_failed(here, catcher):
    with here.serving():
        campaign = finished_campaign(here, catcher)
        assert here.ask("campaign", "retry", campaign)["retried"] == 1
        here.run("campaign", "watch", campaign)
    assert here.states(campaign)[REFUSED] == "failed"
    assert len(here.attempts(campaign, REFUSED)) == 2
    assert catcher.recipients()[LINE_LOST] == 1
    assert len(here.attempts(campaign, UNKNOWN_USER)) == 1
    assert all(catcher.recipients()[address] == 1 for address, _, _ in people(3))


def test_duplicate_takes_the_unsent_the_failed_or_all(here, catcher):
    with here.serving():
        campaign = finished_campaign(here, catcher)
    failed = here.ask("campaign", "duplicate", campaign, "--only", "failed")["id"]
    assert recipients(here, failed) == {REFUSED}
    unsent = here.ask("campaign", "duplicate", campaign, "--only", "unsent", "--name", "Again")["id"]
    # Neither sent nor uncertain. Who is suppressed by now may be in it, but is never mailed.
    assert recipients(here, unsent) <= {REFUSED, UNKNOWN_USER}
    assert REFUSED in recipients(here, unsent)
    assert here.campaign(unsent)["name"] == "Again"
    everyone = here.ask("campaign", "duplicate", campaign)["id"]
    assert len(recipients(here, everyone)) >= 5
    assert here.campaign(everyone)["status"] == "draft"
    assert here.campaign(everyone)["subject"] == here.campaign(campaign)["subject"]


def test_a_stopped_campaign_is_continued_by_a_duplicate_of_the_unsent(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(20)), "--pace", "50ms")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 3)
        here.run("campaign", "stop", campaign)
        here.run("campaign", "watch", campaign)
        rest = here.ask("campaign", "duplicate", campaign, "--only", "unsent")["id"]
        here.send(rest, "--wait")
    assert catcher.recipients() == {address: 1 for address, _, _ in people(20)}


def test_a_campaign_of_which_nothing_was_sent_has_failed(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", [(REFUSED, "R", "")]), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait", expect=1)
    assert here.campaign(campaign)["status"] == "failed"
    assert here.campaign(campaign)["success_rate"] == 0


def test_a_deleted_campaign_takes_its_tasks_along_and_its_number_is_not_used_again(here, catcher):
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", people(3))
    first = here.create_campaign(listed, "--pace", "none")
    here.send(first)
    here.refuse("campaign", "delete", first, code=1)
    here.run("campaign", "stop", first)
    here.run("campaign", "delete", first)
    here.refuse("campaign", "show", first, code=1)
    assert here.create_campaign(listed, "--pace", "none") > first
    assert here.ask("queue", "tasks", "email-campaign-queue")["tasks"] == []
