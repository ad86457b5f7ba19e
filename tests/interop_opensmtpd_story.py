"""OpenSMTPD, as it comes from Debian: with TLS and a login where its TLS works, else in the clear."""

import pytest

from postrider.interop import add_mailbox, check_campaign, secured, send_campaign
from postrider.lists import people, write_csv
from postrider.opensmtpd import OpenSmtpd
from postrider.waiting import wait_until


@pytest.fixture
def opensmtpd():
    server = OpenSmtpd()
    try:
        yield server.start()
    finally:
        server.stop()


def test_opensmtpd_gets_each_email_once_and_right(here, opensmtpd):
    add_mailbox(here, opensmtpd, *(secured(opensmtpd) if opensmtpd.speaks_tls() else ("--tls", "none")))
    tried = here.ask("mailbox", "test", "box")
    assert tried["works"], tried
    campaign, listed = send_campaign(here)
    check_campaign(here, opensmtpd, campaign, listed)


def test_a_server_whose_tls_is_broken_costs_nobody_a_try(here, opensmtpd):
    if opensmtpd.speaks_tls():
        pytest.skip("this OpenSMTPD's TLS works: the story above has used it")
    add_mailbox(here, opensmtpd, *secured(opensmtpd))
    assert "could not be encrypted" in here.refuse("mailbox", "test", "box", code=1)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(5)), "--pace", "none")
    with here.serving():
        here.send(campaign)
        wait_until(lambda: here.ask("mailbox", "show", "box")["status"] != "active", 60, "the mailbox stands still")
    assert {(row["status"], row["tries"]) for row in here.export(campaign)} == {("pending", "0")}
    assert opensmtpd.deliveries() == []
