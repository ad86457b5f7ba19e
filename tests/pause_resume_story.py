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
