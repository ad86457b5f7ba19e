"""Reports that arrive later, by mail: what is ours is believed, what is not changes nothing."""

import json
import subprocess

from postrider.installation import ROOT
from postrider.lists import people, write_csv

SAMPLES = ROOT / "tests/samples/bounces"
THEIRS = b"<k5fq7xg2m3vq4zt6ra2bwc5yhd@sender.example>"

# Samples that mean something for person2@example.org once they return that email's Message-ID.
BOUNCED = {
    "base64_status": True, "eight_bit": True, "exchange_full": False, "exchange_not_found": True,
    "exchange_refused": False, "exim_plain": True, "exim_unknown_user": True, "forwarded_elsewhere": True,
    "gmail_no_such_user": True, "gmail_over_quota": False, "gmail_policy": False, "postfix_expired": False,
    "postfix_over_quota": False, "postfix_unknown_user": True, "qmail_no_mailbox": True, "qmail_remote": False,
    "quoted_printable_status": True, "sendmail_unknown_user": True, "ses_headers_only": True,
    "two_recipients": True, "within_a_list_footer": True, "yahoo_no_account": False,
}
COMPLAINED = {"arf_abuse", "arf_opt_out"}


def read(here, mail):
    """`bounce read` with the mail on its standard input."""
    done = subprocess.run([here.binary, "bounce", "read", "--json"], cwd=here.directory, env=here.environment,
                          input=mail, capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def sent_campaign(here, catcher, count=2):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(count)), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
    [email] = here.ask("campaign", "emails", campaign, "--address", "person2@example.org")["emails"]
    return campaign, email["message_id"].encode()


def test_each_sample_does_what_it_says_and_no_more(here, catcher):
    campaign, ours = sent_campaign(here, catcher)
    for file in sorted(SAMPLES.glob("*.eml")):
        mail = file.read_bytes()
        assert not read(here, mail)["changed"], f"{file.name} is about a stranger's mail"
    assert here.counts(campaign)["sent"] == 2
    for name in ("postfix_delayed", "relayed", "delivered", "arf_not_spam", "out_of_office", "real_reply", "forged_id",
                 "forwarded_by_a_person", "international"):
        assert not read(here, (SAMPLES / f"{name}.eml").read_bytes().replace(THEIRS, ours))["changed"], name
    assert here.ask("suppression", "list")["suppressions"] == []
    answer = read(here, (SAMPLES / "gmail_no_such_user.eml").read_bytes().replace(THEIRS, ours))
    assert (answer["changed"], answer["suppressed"], answer["email"]["status"]) == (True, True, "bounced")
    for name in BOUNCED:
        assert not read(here, (SAMPLES / f"{name}.eml").read_bytes().replace(THEIRS, ours))["changed"], "once is enough"
    counts = here.counts(campaign)
    assert (counts["sent"], counts["bounced"]) == (1, 1)
    late = here.attempts(campaign, "person2@example.org")[-1]
    assert (late["stage"], late["code"], late["enhanced"]) == ("late", 550, "5.1.1")
    assert "does not exist" in late["server_text"]


def test_every_failed_sample_bounces_the_email_it_is_about(here, catcher):
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", people(2))
    campaigns = {}
    for name in sorted(BOUNCED):
        campaigns[name] = here.create_campaign(listed, "--pace", "none", name=name)
    with here.serving():
        for campaign in campaigns.values():
            here.send(campaign, "--wait")
        for name, campaign in campaigns.items():
            [email] = here.ask("campaign", "emails", campaign, "--address", "person2@example.org")["emails"]
            mail = (SAMPLES / f"{name}.eml").read_bytes().replace(THEIRS, email["message_id"].encode())
            answer = read(here, mail)
            assert answer["email"]["campaign_id"] == campaign, name
            assert answer["email"]["status"] == "bounced", name
            if BOUNCED[name]:
                assert here.ask("suppression", "list")["suppressions"][0]["kind"] == "bounced", name
                here.run("suppression", "remove", "person2@example.org")


def test_a_complaint_suppresses_and_stops_what_waits(here, catcher):
    campaign, ours = sent_campaign(here, catcher)
    here.run("mailbox", "update", "box", "--cap-24h", "1", "--sessions", "1")
    waiting = here.create_campaign(here.directory / "list.csv", "--pace", "none", name="next")
    with here.serving():
        here.send(waiting)
        here.wait_for(waiting, lambda shown: shown["counts"]["sent"] == 1)
        answer = read(here, (SAMPLES / "arf_abuse.eml").read_bytes().replace(THEIRS, ours))
        assert answer["suppressed"] and answer["email"]["status"] == "sent"
        here.wait_for(waiting, lambda shown: shown["status"] == "completed")
    assert here.states(waiting)["person2@example.org"] == "skipped"
    assert here.counts(campaign)["sent"] == 2
    assert [row["kind"] for row in here.ask("suppression", "list")["suppressions"]] == ["complained"]


def test_a_file_will_do_and_nonsense_is_told(here):
    assert "no delivery report" in here.run("bounce", "read", SAMPLES / "real_reply.eml").out
    assert "Cannot read" in here.refuse("bounce", "read", "missing.eml", code=2)
