"""The main job: a list becomes delivered mail, and every recipient is accounted for."""

import csv
import email
import email.policy

from postrider.lists import addresses, people, write_csv
from postrider.scripted import DEFERRED_ONCE, REFUSED, UNKNOWN_USER


def test_a_list_becomes_delivered_mail_and_every_row_is_accounted_for(here, catcher):
    rows = people(20)
    rows += [("Renée.Ünal@example.org", "Renée Ünal", "Café"), (UNKNOWN_USER, "Nobody", "None"),
             (REFUSED, "Rita", "Refuses"), (DEFERRED_ONCE, "Dana", "Later")]
    rows += [("not an address", "Bad", "Row"), (rows[0][0].upper(), "Twice", "Row")]
    listed = write_csv(here.directory / "list.csv", rows)

    here.add_mailbox(catcher.port)
    here.run("queue", "update", "email-campaign-queue", "--min-backoff", "0.2s", "--max-backoff", "0.4s")
    created = here.ask("campaign", "create", "--name", "News", "--subject", "Hello {{ name }}",
                       "--message", "Dear {{NAME}} of {{ company }}, this is the news.",
                       "--csv", listed, "--mailbox", "box", "--pace", "none")
    assert (created["recipients"], created["duplicates"], created["bad"]) == (24, 1, 1)
    with open(created["rejects_file"], encoding="utf-8") as file:
        rejects = {int(row["row"]): row["reason"] for row in csv.DictReader(file)}
    assert set(rejects) == {26, 27}
    assert "row 2" in rejects[27]

    with here.serving():
        done = here.ask("campaign", "send", created["id"], "--wait")
    assert done["status"] == "completed"

    states = here.states(created["id"])
    assert len(states) == 24
    assert states.pop(UNKNOWN_USER) == "bounced"
    assert states.pop(REFUSED) == "failed"
    assert set(states.values()) == {"sent"}
    assert here.counts(created["id"]) == {
        "total": 24, "sent": 22, "failed": 1, "bounced": 1, "skipped": 0, "uncertain": 0, "pending": 0}
    got = {address.lower(): times for address, times in catcher.recipients().items()}
    assert got == {address.lower(): 1 for address in states}


def test_the_message_on_the_line_is_the_one_that_was_written(here, catcher):
    listed = write_csv(here.directory / "list.csv", [("zoe@example.org", "Zoë {{ company }}", "Ärger & Co")])
    here.add_mailbox(catcher.port, "--from-name", "Ana Müller")
    campaign = here.create_campaign(listed, "--pace", "none", subject="Grüße an {{ name }}",
                                    message="Liebe {{ name }},\n.\n..dots\nfrom {{ Company }}\n")
    with here.serving():
        here.send(campaign, "--wait")
    raw = catcher.message("zoe@example.org")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["To"].addresses[0].addr_spec == "zoe@example.org"
    assert message["From"].addresses[0].addr_spec == "ana@sender.example"
    assert message["From"].addresses[0].display_name == "Ana Müller"
    # A value is never scanned again: the braces in it are text.
    assert message["Subject"] == "Grüße an Zoë {{ company }}"
    assert message.get_content().splitlines() == [
        "Liebe Zoë {{ company }},", ".", "..dots", "from Ärger & Co"]
    assert message["Date"].datetime is not None
    assert message["Message-ID"].startswith("<") and message["Message-ID"].endswith("@sender.example>")
    assert message["Message-ID"].strip("<>") in here.export(campaign)[0]["message_id"]


def test_an_export_has_no_cell_that_a_spreadsheet_would_run(here, catcher):
    rows = [("eve@example.org", "=HYPERLINK(\"http://x\")", "@SUM(A1)"),
            ("max@example.org", "+1", "-2"), ("tab@example.org", "\tx", "fine")]
    listed = write_csv(here.directory / "list.csv", rows)
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    for row in here.export(campaign):
        for cell in row.values():
            assert not cell or cell[0] not in "=+-@\t\r", row


def test_sending_again_what_was_sent_is_refused(here, catcher):
    listed = write_csv(here.directory / "list.csv", people(3))
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
        assert "completed" in here.refuse("campaign", "send", campaign, code=1)
    assert catcher.recipients() == {address: 1 for address in addresses(people(3))}
