"""What deserves a retry gets one, and never more tries than were promised."""

from collections import Counter

from postrider.lists import write_csv
from postrider.scripted import DEFERRED_ALWAYS, DEFERRED_ONCE
from postrider.times import seconds_between


def quick_queue(here):
    here.run("queue", "update", "email-campaign-queue", "--min-backoff", "0.2s", "--max-backoff", "0.3s")


def test_an_address_the_server_defers_is_tried_again_and_then_given_up(here, catcher):
    quick_queue(here)
    listed = write_csv(here.directory / "list.csv", [(DEFERRED_ONCE, "D", ""), (DEFERRED_ALWAYS, "E", ""),
                                                     ("ana@example.org", "A", "")])
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none", "--max-tries", "3")
    with here.serving():
        here.send(campaign, "--wait")
    rows = {row["email"]: row for row in here.export(campaign)}
    assert (rows["ana@example.org"]["status"], rows["ana@example.org"]["tries"]) == ("sent", "1")
    assert (rows[DEFERRED_ONCE]["status"], rows[DEFERRED_ONCE]["tries"]) == ("sent", "2")
    assert (rows[DEFERRED_ALWAYS]["status"], rows[DEFERRED_ALWAYS]["tries"]) == ("failed", "3")
    # The server's own words are kept.
    assert rows[DEFERRED_ALWAYS]["code"].startswith("4")
    assert rows[DEFERRED_ALWAYS]["server_text"]


def test_a_queue_that_allows_more_attempts_is_live_at_once(here, catcher):
    here.run("queue", "update", "email-campaign-queue", "--min-backoff", "1s", "--max-backoff", "1s")
    listed = write_csv(here.directory / "list.csv", [(DEFERRED_ALWAYS, "E", "")])
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    fixed = here.create_campaign(listed, "--pace", "none", "--max-tries", "2", name="fixed")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda _: here.attempts(campaign, DEFERRED_ALWAYS))
        here.run("queue", "update", "email-campaign-queue", "--max-attempts", "5", "--min-backoff", "0.1s",
                 "--max-backoff", "0.1s")
        assert here.campaign(campaign)["max_tries"] == 5
        here.run("campaign", "watch", campaign)
        here.send(fixed)
        here.run("campaign", "watch", fixed)
    assert here.export(campaign)[0]["tries"] == "5"
    # What a campaign says itself goes before what its queue says.
    assert here.export(fixed)[0]["tries"] == "2"


def test_every_attempt_is_on_record(here, catcher):
    quick_queue(here)
    listed = write_csv(here.directory / "list.csv", [(DEFERRED_ONCE, "D", "")])
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
    [email] = here.ask("campaign", "emails", campaign, "--address", DEFERRED_ONCE)["emails"]
    attempts = email["attempts"]
    assert [attempt["disposition"] for attempt in attempts] == ["deferred", "delivered"]
    assert all(attempt["charged"] for attempt in attempts)
    assert email["send_attempts"] == 2 <= email["max_send_attempts"]
    assert attempts[0]["stage"] == "rcpt" and attempts[0]["code"] in (450, 451, 452)


def test_by_default_the_first_retry_waits_five_minutes_and_says_so(here, catcher):
    listed = write_csv(here.directory / "list.csv", [(DEFERRED_ONCE, "D", "")])
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda _: here.attempts(campaign, DEFERRED_ONCE))
        shown = here.campaign(campaign)
        assert shown["status"] == "sending" and shown["waiting"]["until"]
        [task] = [t for t in here.ask("queue", "tasks", "email-campaign-queue")["tasks"] if t["kind"] == "email"]
        assert task["attempts"] == 1
    wait = seconds_between(here.attempts(campaign, DEFERRED_ONCE)[0]["ended_at"], task["due_at"])
    assert 300 <= wait <= 331
    assert Counter(here.states(campaign).values()) == {"pending": 1}
