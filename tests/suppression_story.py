"""A suppressed person gets nothing, from the commit on, in every campaign."""

from postrider.lists import people, write_csv
from postrider.scripted import UNKNOWN_USER


def test_who_is_suppressed_after_the_import_is_skipped(here, catcher):
    here.add_mailbox(catcher.port)
    rows = [*people(3), ("ann@closed.example", "Ann", ""), ("bea@sub.closed.example", "Bea", "")]
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", rows), "--pace", "none")
    here.run("suppression", "add", "Person2@example.org", "--reason", "asked by phone")
    here.run("suppression", "add", "closed.example")
    with here.serving():
        here.send(campaign, "--wait")
    states = here.states(campaign)
    assert states["person2@example.org"] == "skipped"
    assert states["ann@closed.example"] == "skipped"
    reasons = {row["email"]: row["reason"] for row in here.export(campaign)}
    assert "asked by phone" in reasons["person2@example.org"]
    assert "person2@example.org" not in catcher.recipients()
    assert "ann@closed.example" not in catcher.recipients()


def test_an_address_that_does_not_exist_is_suppressed_for_the_next_campaign(here, catcher):
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", [*people(2), (UNKNOWN_USER, "Nobody", "")])
    first = here.create_campaign(listed, "--pace", "none", name="first")
    second = here.create_campaign(listed, "--pace", "none", name="second")
    with here.serving():
        here.send(first, "--wait")
        assert here.states(first)[UNKNOWN_USER] == "bounced"
        here.send(second, "--wait")
        third = here.ask("campaign", "create", "--name", "third", "--subject", "S", "--message", "M", "--csv", listed)
    assert here.states(second)[UNKNOWN_USER] == "skipped"
    assert third["suppressed"] == 1
    assert [s["key"] for s in here.ask("suppression", "list")["suppressions"]] == [UNKNOWN_USER]
    assert len(here.attempts(first, UNKNOWN_USER)) == 1
    assert here.attempts(second, UNKNOWN_USER) == []


def test_a_removed_suppression_lets_mail_through_again(here, catcher):
    here.add_mailbox(catcher.port)
    here.run("suppression", "add", "person1@example.org")
    here.run("suppression", "add", "person1@example.org")
    here.run("suppression", "remove", "person1@example.org")
    here.refuse("suppression", "remove", "person1@example.org", code=1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(1)), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
    assert here.states(campaign) == {"person1@example.org": "sent"}
