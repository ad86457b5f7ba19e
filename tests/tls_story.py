"""TLS: a good certificate is believed; a wrong one stops the mailbox and costs nobody a try, until a pin or an
authority of its own says that it is right."""

import pytest

from postrider.lists import addresses, people, write_csv
from postrider.waiting import wait_until

LOGIN = "ana:open sesame"
PASSWORD = {"POSTRIDER_SMTP_PASSWORD": "open sesame"}


def add_mailbox(here, catcher, *options, tls="starttls"):
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "localhost",
             "--smtp-port", catcher.port, "--tls", tls, "--user", "ana", "--cap-24h", "0", *options, **PASSWORD)


def new_campaign(here, count=5):
    listed = people(count)
    return here.create_campaign(write_csv(here.directory / "list.csv", listed), "--pace", "none"), listed


def mailbox(here):
    return here.ask("mailbox", "show", "box")


def wait_until_stopped(here, campaign):
    wait_until(lambda: mailbox(here)["status"] == "stopped", 60, "the mailbox is stopped")
    assert {(row["status"], row["tries"]) for row in here.export(campaign)} == {("pending", "0")}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_good_certificate_of_a_named_authority_is_believed(here, new_catcher, tls):
    catcher = new_catcher("--tls", tls, "--login", LOGIN)
    add_mailbox(here, catcher, "--tls-ca", catcher.ca, tls=tls)
    campaign, listed = new_campaign(here)
    with here.serving():
        here.send(campaign, "--wait")
    assert catcher.recipients() == dict.fromkeys(addresses(listed), 1)


@pytest.mark.parametrize("kind,words", [
    ("expired", "expired"), ("wrong-name", "mismatch"), ("self-signed", "self-signed")])
def test_a_wrong_certificate_stops_the_mailbox_until_it_is_pinned(here, new_catcher, kind, words):
    catcher = new_catcher("--tls", "starttls", "--certificate", kind, "--login", LOGIN)
    add_mailbox(here, catcher, "--tls-ca", catcher.ca)
    campaign, listed = new_campaign(here)
    with here.serving():
        here.send(campaign)
        wait_until_stopped(here, campaign)
        shown = mailbox(here)
        assert words in shown["why"], shown
        assert "mailbox resume box" in shown["standing"]
        assert catcher.log() == []

        # What `mailbox test` says to do is done.
        sentence = here.refuse("mailbox", "test", "box", code=1)
        assert words in sentence and f"--tls-pin {catcher.pin}" in sentence
        here.run("mailbox", "update", "box", "--tls-pin", catcher.pin)
        here.run("mailbox", "test", "box")
        here.run("mailbox", "resume", "box")
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 60, "all are sent")
    assert catcher.recipients() == dict.fromkeys(addresses(listed), 1)
    assert {row["tries"] for row in here.export(campaign)} == {"1"}


def test_an_unknown_authority_stops_the_mailbox_until_it_is_named(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", LOGIN)
    add_mailbox(here, catcher)
    campaign, listed = new_campaign(here)
    with here.serving():
        here.send(campaign)
        wait_until_stopped(here, campaign)
        assert "--tls-ca" in here.refuse("mailbox", "test", "box", code=1)
        here.run("mailbox", "update", "box", "--tls-ca", catcher.ca)
        here.run("mailbox", "resume", "box")
        wait_until(lambda: here.campaign(campaign)["status"] == "completed", 60, "all are sent")
    assert catcher.recipients() == dict.fromkeys(addresses(listed), 1)


def test_a_pin_that_does_not_fit_is_no_way_in_and_can_be_taken_away(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", LOGIN)
    add_mailbox(here, catcher, "--tls-ca", catcher.ca, "--tls-pin", "0" * 64)
    sentence = here.refuse("mailbox", "test", "box", code=1)
    assert "pinned" in sentence and catcher.pin in sentence
    here.run("mailbox", "update", "box", "--tls-pin", "none")
    here.run("mailbox", "test", "box")
    assert mailbox(here)["tls_pin"] == ""


def test_a_file_that_holds_no_certificate_is_refused(here, new_catcher):
    (here.directory / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
    sentence = here.refuse("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host",
                           "localhost", "--tls-ca", "ca.pem", code=2)
    assert "--tls-ca" in sentence


def test_bytes_before_the_handshake_are_never_believed(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", LOGIN, "--fault", "starttls extra")
    add_mailbox(here, catcher, "--tls-ca", catcher.ca)
    campaign, _ = new_campaign(here, 2)
    assert "Do not send" in here.refuse("mailbox", "test", "box", code=1)
    with here.serving():
        here.send(campaign)
        wait_until(lambda: mailbox(here)["status"] != "active", 60, "the mailbox stands still")
    assert {(row["status"], row["tries"]) for row in here.export(campaign)} == {("pending", "0")}
    assert catcher.log() == []
