"""A server that is stopped most of the time and killed now and then, as those on Cloud Run that scale to zero."""

from collections import Counter

import pytest

from postrider.impatient_server import ImpatientServer
from postrider.lists import addresses, people
from postrider.rung_server import email_of

EMAILS = 1000
KILLS = 4


@pytest.fixture
def impatient():
    """A mail server that hangs up idle sessions, as all do while nobody runs who could keep them open."""
    server = ImpatientServer().start()
    yield server
    server.stop()


def test_a_thousand_emails_of_a_server_that_is_stopped_four_fifths_of_the_time_and_killed(new_cloud_run, impatient):
    run = new_cloud_run(asleep=0.85, queue={"rate": 40, "concurrent": 40})
    proxy, rows = run.proxy, people(EMAILS)
    campaign = run.new_campaign(impatient.port, rows, mailbox=("--sessions", "50"))
    with run.serving() as api:
        api.post(f"/api/campaigns/{campaign}/send", {"send_immediately": True})
        proxy.begin()
        asked = len(proxy.requests)
        proxy.kill_at_random(KILLS, (60, 180), seed=23)
        run.wait_until_over(seconds=600)
        share = proxy.stopped_share()
        proxy.wait_for_kills(KILLS)
        assert share >= 0.8, f"the server was stopped for only {share:.0%} of the time"
        assert proxy.of_others(since=asked) == []
        proxy.release()
        emails = api.pages(f"/api/campaigns/{campaign}/emails?limit=200")
        shown = api.get(f"/api/campaigns/{campaign}")

    # Everybody is accounted for, and nobody got two.
    by_address = {one["recipient_email"]: one for one in emails}
    assert set(by_address) == set(addresses(rows))
    assert (shown["status"], shown["emails_pending"]) == ("completed", 0)
    assert shown["emails_sent"] + shown["emails_uncertain"] == EMAILS, shown
    delivered = Counter(one.recipient for one in impatient.deliveries)
    assert max(delivered.values()) == 1, [address for address, times in delivered.items() if times > 1]
    sent = {one["recipient_email"] for one in emails if one["status"] == "sent"}
    assert sent <= set(delivered), sent - set(delivered)

    # A session that went stale while nobody ran cost no try; whoever was under way at a kill may have lost one.
    killed = {email_of(request.body) for request in proxy.requests if request.met_a_kill}
    assert impatient.hung_up > 20, "sessions were never idle"
    spared = [one for one in emails if one["id"] not in killed]
    assert len(spared) > EMAILS / 2
    assert {(one["status"], one["send_attempts"]) for one in spared} == {("sent", 1)}
    assert all(one["send_attempts"] <= 2 for one in emails)
    assert impatient.faults == []

    assert run.queue.given_up == []  # by the deployment guide's three attempts and an hour
