"""Who unsubscribes gets nothing more, from that moment on, in every campaign, and for ever."""

import json
import re

from postrider.lists import people, write_csv

PUBLIC_URL = "https://mail.example.org"
FOOTER = ("--postal-address", "Acme, 1 Main Street, Springfield", "--footer", "Leave: {{ unsubscribe_url }}")
HEADERS = re.compile(rb"\r\nList-Unsubscribe: <(https://mail\.example\.org/u/[A-Za-z0-9_-]{40,})>"
                     rb"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")


def link_of(message):
    """The link of a message, which must stand in both fields, each on one line, and in the text."""
    head, _, body = message.partition(b"\r\n\r\n")
    [link] = HEADERS.findall(head + b"\r\n")
    assert head.lower().count(b"list-unsubscribe") == 3, head
    assert b"Leave: " + link in body.replace(b"=\r\n", b"")
    assert b"Acme, 1 Main Street, Springfield" in body
    return link.decode()


def test_a_newsletter_is_left_in_the_middle_of_the_next_one(here, catcher):
    here.environment["PUBLIC_URL"] = PUBLIC_URL + "/"
    here.add_mailbox(catcher.port, *FOOTER)
    listed = write_csv(here.directory / "list.csv", people(6))
    newsletter = ("--pace", "none", "--kind", "newsletter")
    first = here.create_campaign(listed, *newsletter, name="first")
    second = here.create_campaign(listed, *newsletter, name="second")
    with here.serving():
        here.send(first, "--wait")
    links = {address: link_of(catcher.message(address)) for address in catcher.recipients()}
    assert len(set(links.values())) == 6

    # Three of the second leave, then the mailbox's cap holds the others back.
    here.run("mailbox", "update", "box", "--cap-24h", "3")
    server = here.start_server()
    here.send(second)
    here.wait_for(second, lambda shown: shown["counts"]["sent"] == 3)
    waiting = min(address for address, state in here.states(second).items() if state == "pending")
    assert here.ask("unsubscribe", links[waiting], "--look") == {
        "example": False, "who": "p…@example.org", "unsubscribed": False}
    assert here.ask("unsubscribe", links[waiting])["email"] == waiting
    here.wait_for(second, lambda shown: shown["counts"]["skipped"] == 1)
    server.kill()

    # The other two, for tomorrow, go out by a copy without the cap; the copy holds the third, too.
    here.run("campaign", "stop", second)
    here.run("mailbox", "update", "box", "--cap-24h", "0")
    assert here.ask("unsubscribe", links[waiting])["emails_skipped"] == 0
    copy = here.ask("campaign", "duplicate", second, "--only", "unsent")["id"]
    with here.serving():
        here.send(copy, "--wait")
    reasons = {row["email"]: row["reason"] for row in here.export(second)}
    assert reasons[waiting] == "suppressed: unsubscribed"
    states = here.states(copy)
    assert states.pop(waiting) == "skipped" and list(states.values()) == ["sent", "sent"]
    assert catcher.recipients() == {address: 1 if address == waiting else 2 for address in links}

    # Neither a list read again nor the end of the campaigns brings the address back.
    again = here.ask("campaign", "create", "--name", "third", "--subject", "S", "--message", "M", "--csv", listed)
    assert again["suppressed"] == 1
    for campaign in (first, second, copy):
        here.run("campaign", "delete", campaign)
    other = next(address for address in links if address != waiting)
    assert here.ask("unsubscribe", links[other])["email"] == other
    [row] = [r for r in here.ask("suppression", "list")["suppressions"] if r["key"] == waiting]
    assert (row["kind"], row["campaign_id"]) == ("unsubscribed", first)


def test_a_forged_link_is_unknown(here):
    here.environment["PUBLIC_URL"] = PUBLIC_URL
    for bad in ("x", f"{PUBLIC_URL}/u/", f"{PUBLIC_URL}/u/AYs" + "A" * 61):
        assert "no unsubscribe link of this installation" in here.refuse("unsubscribe", bad, code=1)
    assert here.ask("unsubscribe", f"{PUBLIC_URL}/u/example")["example"]
    assert here.ask("suppression", "list")["suppressions"] == []


def test_without_a_public_url_one_leaves_by_mail(here, catcher):
    here.add_mailbox(catcher.port, "--unsubscribe-address", "leave@sender.example")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none")
    warnings = " ".join(here.ask("campaign", "check", campaign)["warnings"])
    assert "Without PUBLIC_URL one unsubscribes by a mail to leave@sender.example only" in warnings
    with here.serving():
        here.send(campaign, "--wait")
    head = catcher.message("person2@example.org").partition(b"\r\n\r\n")[0]
    subject = re.search(rb"\r\nList-Unsubscribe: <mailto:leave@sender\.example\?subject=(unsubscribe%20[\w-]+)>\r\n",
                        head)[1].decode()
    assert b"List-Unsubscribe-Post" not in head
    assert here.ask("unsubscribe", subject.replace("%20", " "))["email"] == "person2@example.org"


def test_outreach_may_go_without_the_header_fields(here, catcher):
    here.environment["PUBLIC_URL"] = PUBLIC_URL
    here.add_mailbox(catcher.port)
    listed = write_csv(here.directory / "list.csv", people(1))
    campaign = here.create_campaign(listed, "--pace", "none", "--list-unsubscribe", "off")
    with here.serving():
        here.send(campaign, "--wait")
    assert b"list-unsubscribe" not in catcher.message("person1@example.org").lower()
    refused = here.refuse("campaign", "update", campaign, "--kind", "newsletter", code=1)
    assert "completed" in refused


def test_a_list_of_suppressions_goes_out_and_comes_in(here):
    here.run("suppression", "add", "example.org", "--reason", "=HYPERLINK(1)")
    here.run("suppression", "add", "ana@example.com")
    file = here.directory / "out.csv"
    assert here.ask("suppression", "export", "--out", "out.csv")["rows"] == 2
    for who in ("example.org", "ana@example.com"):
        here.run("suppression", "remove", who)
    assert here.ask("suppression", "import", file)["added"] == 2
    assert "'=HYPERLINK(1)" in file.read_text(encoding="utf-8")
    shown = here.ask("suppression", "list")["suppressions"]
    assert [(row["key"], row["reason"]) for row in shown] == [
        ("@example.org", "=HYPERLINK(1)"), ("ana@example.com", "added by hand")]


def read_mail(here, mail):
    return json.loads(here.run("bounce", "read", "--json", typed=mail).out)


def test_one_also_leaves_by_mail_in_ones_own_words(here, catcher):
    """The mail of List-Unsubscribe, and an answer that says nothing but stop, as they are handed over by the mail server."""
    here.add_mailbox(catcher.port, "--unsubscribe-address", "leave@sender.example")
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(4)), "--pace", "none")
    with here.serving():
        here.send(campaign, "--wait")
        first, second, third, _ = sorted(catcher.recipients())
        subject = re.search(rb"subject=(unsubscribe%20[\w-]+)>", catcher.message(first))[1].decode().replace("%20", " ")
        by_token = read_mail(here, f"From: {first}\nTo: leave@sender.example\nSubject: {subject}\n\n")
        assert (by_token["kind"], by_token["suppressed"], by_token["email"]["email"]) == ("unsubscribe", True, first)
        message_id = re.search(rb"\r\nMessage-ID: (<[^>]+>)", catcher.message(second))[1].decode()
        answer = f"From: Someone <{second}>\nSubject: Re: Hello\nIn-Reply-To: {message_id}\n\nAbmelden, bitte.\n\n> this is the news.\n"
        assert read_mail(here, answer)["suppressed"]
        assert not read_mail(here, answer.replace(second, third))["changed"], "nobody answers for another"
        assert not read_mail(here, answer.replace("Abmelden, bitte.", "Danke!"))["changed"]
    kinds = {row["key"]: row["kind"] for row in here.ask("suppression", "list")["suppressions"]}
    assert kinds == {first: "unsubscribed", second: "unsubscribed"}


def test_a_test_that_arrived_shows_whether_gmail_will_show_its_button(here, catcher):
    """A signature that leaves List-Unsubscribe out is found by looking at the message as it arrived."""
    here.environment["PUBLIC_URL"] = PUBLIC_URL
    here.add_mailbox(catcher.port)
    campaign = here.create_campaign(write_csv(here.directory / "list.csv", people(1)), "--pace", "none")
    here.run("campaign", "test", campaign, "--to", "me@example.org")
    sent = catcher.message("me@example.org").decode()
    sign = "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=mail;\r\n\th={}; bh=x; b=y\r\n".format
    assert "No DKIM signature" in here.run("campaign", "received", typed=sent, expect=1).out
    left_out = here.run("campaign", "received", typed=sign("From:To:Subject") + sent, expect=1).out
    assert "does not cover List-Unsubscribe and List-Unsubscribe-Post" in left_out
    (here.directory / "original.eml").write_text(sign("From:List-Unsubscribe:List-Unsubscribe-Post") + sent, newline="")
    assert here.ask("campaign", "received", "original.eml")["covered"]
