"""Run on Google's queue: every email is sent because its alarm rings, by a server that is stopped in between."""

from datetime import datetime, timedelta, timezone

import pytest

from postrider.lists import people
from postrider.rung_server import show, start
from postrider.scripted import DEFERRED_ALWAYS
from postrider.times import moment
from postrider.waiting import wait_until

DEFAULT = "email-campaign-queue"
DEFERRED_TWICE = "defer-2@example.org"


def test_a_campaign_is_sent_by_alarms_while_nothing_runs_in_between(new_cloud_run, catcher):
    run = new_cloud_run()
    campaign = run.new_campaign(catcher.port, people(30))
    with run.serving() as api:
        start(api, campaign)
        asked = len(run.proxy.requests)
        run.wait_until_over()
        assert run.proxy.of_others(since=asked) == []
        assert show(api, campaign)["status"] == "completed"
    assert len(catcher.recipients()) == 30 and set(catcher.recipients().values()) == {1}
    assert run.refusals() == {}
    rung = {dispatch.url.removeprefix(run.proxy.url) for dispatch in run.tasks.dispatches}
    assert rung == {"/api/tasks/send-email", "/api/tasks/tick"}
    assert all(statuses.count(200) == 1 for statuses in run.tasks.create_statuses.values())


def test_a_deferred_recipient_costs_the_queue_none_of_its_attempts(new_cloud_run, catcher):
    run = new_cloud_run()  # the deployment guide's: three attempts, an hour, first after 0.1 s
    run.here.run("queue", "update", DEFAULT, "--min-backoff", "1s", "--max-backoff", "1s")
    rows = [(DEFERRED_TWICE, "D", ""), (DEFERRED_ALWAYS, "E", ""), *people(10)]
    campaign = run.new_campaign(catcher.port, rows, "--max-tries", "4", mailbox=("--sessions", "20"))
    with run.serving() as api:
        start(api, campaign)
        run.wait_until_over()
        emails = {one["recipient_email"]: one for one in api.pages(f"/api/campaigns/{campaign}/emails")}
        assert (emails[DEFERRED_TWICE]["status"], emails[DEFERRED_TWICE]["send_attempts"]) == ("sent", 3)
        assert (emails[DEFERRED_ALWAYS]["status"], emails[DEFERRED_ALWAYS]["send_attempts"]) == ("failed", 4)
        assert {one["status"] for address, one in emails.items() if address.startswith("person")} == {"sent"}
        assert len(run.rings()[emails[DEFERRED_TWICE]["id"]]) >= 3
        assert len(run.rings()[emails[DEFERRED_ALWAYS]["id"]]) >= 4
    # The guide's queue forgives two: none was needed.
    assert run.refusals() == {} and run.queue.given_up == []
    assert set(catcher.recipients().values()) == {1}


def test_a_pace_is_kept_by_alarms(new_cloud_run, catcher):
    run = new_cloud_run()
    campaign = run.new_campaign(catcher.port, people(8), pace="400ms")
    with run.serving() as api:
        start(api, campaign)
        run.wait_until_over()
        assert show(api, campaign)["emails_sent"] == 8
    times = catcher.times()
    assert min(later - sooner for sooner, later in zip(times, times[1:])) >= 0.3, times
    assert run.refusals() == {}


# ---- ticks


def test_a_scheduled_campaign_is_started_by_its_tick(new_cloud_run, catcher):
    run = new_cloud_run()
    campaign = run.new_campaign(catcher.port, people(5))
    with run.serving() as api:
        begins = datetime.now(timezone.utc) + timedelta(seconds=5)
        data = start(api, campaign, send_immediately=False, scheduled_at=begins.isoformat())
        assert data["status"] == "scheduled"
        asked = len(run.proxy.requests)
        with run.tasks.lock:
            [tick] = run.queue.tasks.values()
            rings_at = datetime.fromtimestamp(tick.schedule / 1e6, timezone.utc)
        assert abs((rings_at - moment(data["scheduled_at"])).total_seconds()) < 2
        run.wait_until_over()
        assert run.proxy.of_others(since=asked) == []
        assert show(api, campaign)["emails_sent"] == 5
    assert min(catcher.times()) >= moment(data["scheduled_at"]).timestamp()


def test_a_tick_by_an_api_key_does_what_the_queues_does(new_cloud_run, catcher):
    run = new_cloud_run()
    campaign = run.new_campaign(catcher.port, people(5))
    scheduler = run.here.ask("key", "create", "--name", "scheduler", "--scope", "tasks")["key"]
    run.tasks.pause(run.queue)  # it takes alarms and rings for nobody
    with run.serving() as api:
        start(api, campaign)
        owner, api.key = api.key, scheduler
        ticked = api.post("/api/tasks/tick")  # with no body, as Cloud Scheduler may
        assert ticked["status"] == "ok"
        planned = run.planned()
        assert len(planned) == 5 and planned <= set(run.alarms())
        for email in planned:
            assert api.post("/api/tasks/send-email", {"email_send_id": email})["status"] == "success"
        api.key = owner
        assert show(api, campaign)["status"] == "completed"
        run.tasks.resume(run.queue)
        run.wait_until_over()  # what rings now is over, and that is said by 2xx
    assert run.refusals() == {}
    assert set(catcher.recipients().values()) == {1} and len(catcher.recipients()) == 5


def test_a_paused_campaign_sleeps_and_its_resume_wakes_it(new_cloud_run, catcher):
    run = new_cloud_run()
    campaign = run.new_campaign(catcher.port, people(20), pace="300ms")
    with run.serving() as api:
        start(api, campaign)
        catcher.wait_for_entries(3)
        api.post(f"/api/campaigns/{campaign}/pause")
        # Its alarms ring for nothing; at most the tick looks in now and then.
        wait_until(lambda: set(run.alarms()) <= {None}, 60, "all alarms have rung")
        assert show(api, campaign)["emails_pending"] > 0
        api.post(f"/api/campaigns/{campaign}/resume")
        run.wait_until_over()
        assert show(api, campaign)["emails_sent"] == 20
    assert set(catcher.recipients().values()) == {1}
    assert run.refusals() == {}


# ---- purges by hand


@pytest.mark.parametrize("noticed_by", ["a tick by hand", "any request to a new instance"])
def test_a_purge_by_hand_pauses_the_campaign_and_resume_sends_the_rest(new_cloud_run, catcher, noticed_by):
    run = new_cloud_run(freezes=False)
    campaign = run.new_campaign(catcher.port, people(40), pace="400ms")
    with run.serving() as api:
        start(api, campaign)
        catcher.wait_for_entries(5)
        run.tasks.purge(run.queue)
        wait_until(lambda: all(one.ended for one in run.tasks.dispatches), 60, "what rang when it was purged is over")
        run.wait_until_over()  # what that set anew rings, too
        assert len(run.planned()) > 0, "the purge came too late"
        if noticed_by == "a tick by hand":
            assert api.post("/api/tasks/tick", {})["campaigns_paused"] == 1
        else:
            run.finish()
            run.proxy.stand_before(run.start())
            ticks = len(run.rings()[None])
            api.get("/api/campaigns")
            wait_until(lambda: [one for one in run.rings()[None][ticks:] if one.ended], 60, "a tick rings")
        shown = show(api, campaign)
        assert shown["status"] == "paused" and "purged" in shown["error_message"], shown
        assert shown["emails_sent"] + shown["emails_pending"] == 40 and shown["emails_pending"] > 0
        api.post(f"/api/campaigns/{campaign}/resume")
        run.wait_until_over()
        assert show(api, campaign)["emails_sent"] == 40
    assert len(catcher.recipients()) == 40 and set(catcher.recipients().values()) == {1}


def test_a_purge_that_takes_a_tick_which_was_due_is_noticed_all_the_same(new_cloud_run, catcher):
    run = new_cloud_run(freezes=False)
    campaign = run.new_campaign(catcher.port, people(5))
    run.tasks.pause(run.queue)
    with run.serving() as api:
        start(api, campaign)
        wait_until(lambda: show(api, campaign) and len(run.alarms()) == 6, 60, "five alarms and the tick's", every=0.2)
        run.tasks.purge(run.queue)
        run.tasks.resume(run.queue)
        run.finish()
        run.proxy.stand_before(run.start())
        api.get("/api/campaigns")
        wait_until(lambda: run.rings()[None], 60, "a tick rings")
        run.wait_until_over()
        assert show(api, campaign)["status"] == "paused"
        api.post(f"/api/campaigns/{campaign}/resume")
        run.wait_until_over()
        assert show(api, campaign)["emails_sent"] == 5
    assert set(catcher.recipients().values()) == {1}
