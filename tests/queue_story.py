"""Queues: settings are live at once, a pause holds, a purge loses nothing."""

import re

from postrider.lists import people, write_csv

DEFAULT = "email-campaign-queue"


def test_a_queue_is_created_described_and_changed(here):
    here.run("queue", "create", "slow", "--max-dispatches-per-second", "2", "--max-attempts", "5",
             "--max-retry-duration", "1h", "--min-backoff", "1s", "--max-backoff", "10s", "--max-doublings", "3",
             "--max-concurrent-dispatches", "4")
    assert {q["name"] for q in here.ask("queue", "list")["queues"]} == {DEFAULT, "slow"}
    slow = here.ask("queue", "describe", "slow")
    assert (slow["max_dispatches_per_second"], slow["max_attempts"], slow["min_backoff"]) == (2, 5, "1s")
    here.run("queue", "update", "slow", "--max-attempts", "-1")
    slow = here.ask("queue", "describe", "slow")
    assert (slow["max_attempts"], slow["min_backoff"], slow["max_doublings"]) == (-1, "1s", 3)
    assert "slow" in here.refuse("queue", "create", "slow", code=1)
    here.refuse("queue", "create", "bad name!", code=2)
    here.refuse("queue", "describe", "nowhere", code=1)


def test_a_paused_queue_holds_its_tasks(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
    here.run("queue", "pause", DEFAULT)
    with here.serving():
        here.send(campaign)
        waiting = here.wait_for(campaign, lambda shown: "queue" in shown["waiting"]["what"])["waiting"]
        assert "paused" in waiting["what"] and waiting["until"] is None
        assert catcher.log() == []
        here.run("queue", "resume", DEFAULT)
        here.run("campaign", "watch", campaign)
    assert len(catcher.log()) == 5


def test_a_purge_pauses_the_campaign_and_resume_makes_tasks_for_exactly_those(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(40)), "--pace", "40ms")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 5)
        here.run("queue", "purge", DEFAULT)
        shown = here.campaign(campaign)
        assert shown["status"] == "paused"
        match = re.fullmatch(r"queue purged \d\d:\d\d, (\d+) emails? without a task", shown["why"])
        assert match, shown["why"]
        pending = here.wait_for(campaign, lambda s: s["counts"]["pending"] == int(match[1]))["counts"]["pending"]
        assert 0 < pending <= 35
        assert here.ask("queue", "describe", DEFAULT)["purged_at"]
        assert [t for t in here.ask("queue", "tasks", DEFAULT)["tasks"] if t["kind"] == "email"] == []
        here.run("campaign", "resume", campaign)
        here.run("campaign", "watch", campaign)
    assert here.counts(campaign)["sent"] == 40
    assert set(catcher.recipients().values()) == {1} and len(catcher.recipients()) == 40


def test_a_rate_is_live_at_once(here, catcher):
    here.run("queue", "create", "slow", "--max-dispatches-per-second", "1")
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(100)), "--pace", "none",
                                    "--queue", "slow")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 2)
        assert here.counts(campaign)["sent"] < 50
        here.run("queue", "update", "slow", "--max-dispatches-per-second", "unlimited")
        here.run("campaign", "watch", campaign)
    assert here.counts(campaign)["sent"] == 100
