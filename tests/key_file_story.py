"""The installation's key is replaced: passwords, links, Message-IDs and kept answers go on as if nothing had been."""

import re

from postrider.api import Api
from postrider.lists import people, write_csv

PUBLIC_URL = "https://mail.example.org"


def test_nothing_that_was_sealed_or_sent_is_lost_with_the_old_key(here, catcher):
    here.environment["PUBLIC_URL"] = PUBLIC_URL
    here.add_mailbox(catcher.port, "--postal-address", "Acme, 1 Main Street", "--footer", "Leave: {{ unsubscribe_url }}")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none", "--kind", "newsletter")
    with here.serving() as server:
        here.send(campaign, "--wait")
        api = Api.of(here, server)
        new_key = {"name": "ci", "role": "viewer"}
        made = api.ask("POST", "/api/keys", new_key, expect=201, Idempotency_Key="k1").json
        assert "in use" in here.run("key-file", "rotate", expect=None).err
    ids = [email["message_id"] for email in here.ask("campaign", "emails", campaign)["emails"]]
    link = re.search(rb"List-Unsubscribe: <([^>]+)>", catcher.message("person1@example.org")).group(1).decode()

    killed = here.run("key-file", "rotate", expect=None, POSTRIDER_CRASH_AT="key_rotated:1")
    assert killed.code == -9
    assert here.ask("campaign", "list"), "what was cut short is ended by the next start"
    rotated = here.ask("key-file", "rotate")
    assert rotated["kept_answers"] == 1 and re.fullmatch("[0-9a-f]{16}", rotated["fingerprint"])
    assert sorted(file.stat().st_mode & 0o777 for file in here.database.parent.glob("postrider.key*")) == [0o600] * 3

    assert [email["message_id"] for email in here.ask("campaign", "emails", campaign)["emails"]] == ids
    assert here.ask("unsubscribe", link)["email"] == "person1@example.org"
    with here.serving() as server:
        again = Api(server.port, None).raw("POST", "/api/keys", new_key, Authorization=f"Bearer {api.key}", Idempotency_Key="k1")
        assert (again.status, again.json) == (201, made)


def test_a_key_in_the_environment_is_replaced_by_another_one(here, catcher):
    old, new = "a secret of sufficient length", "another secret of such a length"
    here.environment["SECRET_KEY"] = old
    here.add_mailbox(catcher.port, "--user", "ana", POSTRIDER_SMTP_PASSWORD="open sesame")
    assert "NEW_SECRET_KEY" in here.run("key-file", "rotate", expect=2).err
    said = here.run("key-file", "rotate", NEW_SECRET_KEY=new)
    assert "1 password" in said.out and "SECRET_KEY" in said.err
    assert "is not the one this database was made with" in here.run("mailbox", "list", expect=None).err
    here.environment["SECRET_KEY"] = new
    assert here.ask("mailbox", "show", "box")["has_password"]
