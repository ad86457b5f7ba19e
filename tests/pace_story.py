"""Never faster than the pace, never outside the window, never above a limit."""

from datetime import datetime, timedelta, timezone

from postrider.lists import people, write_csv
from postrider.times import moment


def gaps(catcher):
    """Milliseconds between the messages, as the mail server saw them."""
    times = catcher.times()
    return [(later - earlier) * 1000 for earlier, later in zip(times, times[1:])]


def test_no_gap_is_shorter_than_the_pace(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(30)), "--pace", "50ms-90ms")
    with here.serving():
        here.send(campaign, "--wait")
    seen = gaps(catcher)
    assert len(seen) == 29
    # The gate keeps the pace; what the line adds may shorten one gap as it lengthens another.
    assert sum(seen) >= 29 * 50 - 20
    assert min(seen) >= 40, seen


def test_two_campaigns_share_the_pace_of_their_mailbox(here, catcher):
    here.add_mailbox(catcher.port)
    ids = [here.create_campaign(write_csv(here.directory / f"{n}.csv", people(10, n)), "--pace", "60ms", name=n)
           for n in ("a", "b")]
    with here.serving():
        for campaign in ids:
            here.send(campaign)
        for campaign in ids:
            here.run("campaign", "watch", campaign)
    seen = gaps(catcher)
    assert len(seen) == 19
    assert min(seen) >= 50, seen


def test_a_cap_holds_the_rest_back_and_says_until_when(here, catcher):
    here.add_mailbox(catcher.port, "--cap-24h", "3")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
    with here.serving():
        here.send(campaign)
        waiting = here.wait_for(campaign, lambda shown: shown["counts"]["sent"] == 3
                                and shown["waiting"]["until"])["waiting"]
    until = moment(waiting["until"])
    day = timedelta(hours=24)
    assert day - timedelta(minutes=2) < until - datetime.now(timezone.utc) <= day
    assert len(catcher.log()) == 3


def test_a_rate_per_minute_spreads_the_emails(here, catcher):
    here.add_mailbox(catcher.port, "--per-minute", "600")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(10)), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
    assert min(gaps(catcher)) >= 90
