"""A backup is consistent while sending; a restored database mails nobody twice."""

import os
import stat

from postrider.lists import people, write_csv


def test_a_restored_database_sends_nothing_until_a_person_says_so(here, new_installation, catcher):
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(40)), "--pace", "30ms")
    copy = here.directory / "copy.db"
    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda shown: shown["counts"]["sent"] >= 5)
        answer = here.ask("backup", copy)
        here.run("campaign", "watch", campaign)
    assert stat.S_IMODE(os.stat(copy).st_mode) == 0o600
    assert answer["key_file"] and os.path.exists(answer["key_file"])
    assert here.counts(campaign)["sent"] == 40
    here.refuse("backup", copy, code=None)

    # The disk is lost; what is left is the copy and its key.
    there = new_installation("there")
    there.run("restore", copy)
    (there.database.parent / "postrider.key").write_bytes(open(answer["key_file"], "rb").read())
    os.chmod(there.database.parent / "postrider.key", 0o600)
    with there.serving():
        counts = there.counts(campaign)
        assert counts["pending"] > 0
        assert "restored" in there.campaign(campaign)["waiting"]["what"]
        assert len(catcher.log()) == 40

        resumed = there.ask("resume", "--restored")
        there.wait_for(campaign, lambda shown: shown["counts"]["pending"] == 0)
    # Whatever could have gone out since the backup is uncertain: nobody was mailed twice.
    assert resumed["uncertain"] == counts["pending"]
    assert there.counts(campaign)["uncertain"] >= counts["pending"]
    assert len(catcher.log()) == 40


def test_restore_never_overwrites_a_database(here):
    here.add_mailbox(1)
    here.run("backup", here.directory / "copy.db")
    sentence = here.refuse("restore", here.directory / "copy.db", code=None)
    assert "exist" in sentence
    assert len(here.ask("mailbox", "list")["mailboxes"]) == 1


def test_a_database_under_another_key_refuses_to_start(here):
    here.add_mailbox(1)
    sentence = here.refuse("mailbox", "list", code=None, SECRET_KEY="quite another secret, long enough")
    assert "key" in sentence.lower()
