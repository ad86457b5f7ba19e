"""One Postrider is the queue of another: every email is sent because the other one rings for it, whichever of the two
is stopped, killed or purged meanwhile."""

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest

from postrider.alarm_pair import STRANGER, AlarmPair
from postrider.lists import addresses, people
from postrider.rung_server import RINGER, email_of, show, start
from postrider.scripted import DEFERRED_ONCE, many
from postrider.times import moment
from postrider.waiting import wait_until

EMAILS = 300
STEADY = {"maxDispatchesPerSecond": 60, "maxConcurrentDispatches": 40}  # some seconds, so that there is a half-way
SESSIONS = ("--sessions", "40")


@pytest.fixture
def new_pair(new_installation):
    made = []

    def make(**more):
        made.append(AlarmPair(new_installation, rates=STEADY, **more))
        return made[-1]

    yield make
    for pair in made:
        pair.end()


def emails_of(api, campaign):
    return api.pages(f"/api/campaigns/{campaign}/emails?limit=200")


def assert_each_got_one(catcher, rows):
    delivered = catcher.recipients()
    assert set(delivered) == set(addresses(rows)) and set(delivered.values()) == {1}, delivered.most_common(3)


def claims_of(request):
    kind, _, token = request.headers["authorization"].partition(" ")
    assert kind == "Bearer"
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_every_email_is_rung_for_and_no_alarm_is_left(new_pair, catcher):
    pair, rows = new_pair(), people(EMAILS)
    campaign = pair.new_campaign(catcher.port, rows, mailbox=SESSIONS)
    with pair.serving() as api:
        start(api, campaign)
        asked = len(pair.proxy.requests)
        pair.wait_until_over()
        assert pair.proxy.of_others(since=asked) == []
        assert show(api, campaign)["status"] == "completed"
        assert {(one["status"], one["send_attempts"]) for one in emails_of(api, campaign)} == {("sent", 1)}
        assert pair.queue.alarms() == {}, "nor one of the tick"
    assert_each_got_one(catcher, rows)
    rings = pair.rings()
    assert len(rings) == EMAILS + 1  # and the tick
    tokens = [claims_of(one) for made in rings.values() for one in made]
    assert {(one["iss"], one["aud"], one["email"]) for one in tokens} == {(pair.queue.url, pair.proxy.url, RINGER)}


def test_two_senders_share_one_queue(new_pair, catcher):
    pair = new_pair()
    second = new_pair(beside=pair)
    slow = pair.new_campaign(catcher.port, people(20), pace="1h")
    fast = second.new_campaign(catcher.port, people(200, "other"), mailbox=SESSIONS)
    with pair.serving() as api, second.serving() as other:
        start(api, slow)
        start(other, fast)
        api.post(f"/api/campaigns/{slow}/stop")  # takes its own alarms away, and no other's
        pair.wait_until_over()
        assert show(other, fast)["status"] == "completed"
        already = show(api, slow)["emails_sent"]
    delivered = catcher.recipients()
    assert set(addresses(people(200, "other"))) <= set(delivered) and set(delivered.values()) == {1}
    assert len(delivered) == 200 + already and already <= 1


def test_a_tick_that_another_took_the_place_of_leaves_the_queue(new_pair, catcher):
    pair = new_pair()
    campaigns = [pair.new_campaign(catcher.port, people(3), pace="1h")]
    for n in range(3):
        campaigns.append(pair.here.create_campaign(pair.here.directory / "list.csv", "--pace", "1h", name=f"News {n}"))
    soon = datetime.now(timezone.utc) + timedelta(hours=1)

    def one_waits():
        return [moment(tick["scheduleTime"]) > soon for tick in pair.queue.alarms()[None]] == [True]

    with pair.serving() as api:
        for campaign in campaigns:
            start(api, campaign)  # wants a tick at once, where one waits that looks after the others hours later
            wait_until(one_waits, 60, "the tick has one alarm, and that is for hours later")


def test_whoever_else_uses_that_queue_server_rings_in_vain(new_pair, catcher):
    pair = new_pair(freezes=False)
    queue, url = pair.queue, pair.proxy.url
    campaign = pair.new_campaign(catcher.port, people(3))
    other = queue.new_key("another")
    with pair.serving() as api:
        queue.pause()
        start(api, campaign)
        email = min(wait_until(pair.planned, 60, "emails are planned"))
        theirs = queue.tasks.new_queue()  # where a failure is tried again after an hour

        def ring(**token):
            body = base64.b64encode(json.dumps({"email_send_id": email}).encode()).decode()
            request = {"url": url + "/api/tasks/send-email", "body": body, "headers": {"Content-Type": "application/json"}}
            return {"task": {"httpRequest": request | ({"oidcToken": token} if token else {})}}

        # Another's key gets no token that names the account, and no other token rings.
        of_sender = {"serviceAccountEmail": RINGER, "audience": url}
        queue.tasks.refuse("PERMISSION_DENIED", "POST", f"{theirs}/tasks", ring(**of_sender), key=other)
        for key, token in ((other, {}), (other, of_sender | {"serviceAccountEmail": STRANGER}),
                           (queue.key, of_sender | {"audience": "https://other.example.org"})):
            asked = len(pair.rings()[email])
            task = queue.tasks.ask("POST", f"{theirs}/tasks", ring(**token), key=key)["name"]
            queue.tasks.wait_for(task, lambda told: told.get("responseCount") == 1)
            [rung] = pair.rings()[email][asked:]
            assert rung.status in (401, 403), f"{token}: {rung}"
        assert catcher.log() == [] and show(api, campaign)["emails_sent"] == 0
        # The very same task with the right one does.
        queue.tasks.ask("POST", f"{theirs}/tasks", ring(**of_sender))
        catcher.wait_for_entries(1)
        queue.resume()
        wait_until(lambda: show(api, campaign)["status"] == "completed", 60, "the others are rung for as well")
    assert_each_got_one(catcher, people(3))


def test_a_deferred_recipient_is_rung_for_again_and_ends_sent(new_pair, catcher):
    pair = new_pair()
    pair.here.run("queue", "update", "email-campaign-queue", "--min-backoff", "1s", "--max-backoff", "1s")
    deferred = many(DEFERRED_ONCE, 5)
    rows = [*((address, "D", "") for address in deferred), *people(20)]
    campaign = pair.new_campaign(catcher.port, rows, mailbox=SESSIONS)
    with pair.serving() as api:
        start(api, campaign)
        pair.wait_until_over()
        emails = {one["recipient_email"]: one for one in emails_of(api, campaign)}
    assert {one["status"] for one in emails.values()} == {"sent"}
    rings = pair.rings()
    for address, one in emails.items():
        tries = 2 if address in deferred else 1
        assert one["send_attempts"] == tries and len(rings[one["id"]]) >= tries, one
    # Not by trying the same alarm again: a deferral is no failure of the ring.
    assert pair.refusals() == {}
    assert_each_got_one(catcher, rows)


def test_a_sender_that_is_stopped_most_of_the_time_and_killed_half_way_accounts_for_everybody(new_pair, catcher):
    pair, rows = new_pair(asleep=0.75), people(200)
    campaign = pair.new_campaign(catcher.port, rows, mailbox=SESSIONS)
    with pair.serving() as api:
        start(api, campaign)
        pair.proxy.kill_at_random(2, (40, 70), seed=7)
        pair.wait_until_over()
        pair.proxy.wait_for_kills(2)
        pair.proxy.release()
        emails, shown = emails_of(api, campaign), show(api, campaign)
    assert (shown["status"], shown["emails_pending"]) == ("completed", 0), shown
    assert {one["recipient_email"] for one in emails} == set(addresses(rows))
    # What was past the final dot at a kill nobody can know; whoever was not there then has simply got one.
    delivered = catcher.recipients()
    assert set(delivered.values()) == {1}, delivered.most_common(3)
    assert {one["status"] for one in emails} <= {"sent", "uncertain"}
    assert {one["recipient_email"] for one in emails if one["status"] == "sent"} <= set(delivered)
    killed = {email_of(request.body) for request in pair.proxy.requests if request.met_a_kill}
    spared = [one for one in emails if one["id"] not in killed]
    assert len(spared) > len(rows) / 2 and {one["status"] for one in spared} == {"sent"}


def test_a_queue_that_is_killed_half_way_loses_no_alarm(new_pair, catcher):
    pair = new_pair()
    pair.here.run("queue", "update", "email-campaign-queue", "--min-backoff", "1s", "--max-backoff", "1s")
    rows = [*people(EMAILS), *((address, "D", "") for address in many(DEFERRED_ONCE, 30))]
    campaign = pair.new_campaign(catcher.port, rows, mailbox=SESSIONS)
    with pair.serving() as api:
        start(api, campaign)
        for landed in (1, 60, 150):
            catcher.wait_for_entries(landed)
            pair.queue.kill_and_restart()
        assert len(catcher.log()) < len(rows), "the last kill came too late"
        pair.wait_until_over()
        shown = show(api, campaign)
        assert (shown["status"], shown["emails_sent"]) == ("completed", len(rows)), shown
    assert_each_got_one(catcher, rows)


def test_a_purge_pauses_the_campaign_and_resume_sends_the_rest(new_pair, catcher):
    pair, rows = new_pair(freezes=False), people(24)
    campaign = pair.new_campaign(catcher.port, rows, pace="400ms")
    with pair.serving() as api:
        start(api, campaign)
        catcher.wait_for_entries(3)
        pair.queue.purge()
        pair.wait_until_over()  # what was under way, and what that set anew
        assert pair.planned(), "the purge came too late"
        # A server looks once in four minutes; a new one, as after a while on Cloud Run, when it is first asked something.
        pair.finish(of_both=False)
        pair.proxy.stand_before(pair.start())
        show(api, campaign)
        wait_until(lambda: show(api, campaign)["status"] == "paused", 60, "the campaign is paused")
        shown = show(api, campaign)
        assert "purged" in shown["error_message"], shown
        assert shown["emails_sent"] + shown["emails_pending"] == len(rows) and shown["emails_pending"] > 0
        api.post(f"/api/campaigns/{campaign}/resume")
        pair.wait_until_over()
        assert show(api, campaign)["emails_sent"] == len(rows)
    assert_each_got_one(catcher, rows)
