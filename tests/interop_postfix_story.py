"""Postfix, as it comes from Debian, with TLS and a login: by SCRAM-SHA-256, and by the older ways."""

import pytest

from postrider.interop import add_mailbox, check_campaign, secured, send_campaign
from postrider.lists import people, write_csv
from postrider.postfix import Postfix
from postrider.waiting import wait_until


@pytest.fixture
def new_postfix():
    made = []

    def make(*options):
        made.append(Postfix(*options))
        return made[-1].start()

    yield make
    for server in made:
        server.stop()


@pytest.mark.parametrize("mechanisms", ["SCRAM-SHA-256 PLAIN LOGIN", "LOGIN"])
def test_postfix_gets_each_email_once_and_right(here, new_postfix, mechanisms):
    server = new_postfix(mechanisms)
    add_mailbox(here, server, *secured(server))
    tried = here.ask("mailbox", "test", "box")
    assert tried["works"], tried
    assert tried["certificate"]["names"].startswith("localhost")
    assert tried["size_limit"] == 20_000_000
    assert here.ask("mailbox", "show", "box")["size_limit"] == 20_000_000
    campaign, listed = send_campaign(here)
    check_campaign(here, server, campaign, listed)


def test_a_wrong_password_stops_the_mailbox_and_costs_nobody_a_try(here, new_postfix):
    server = new_postfix()
    add_mailbox(here, server, *secured(server), password="wrong")
    assert "login failed" in here.refuse("mailbox", "test", "box", code=1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
    with here.serving():
        here.send(campaign)
        wait_until(lambda: here.ask("mailbox", "show", "box")["status"] == "stopped", 60, "the mailbox is stopped")
    assert {(row["status"], row["tries"]) for row in here.export(campaign)} == {("pending", "0")}
    assert server.deliveries() == []
