"""`mailbox test`: step by step, what failed and what to do about it; the same with and without a server."""

import pytest

from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.waiting import wait_until

LOGIN = "ana:open sesame"
PASSWORD = {"POSTRIDER_SMTP_PASSWORD": "open sesame"}


def add_mailbox(here, port, *options, host="localhost"):
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", host,
             "--smtp-port", port, "--cap-24h", "0", *options, **PASSWORD)


def test_each_step_is_told_and_nothing_is_sent(here, new_catcher):
    catcher = new_catcher("--tls", "starttls", "--login", LOGIN, "--max-size", "12345678")
    add_mailbox(here, catcher.port, "--tls", "starttls", "--tls-ca", catcher.ca, "--user", "ana")
    assert "not known" in here.run("mailbox", "show", "box").out
    tried = here.ask("mailbox", "test", "box")
    assert tried["works"] and tried["size_limit"] == 12345678
    assert [step["step"] for step in tried["steps"]] == [
        "look-up", "connect", "greeting", "ehlo", "tls", "ehlo", "login", "sender"]
    assert all(step["passed"] and step["milliseconds"] >= 0 and step["words"] for step in tried["steps"])
    assert tried["certificate"]["pin"] == catcher.pin
    assert "localhost" in tried["certificate"]["names"]
    assert catcher.log() == []
    assert here.ask("mailbox", "show", "box")["size_limit"] == 12345678

    page = here.run("mailbox", "test", "box")
    assert "Mailbox box works." in page.out and catcher.pin in page.out
    with here.serving():
        assert here.ask("mailbox", "test", "box")["works"]
    assert "12.3 MB" in here.run("mailbox", "show", "box").out


@pytest.mark.parametrize("fault,step,words,advice", [
    ("greeting 554 5.7.1 Go away", "greeting", "554 5.7.1 Go away", "submission port"),
    ("greeting garbage", "greeting", "", "no mail server"),
    ("connect close", "greeting", "", "hung up"),
    ("ehlo 550 5.7.1 Your name is nothing", "ehlo", "550", "SMTP_HELLO_NAME"),
    ("starttls 454 4.7.0 TLS not available", "tls", "454", "postrider mailbox show"),
    ("auth 535 5.7.8 Wrong", "login", "535 5.7.8 Wrong", "--ask-password"),
    ("auth 454 4.7.0 Too many login attempts", "login", "454", "quarter of an hour"),
    ("mail 553 5.7.1 Not your address", "sender", "553", "--from"),
    ("mail 550 5.4.5 Daily limit", "sender", "550 5.4.5", "quota"),
])
def test_the_step_that_failed_is_named_with_what_to_do(here, new_catcher, fault, step, words, advice):
    catcher = new_catcher("--tls", "starttls", "--login", LOGIN, "--fault", fault)
    add_mailbox(here, catcher.port, "--tls", "starttls", "--tls-ca", catcher.ca, "--user", "ana")
    answer = here.ask("mailbox", "test", "box", expect=1)
    assert answer["works"] is False
    last = answer["steps"][-1]
    assert (last["step"], last["passed"]) == (step, False) and words in last["words"]
    assert all(one["passed"] for one in answer["steps"][:-1])
    assert advice in answer["advice"]
    assert advice in here.refuse("mailbox", "test", "box", code=1)
    assert catcher.log() == []


def test_a_host_that_does_not_exist_and_a_port_that_is_closed(here):
    add_mailbox(here, 587, "--tls", "starttls", host="mail.invalid")
    assert "Check" in here.refuse("mailbox", "test", "box", code=1)
    here.run("mailbox", "update", "box", "--smtp-host", "127.0.0.1", "--smtp-port", free_port())
    sentence = here.refuse("mailbox", "test", "box", code=1)
    assert "no connection" in sentence and "587" in sentence


def test_no_starttls_leads_to_implicit_tls(here, new_catcher):
    catcher = new_catcher()
    add_mailbox(here, catcher.port, "--tls", "starttls")
    assert "--tls implicit" in here.refuse("mailbox", "test", "box", code=1)


def test_a_mailbox_that_stands_still_says_why_until_when_and_what_to_do(here, new_catcher):
    catcher = new_catcher("--fault", "greeting 421 4.3.2 Busy")
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none")
    with here.serving():
        here.send(campaign)
        wait_until(lambda: here.ask("mailbox", "show", "box")["status"] == "paused", 60, "the mailbox is paused")
        shown = here.ask("mailbox", "show", "box")
        assert "421 4.3.2 Busy" in shown["why"], shown
        assert shown["paused_until"][:16] in shown["standing"]
        assert "mailbox resume box" in shown["standing"]
        listed = here.run("mailbox", "list")
        assert "paused" in listed.out and "mailbox resume box" in listed.err
        assert "mailbox resume box" in here.run("mailbox", "show", "box").out
