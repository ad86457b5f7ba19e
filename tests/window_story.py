"""Never outside the window, and the campaign says until when it waits."""

from datetime import datetime, timedelta, timezone

from postrider.lists import people, write_csv
from postrider.times import moment


def closed_window():
    """Hours (in UTC) that do not hold now, nor the next hour."""
    start = (datetime.now(timezone.utc).hour + 3) % 24
    return start, f"{start}-{start + 1}"


def open_window():
    start = datetime.now(timezone.utc).hour
    return f"{start}-{(start + 2) % 24 or 24}"


def test_a_closed_window_sends_nothing_and_says_until_when(here, catcher):
    start, hours = closed_window()
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none",
                                    "--window", hours, "--all-days")
    with here.serving():
        here.send(campaign)
        waiting = here.wait_for(campaign, lambda shown: shown["waiting"]["until"])["waiting"]
    assert "window" in waiting["what"]
    until = moment(waiting["until"])
    assert (until.hour, until.minute, until.second) == (start, 0, 0)
    assert timedelta(0) < until - datetime.now(timezone.utc) < timedelta(hours=24)
    assert catcher.log() == []
    assert here.counts(campaign)["pending"] == 5


def test_an_open_window_sends(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none",
                                    "--window", open_window(), "--all-days")
    with here.serving():
        here.send(campaign, "--wait")
    assert len(catcher.log()) == 5


def test_a_start_at_a_time_waits_for_it(here, catcher):
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", people(3))
    soon = here.create_campaign(listed, "--pace", "none", name="soon")
    later = here.create_campaign(listed, "--pace", "none", name="later")
    at = datetime.now(timezone.utc) + timedelta(seconds=4)
    with here.serving():
        here.send(later, "--at", (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
        here.send(soon, "--at", at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "--wait")
    assert here.campaign(later)["status"] == "scheduled"
    assert len(catcher.log()) == 3
    assert min(catcher.times()) >= at.timestamp()


def test_an_unknown_zone_is_refused_with_a_name_that_exists(here):
    listed = write_csv(here.directory / "list.csv", people(1))
    sentence = here.refuse("campaign", "create", "--name", "N", "--subject", "S", "--message", "M", "--csv", listed,
                           "--window", "9-17", "--zone", "Europe/Pariss", code=2)
    assert "Europe/Paris" in sentence


def test_a_plan_costs_nothing_and_stays_in_the_window(here):
    here.add_mailbox(1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(200)), "--pace", "4m-7m",
                                    "--window", "9-17", "--zone", "Europe/Paris")
    plan = here.ask("campaign", "plan", campaign, "--emails", "200")
    due = [moment(email["due_at"]) for email in plan["first_emails"]]
    assert len(due) == 200
    assert all(later - earlier >= timedelta(minutes=4) for earlier, later in zip(due, due[1:]))
    # Paris is one or two hours ahead of UTC.
    assert all(7 <= moment.hour < 16 and moment.weekday() < 5 for moment in due)
    assert here.campaign(campaign)["status"] == "draft"
