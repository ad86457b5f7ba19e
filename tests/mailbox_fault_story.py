"""A mailbox's fault pauses the mailbox and never costs a recipient."""

from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.waiting import wait_until


def mailbox(here):
    [found] = here.ask("mailbox", "list")["mailboxes"]
    return found


def test_a_mail_server_that_is_away_pauses_the_mailbox_and_costs_no_try(here, catcher):
    catcher.stop()
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", people(10))
    campaign = here.create_campaign(listed, "--pace", "none")
    with here.serving():
        here.send(campaign)
        wait_until(lambda: mailbox(here)["status"] == "paused", 30, "the mailbox is paused")
        shown = here.campaign(campaign)
        assert shown["status"] == "sending"
        assert "box" in shown["waiting"]["what"] and shown["waiting"]["until"]
        assert all(row["tries"] == "0" and row["status"] == "pending" for row in here.export(campaign))

        # It comes back, and a person need not wait for the next probe.
        catcher.start()
        here.run("mailbox", "test", "box")
        here.run("mailbox", "resume", "box")
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 30, "all are sent")
    assert here.counts(campaign)["sent"] == 10
    assert set(row["tries"] for row in here.export(campaign)) == {"1"}


def test_testing_a_mailbox_says_which_step_failed(here):
    here.add_mailbox(free_port())
    sentence = here.refuse("mailbox", "test", "box", code=1)
    assert "connect" in sentence.lower() or "refused" in sentence.lower()


def test_one_paused_mailbox_does_not_hold_up_another(here, catcher):
    here.add_mailbox(free_port(), name="away")
    here.add_mailbox(catcher.port, name="fine")
    first = here.create_campaign(write_csv(here.directory / "a.csv", people(5, "a")), "--pace", "none",
                                 name="A", mailbox="away")
    second = here.create_campaign(write_csv(here.directory / "b.csv", people(5, "b")), "--pace", "none",
                                  name="B", mailbox="fine")
    with here.serving():
        here.send(first)
        here.send(second, "--wait")
    assert here.counts(second)["sent"] == 5
    assert here.counts(first)["pending"] == 5
