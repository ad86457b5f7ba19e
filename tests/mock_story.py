"""Mock mode: everything runs, no socket is opened, and it is shown everywhere."""

from postrider.lists import people, write_csv
from postrider.ports import free_port


def test_mock_mode_sends_nothing_and_shows_it(here, catcher):
    with here.serving(MOCK_EMAIL_SENDING="true") as server:
        here.add_mailbox(catcher.port)
        campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
        sent = here.send(campaign, "--wait")
        assert "mock" in sent.err.lower()
        [mailbox] = here.ask("mailbox", "list")["mailboxes"]
        assert mailbox["mock"] is True
    assert "mock" in server.output().lower()
    rows = here.export(campaign)
    assert {row["status"] for row in rows} == {"sent"}
    assert {row["server_text"] for row in rows} == {"OK (Mock Mode)"} or \
        {row["server_text"] for row in rows} == {"250 OK (Mock Mode)"}
    assert {row["code"] for row in rows} == {"250"}
    assert catcher.log() == []


def test_mock_mode_needs_no_mail_server_at_all(here):
    with here.serving(MOCK_EMAIL_SENDING="true"):
        here.add_mailbox(free_port())
        campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none")
        here.send(campaign, "--wait")
