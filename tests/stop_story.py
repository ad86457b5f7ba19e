"""Stop means stop, and the numbers add up."""

from postrider.lists import people, write_csv


def test_stop_while_sending_lets_nothing_more_out(here, catcher):
    here.add_mailbox(catcher.port, "--sessions", "10")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(300)), "--pace", "10ms")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 10)
        answer = here.ask("campaign", "stop", campaign)
        before = len(catcher.log())
        here.run("campaign", "watch", campaign)
    assert answer["status"] == "cancelled"
    after = len(catcher.log())
    # Only what was past its gate when Stop answered may still have arrived.
    assert after - before <= answer["in_flight"] <= 10
    counts = here.counts(campaign)
    assert counts["sent"] == after < 300
    assert counts["sent"] + counts["skipped"] == 300 and counts["pending"] == 0
    skipped = [row for row in here.export(campaign) if row["status"] == "skipped"]
    assert {row["reason"] for row in skipped} == {"Campaign was cancelled"}
    assert set(catcher.recipients()) == {a for a, s in here.states(campaign).items() if s == "sent"}


def test_a_stopped_campaign_stays_stopped_after_a_restart(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(20)), "--pace", "200ms")
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 2)
        here.run("campaign", "stop", campaign)
    sent = len(catcher.log())
    other = here.create_campaign(write_csv(here.directory / "b.csv", people(1, "other")), "--pace", "none", name="B")
    with here.serving():
        here.send(other, "--wait")
        assert "cancelled" in here.refuse("campaign", "resume", campaign, code=1)
        assert "cancelled" in here.refuse("campaign", "send", campaign, code=1)
    assert len(catcher.log()) == sent + 1


def test_stop_works_without_a_server(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
    here.send(campaign)
    answer = here.ask("campaign", "stop", campaign)
    assert (answer["in_flight"], answer["skipped"]) == (0, 5)
    assert here.counts(campaign)["skipped"] == 5
