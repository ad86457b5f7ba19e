"""The brake: a list that is refused again and again pauses itself."""

from postrider.lists import people, write_csv
from postrider.scripted import REFUSED, many


def mixed_list(here, refused):
    rows = [(address, "R", "") for address in many(REFUSED, refused)]
    return write_csv(here.directory / "list.csv", [*people(5), *rows, *people(50, "later")])


def test_a_campaign_whose_emails_are_refused_pauses_itself_and_says_why(here, catcher):
    here.add_mailbox(catcher.port, "--sessions", "1")
    campaign = here.create_campaign(mixed_list(here, 20), "--pace", "10ms")
    with here.serving():
        here.send(campaign)
        shown = here.wait_for(campaign, lambda shown: shown["status"] == "paused")
    assert "refus" in shown["why"]
    counts = here.counts(campaign)
    assert 10 <= counts["failed"] <= 12
    assert counts["pending"] >= 50
    assert {row["status"] for row in here.export(campaign) if row["email"] in many(REFUSED, 20)} >= {"failed"}


def test_the_brake_can_be_set_and_taken_off(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(mixed_list(here, 20), "--pace", "none", "--brake", "off")
    with here.serving():
        here.send(campaign, "--wait")
    assert here.counts(campaign)["failed"] == 20


def test_after_a_look_a_person_resumes(here, catcher):
    here.add_mailbox(catcher.port, "--sessions", "1")
    campaign = here.create_campaign(mixed_list(here, 3), "--pace", "10ms", "--brake", "3:5")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["status"] == "paused")
        here.run("campaign", "resume", campaign)
        here.run("campaign", "watch", campaign)
    counts = here.counts(campaign)
    assert (counts["sent"], counts["failed"], counts["pending"]) == (55, 3, 0)
