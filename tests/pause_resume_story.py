"""A pause holds a campaign where it is; a restart does not matter to it."""

from postrider.lists import people, write_csv


def test_a_paused_campaign_sends_nothing_until_it_is_resumed(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(30)), "--pace", "30ms")
    other = here.create_campaign(write_csv(here.directory / "b.csv", people(3, "other")), "--pace", "none", name="B")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 5)
        here.run("campaign", "pause", campaign)
        held = here.counts(campaign)["pending"]
        # Another campaign on the same mailbox goes through in the meantime.
        here.send(other, "--wait")
        assert here.campaign(campaign)["status"] == "paused"
        assert here.counts(campaign)["pending"] == held > 0
    with here.serving():
        assert here.campaign(campaign)["status"] == "paused"
        here.run("campaign", "resume", campaign)
        here.run("campaign", "watch", campaign)
    assert here.counts(campaign)["sent"] == 30
    assert set(catcher.recipients().values()) == {1}


def test_the_server_ends_in_time_and_goes_on_where_it_was(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(40)), "--pace", "30ms")
    server = here.start_server()
    here.send(campaign)
    here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 5)
    code = server.terminate(seconds=10)
    assert code == 0, server.output()
    assert here.counts(campaign)["uncertain"] == 0
    with here.serving():
        here.run("campaign", "watch", campaign)
    assert here.counts(campaign)["sent"] == 40
    assert set(catcher.recipients().values()) == {1}


def test_an_end_that_cuts_sessions_short_is_nobodys_fault(here, catcher):
    """The mail server sits on a dot; the next email's envelope is with it, and others wait in line."""
    here.add_mailbox(catcher.port, "--sessions", "1")
    listed = write_csv(here.directory / "list.csv", [("late-30000+slow@example.org", "S", ""), *people(5)])
    campaign = here.create_campaign(listed, "--pace", "none")
    server = here.start_server()
    here.send(campaign)
    catcher.wait_for_entries(1)
    code = server.terminate(seconds=10)
    assert code == 0, server.output()
    # The dot that got no answer is uncertain; all others wait as if they had never been tried.
    [mailbox] = here.ask("mailbox", "list")["mailboxes"]
    assert (mailbox["status"], mailbox["why"]) == ("active", "")
    catcher.stop()
    catcher.start()
    with here.serving():
        here.run("campaign", "watch", campaign)
    rows = {row["email"]: row for row in here.export(campaign)}
    assert rows.pop("late-30000+slow@example.org")["status"] == "uncertain"
    assert {(row["status"], row["tries"]) for row in rows.values()} == {("sent", "1")}
    assert max(catcher.recipients().values()) == 1
