"""A preview is the message that leaves, byte by byte, except for its date."""

import re

import pytest

from postrider.lists import write_csv

ROWS = [("ana@example.org", "Ana Ärger", "Acme"), ("bo@example.org", "Bo", "Bolt & Co"), ("cy@example.org", "", "Core")]

TEXT = ("--message", "Dear {{ name | default: 'friend' }} of {{ company }},\n.dot\n\nGrüße\n")
HTML = ("--message", "<p>Dear {{ name | default: 'friend' }} of <b>{{ company }}</b></p>", "--format", "html")
MARKDOWN = ("--message", "Dear *{{ company }}*", "--format", "markdown", "--header", "X-C: {{ company }}",
            "--reply-to", "Ana <ana@sender.example>", "--from-name", "Änne")


def without_date(raw):
    """Nor with the token of the unsubscribe link, which in a preview is an example."""
    assert raw.count(b"\r\nDate: ") == 1 and raw.count(b"\r\nList-Unsubscribe: <mailto:") == 1
    raw = re.sub(rb"(\r\nList-Unsubscribe: <[^>]*unsubscribe%20)[\w-]+>", rb"\1TOKEN>", raw)
    return re.sub(rb"\r\nDate: [^\r]*", b"", raw)


@pytest.mark.parametrize("content", [TEXT, HTML, MARKDOWN, (*HTML, "--attach", "file.bin")],
                         ids=["text", "html", "markdown", "attachment"])
def test_a_preview_equals_what_is_sent(here, catcher, content):
    (here.directory / "file.bin").write_bytes(bytes(range(256)) * 1000)
    listed = write_csv(here.directory / "list.csv", ROWS)
    here.add_mailbox(catcher.port, "--from-name", "The Office")
    campaign = here.ask("campaign", "create", "--name", "N", "--subject", "For {{ company }} ✓", "--csv", listed,
                        "--mailbox", "box", "--pace", "none", *content)["id"]

    def preview(recipient):
        answer = here.ask("campaign", "preview", campaign, "--recipient", recipient)
        raw = here.run("campaign", "preview", campaign, "--recipient", recipient, "--raw").out.encode()
        assert answer["raw"].encode().replace(b"\r\n", b"\n").count(b"\n") == raw.replace(b"\r\n", b"\n").count(b"\n")
        return without_date(answer["raw"].encode())

    before = {row[0]: preview(row[0]) for row in ROWS}
    assert before["bo@example.org"] == preview("2")
    with here.serving():
        here.send(campaign, "--wait")
        while_serving = preview("cy@example.org")
    for address, raw in before.items():
        assert without_date(catcher.message(address)) == raw
    assert while_serving == before["cy@example.org"]
    assert here.counts(campaign)["sent"] == 3


def test_a_preview_shows_parts_and_refuses_what_is_not_there(here):
    listed = write_csv(here.directory / "list.csv", ROWS)
    here.add_mailbox(1)
    campaign = here.ask("campaign", "create", "--name", "N", "--subject", "Hi", "--csv", listed, "--mailbox", "box",
                        *HTML)["id"]
    assert here.run("campaign", "preview", campaign, "--html").out == "<p>Dear Ana Ärger of <b>Acme</b></p>"
    assert "Dear Ana Ärger of Acme" in here.run("campaign", "preview", campaign, "--text").out
    shown = here.run("campaign", "preview", campaign, "--recipient", "2").out
    assert "bo@example.org" in shown and "Subject" in shown
    assert here.counts(campaign)["pending"] == 3
    here.refuse("campaign", "preview", campaign, "--recipient", "4", code=1)
    here.refuse("campaign", "preview", campaign, "--recipient", "x@example.org", code=1)
    here.refuse("campaign", "preview", campaign, "--recipient", "no address", code=2)
    here.refuse("campaign", "preview", 99, code=1)
    here.run("campaign", "update", campaign, "--message", "Dear {{ name }}", "--format", "text")
    assert "row 4" in here.refuse("campaign", "preview", campaign, "--recipient", "3", code=1)
    here.refuse("campaign", "preview", campaign, "--html", code=1)
