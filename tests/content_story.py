"""What a message is made of arrives as it was given: text, HTML, Markdown, attachments, headers."""

import email
import email.policy
import sqlite3

import pytest

from postrider.lists import write_csv

ROWS = [("zoe@example.org", "Zoë <b>", "Ärger & Co"), ("max@example.org", "Max", "Core")]


@pytest.fixture
def listed(here):
    return write_csv(here.directory / "list.csv", ROWS)


def create(here, listed, *options, subject="Hello {{ name }}"):
    return here.ask("campaign", "create", "--name", "News", "--subject", subject, "--csv", listed,
                    "--mailbox", "box", "--pace", "none", *options)["id"]


def parsed(catcher, address):
    return email.message_from_bytes(catcher.message(address), policy=email.policy.default)


def send(here, campaign):
    with here.serving():
        here.send(campaign, "--wait")


def test_html_has_a_text_beside_it_made_from_it(here, catcher, listed):
    here.add_mailbox(catcher.port)
    (here.directory / "letter.html").write_text(
        '<html><body><h1>News for {{ company }}</h1><p>Dear {{ name }}, <a href="https://postrider.org/">read'
        '</a>.</p></body></html>', encoding="utf-8")
    campaign = create(here, listed, "--message-file", "letter.html")
    assert here.campaign(campaign)["format"] == "html"
    send(here, campaign)
    message = parsed(catcher, "zoe@example.org")
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text.get_content_type() == "text/plain" and html.get_content_type() == "text/html"
    assert "News for Ärger & Co" in text.get_content()
    assert "Dear Zoë <b>," in text.get_content() and "https://postrider.org/" in text.get_content()
    assert "Dear Zoë &lt;b&gt;," in html.get_content() and "Ärger &amp; Co" in html.get_content()


def test_html_may_have_a_text_of_its_own(here, catcher, listed):
    here.add_mailbox(catcher.port)
    (here.directory / "plain.txt").write_text("In short, {{ name }}.\n", encoding="utf-8")
    campaign = create(here, listed, "--message", "<p>Long</p>", "--format", "html", "--text-file", "plain.txt")
    send(here, campaign)
    assert parsed(catcher, "max@example.org").get_body(("plain",)).get_content().splitlines() == ["In short, Max."]


def test_markdown_is_html_and_its_own_text(here, catcher, listed):
    here.add_mailbox(catcher.port)
    (here.directory / "letter.md").write_text("# News\n\nDear **{{ name }}**,\n\n- one\n- two\n", encoding="utf-8")
    campaign = create(here, listed, "--message-file", "letter.md")
    send(here, campaign)
    message = parsed(catcher, "max@example.org")
    assert "Dear **Max**," in message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "<strong>Max</strong>" in html and "<li>one</li>" in html
    assert "&lt;b&gt;" in parsed(catcher, "zoe@example.org").get_body(("html",)).get_content()


def test_headers_reply_to_from_name_and_attachments_arrive(here, catcher, listed):
    here.add_mailbox(catcher.port, "--from-name", "The Office")
    (here.directory / "Übersicht 1.bin").write_bytes(bytes(range(256)) * 300)
    (here.directory / "note.txt").write_bytes(b"one\r\ntwo\n")
    campaign = create(here, listed, "--message", "Hi {{ name }}\n", "--from-name", "Ana Lee",
                      "--reply-to", "Help Desk <help@sender.example>", "--header", "X-Company: {{ company }}",
                      "--header", "X-Kind: news", "--attach", "Übersicht 1.bin", "--attach", "note.txt")
    send(here, campaign)
    message = parsed(catcher, "zoe@example.org")
    assert message["From"].addresses[0].display_name == "Ana Lee"
    assert message["Reply-To"].addresses[0].display_name == "Help Desk"
    assert message["Reply-To"].addresses[0].addr_spec == "help@sender.example"
    assert (message["X-Company"], message["X-Kind"]) == ("Ärger & Co", "news")
    assert message.get_content_type() == "multipart/mixed"
    files = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert files == {"Übersicht 1.bin": bytes(range(256)) * 300, "note.txt": b"one\r\ntwo\n"}
    assert message.get_body(("plain",)).get_content().splitlines() == ["Hi Zoë <b>"]


def test_everything_is_shown_kept_by_a_copy_and_a_backup_and_gone_with_its_campaign(here, new_installation, listed):
    here.add_mailbox(1)
    (here.directory / "offer.pdf").write_bytes(b"%PDF-1.4 offer")
    (here.directory / "plain.txt").write_text("text", encoding="utf-8")
    campaign = create(here, listed, "--message", "<p>Hi</p>", "--format", "html", "--text-file", "plain.txt",
                      "--reply-to", "a@sender.example", "--header", "X-A: 1", "--attach", "offer.pdf",
                      "--from-name", "Ana")

    def content(installation, one):
        shown = installation.campaign(one)
        return {key: shown[key] for key in ("format", "text", "from_name", "reply_to", "headers", "attachments")}

    expected = {"format": "html", "text": "text", "from_name": "Ana", "reply_to": "a@sender.example",
                "headers": ["X-A: 1"],
                "attachments": [{"name": "offer.pdf", "media_type": "application/pdf", "size": 14}]}
    assert content(here, campaign) == expected
    shown = here.run("campaign", "show", campaign).out
    for words in ("offer.pdf (application/pdf, 14 bytes)", "X-A: 1", "a@sender.example", "Ana", "html"):
        assert words in shown
    copy = here.ask("campaign", "duplicate", campaign)["id"]
    assert content(here, copy) == expected
    raw = here.run("campaign", "preview", copy, "--raw").out
    backed_up = here.ask("backup", here.directory / "copy.db")
    other = new_installation("other")
    other.run("restore", here.directory / "copy.db")
    key = other.database.parent / "postrider.key"
    key.write_bytes(open(backed_up["key_file"], "rb").read())
    key.chmod(0o600)
    assert content(other, copy) == content(other, campaign) == expected
    # A change touches what it names, and no more.
    here.run("campaign", "update", copy, "--subject", "Other")
    assert content(here, copy) == expected
    here.run("campaign", "update", copy, "--no-attachments", "--no-headers", "--automatic-text", "--reply-to", "")
    assert content(here, copy) == {**expected, "text": "", "reply_to": "", "headers": [], "attachments": []}
    assert "offer.pdf" in raw
    for one in (campaign, copy):
        here.run("campaign", "delete", one)
    with sqlite3.connect(f"file:{here.database}?mode=ro", uri=True) as database:
        for table in ("attachment", "campaign_content"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_what_must_not_be_is_refused_with_the_reason(here, listed):
    here.add_mailbox(1)
    (here.directory / "big.bin").write_bytes(b"x" * (11 << 20))
    common = ("campaign", "create", "--name", "N", "--subject", "S", "--csv", listed, "--mailbox", "box",
              "--message", "M")
    for options, words in ((("--header", "Bcc: x@example.org"), "Bcc"), (("--header", "nonsense"), "header"),
                           (("--header", "Subject: x"), "Subject"), (("--reply-to", "nobody"), "Reply-To"),
                           (("--attach", "big.bin"), "10 MB"), (("--attach", "none.bin"), "none.bin"),
                           (("--text-file", listed), "text part")):
        assert words in here.refuse(*common, *options, code=2), options
    here.refuse(*common, "--format", "rtf", code=2)
    assert here.ask("campaign", "list")["campaigns"] == []


def test_a_value_that_does_not_fit_fails_its_own_email_only(here, catcher):
    rows = [(f"p{n}@example.org", f"P{n}", "https://postrider.org/") for n in range(1, 5)]
    listed = write_csv(here.directory / "list.csv", rows)
    here.add_mailbox(catcher.port)
    message = '<p>{% if company %}<a href="{{ company }}">yours</a>{% endif %}</p>'
    campaign = create(here, listed, "--message", message, "--format", "html")
    # Beyond what a start looks at: the value changes under it, as in a list of a million rows.
    with sqlite3.connect(here.database) as database:
        database.execute("UPDATE recipient SET vals = replace(vals, 'https:', 'javascript:') WHERE ordinal = 2")
        assert database.total_changes == 1
    problem = here.run("campaign", "send", campaign, "--json", expect=1).json["error"]
    assert "row 3" in str(problem)
    with sqlite3.connect(here.database) as database:
        database.execute("UPDATE recipient SET vals = replace(vals, 'javascript:', 'https:') WHERE ordinal = 2")
    here.send(campaign)
    with sqlite3.connect(here.database) as database:
        database.execute("UPDATE recipient SET vals = replace(vals, 'https:', 'javascript:') WHERE ordinal = 2")
    with here.serving():
        here.run("campaign", "watch", campaign)
    assert here.states(campaign) == {"p1@example.org": "sent", "p2@example.org": "failed",
                                     "p3@example.org": "sent", "p4@example.org": "sent"}
    [failed] = [row for row in here.export(campaign) if row["status"] == "failed"]
    assert "javascript" in failed["reason"] or "link" in failed["reason"].lower() or "URL" in failed["reason"]
    assert here.ask("mailbox", "list")["mailboxes"][0]["status"] == "active"


def test_a_value_missing_in_a_condition_skips_its_recipient_when_told(here, catcher):
    rows = [("p1@example.org", "P1", "Core"), ("p2@example.org", "P2", "")]
    listed = write_csv(here.directory / "list.csv", rows)
    here.add_mailbox(catcher.port)
    campaign = create(here, listed, "--message", "{% if name %}{{ company }}{% endif %}")
    assert "company" in str(here.run("campaign", "send", campaign, "--json", expect=1).json)
    with here.serving():
        here.send(campaign, "--skip-unresolved", "--wait")
    assert here.states(campaign) == {"p1@example.org": "sent", "p2@example.org": "skipped"}
    [skipped] = [row for row in here.export(campaign) if row["status"] == "skipped"]
    assert "company" in skipped["reason"]
