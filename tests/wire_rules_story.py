"""The rules of the wire (docs/smtp.md), held against every byte that left."""

import email
import email.policy
import re

import pytest

from postrider.lists import write_csv
from postrider.recorder import COMMAND, Recorder

LONGEST_LINE = 998


@pytest.fixture
def new_recorder():
    made = []

    def make(**options):
        made.append(Recorder(**options))
        return made[-1]

    yield make
    for recorder in made:
        recorder.stop()


def send_list(here, recorder, rows, *mailbox_options, **content):
    """A campaign to a list, sent to its end; its id."""
    listed = write_csv(here.directory / "list.csv", rows)
    login = {"POSTRIDER_SMTP_PASSWORD": "secret"} if "--user" in mailbox_options else {}
    here.add_mailbox(recorder.port, *mailbox_options, **login)
    campaign = here.create_campaign(listed, "--pace", "none", **content)
    with here.serving():
        here.send(campaign, "--wait", expect=None)
    return campaign


def expect_clean(raw):
    """Only CRLF, no NUL, no line too long."""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "a bare CR or LF left"
    assert b"\0" not in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= LONGEST_LINE


def test_nothing_in_a_message_ends_it_early(here, new_recorder):
    """SMTP-WIRE-01, SMTP-WIRE-02: lone dots and bare line ends stay part of the text."""
    recorder = new_recorder()
    text = "one\n.\ntwo\r.\rthree\r\n.\nMAIL FROM:<evil@example.org>\nRCPT TO:<evil@example.org>\nDATA\n..\n.end\n"
    rows = [("ana@example.org", "Ana\r\n.\r\nMAIL FROM:<evil@example.org>", "x"), ("eva@example.org", "Eva\n.\n", "y")]
    campaign = send_list(here, recorder, rows, message=text + "{{ name }}\n")
    assert set(here.states(campaign).values()) == {"sent"}
    expect_clean(recorder.raw())
    assert sorted(recorder.recipients()) == ["ana@example.org", "eva@example.org"]
    assert len(recorder.messages()) == 2
    for raw in recorder.messages():
        lines = raw.split(b"\r\n")
        assert not [line for line in lines if line.startswith(b".") and not line.startswith(b"..")]
        plain = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
        body = email.message_from_bytes(plain, policy=email.policy.default).get_content().splitlines()
        assert body[:9] == ["one", ".", "two", ".", "three", ".", "MAIL FROM:<evil@example.org>",
                            "RCPT TO:<evil@example.org>", "DATA"]


def test_a_large_message_is_stuffed_across_every_write(here, new_recorder):
    """SMTP-WIRE-02: dots at the edges of blocks."""
    recorder = new_recorder()
    text = "".join(f".{'x' * (n % 61)}\n" for n in range(20_000))
    send_list(here, recorder, [("ana@example.org", "Ana", "x")], message=text)
    expect_clean(recorder.raw())
    [raw] = recorder.messages()
    body = raw.split(b"\r\n\r\n", 1)[1]
    assert body == b"".join(b"." + line.encode() + b"\r\n" for line in text.splitlines())


def test_no_value_becomes_a_command_or_a_header(here, new_recorder):
    """SMTP-WIRE-03, SMTP-WIRE-04: nothing but our own commands, nothing but our own headers."""
    recorder = new_recorder(offers=("PIPELINING", "SIZE 1000000", "AUTH PLAIN"))
    evil = "\r\nBcc: evil@example.org\r\nX-Evil: 1"
    rows = [("ana@example.org", "Ana" + evil, "x"), ("eva@example.org\r\nRCPT TO:<evil@example.org>", "Eva", "y"),
            ("max@example.org>\r\nRSET", "Max", "z")]
    here.refuse("mailbox", "add", "--name", "evil", "--from", "a@b.example\r\nDATA", "--smtp-host", "127.0.0.1",
                "--smtp-port", recorder.port, "--tls", "none", code=2)
    here.refuse("mailbox", "add", "--name", "evil", "--from", "a@b.example", "--from-name", "A" + evil,
                "--smtp-host", "127.0.0.1", "--smtp-port", recorder.port, "--tls", "none", code=2)
    campaign = send_list(here, recorder, rows, "--user", "ana",
                         subject="Hello {{ name }}", message="Dear {{ name }}\n")
    assert here.states(campaign) == {"ana@example.org": "sent"}
    strange = [command for command in recorder.commands() if not COMMAND.fullmatch(command)]
    assert not strange, strange
    assert recorder.recipients() == ["ana@example.org"]
    [raw] = recorder.messages()
    headers = email.message_from_bytes(raw, policy=email.policy.default)
    assert {"bcc", "x-evil"}.isdisjoint(name.lower() for name in headers.keys())
    assert "evil@example.org" in headers["Subject"], "it stays text of the subject"


HOSTILE_ADDRESSES = [
    '"ana@evil.example x"@example.org', "ana(comment)@example.org", "@relay.example:ana@example.org",
    "=?utf-8?q?ana?=@example.org", "ana@[127.0.0.1]", "ana@evil.example@example.org", "ana@example.org, eva@example.org",
    "ana@example.org\0@evil.example", "ana @example.org", "ana@exam ple.org", "<ana@example.org>", "ana@", "@example.org",
]


def test_an_address_that_parsers_disagree_about_gets_nothing(here, new_recorder):
    """SMTP-WIRE-05: one strict parser; what it refuses is reported and never on the wire."""
    recorder = new_recorder()
    rows = [(address, "Ana", "x") for address in HOSTILE_ADDRESSES] + [("good@example.org", "Good", "y")]
    campaign = send_list(here, recorder, rows)
    assert here.states(campaign) == {"good@example.org": "sent"}
    assert recorder.recipients() == ["good@example.org"]


def test_what_leaves_is_ascii_in_lines_that_every_server_takes(here, new_recorder):
    """SMTP-WIRE-06: long lines, long words, other alphabets, other domains."""
    recorder = new_recorder(offers=("PIPELINING",))
    rows = [("ana@bücher.example", "Zoë " * 40, "x"), ("jörg@example.org", "Jörg", "y")]
    campaign = send_list(here, recorder, rows, subject="Grüße an {{ name }} " + "lang" * 110,
                         message="ä" * 5000 + "\n" + "b" * 5000 + "\n")
    raw = recorder.raw()
    expect_clean(raw)
    assert raw.isascii(), "8-bit bytes left to a server that does not take them"
    assert recorder.recipients() == ["ana@xn--bcher-kva.example"]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]+\?[^?\s]\?[^?\s]*\?=", raw))
    states = here.states(campaign)
    assert states.pop("jörg@example.org") == "failed"
    assert set(states.values()) == {"sent"}
    [attempt] = here.attempts(campaign, "jörg@example.org")
    assert attempt["enhanced"] == "5.6.7", attempt


@pytest.mark.parametrize("offers", [("PIPELINING", "AUTH PLAIN"), ("AUTH PLAIN",)], ids=["pipelining", "lock-step"])
def test_nothing_is_said_before_its_turn(here, new_recorder, offers):
    """SMTP-WIRE-07: greeting, EHLO, AUTH and DATA are answered first; without PIPELINING everything is."""
    recorder = new_recorder(offers=offers)
    rows = [(f"person{n}@example.org", "Ana", "x") for n in range(8)]
    campaign = send_list(here, recorder, rows, "--user", "ana", "--sessions", "1")
    assert set(here.states(campaign).values()) == {"sent"}
    assert not recorder.early(), recorder.early()
    assert len(recorder.messages()) == 8
    assert not [command for command in recorder.commands() if command.startswith(b"BDAT")]


@pytest.mark.parametrize("greeting", [b"220-hello\r\n" * 10_000, b"220 " + b"x" * 100_000, b"HTTP/1.1 200 OK\r\n\r\n"],
                         ids=["endless lines", "an endless line", "another protocol"])
def test_a_server_that_babbles_is_hung_up_on(here, new_recorder, greeting):
    """SMTP-WIRE-08: no email pays for it, and the mailbox says why it waits."""
    recorder = new_recorder(greeting=greeting)
    listed = write_csv(here.directory / "list.csv", [("ana@example.org", "Ana", "x")])
    here.add_mailbox(recorder.port)
    campaign = here.create_campaign(listed, "--pace", "none")

    def rests():
        [box] = here.ask("mailbox", "list")["mailboxes"]
        return box["status"] == "paused" and box

    with here.serving():
        here.send(campaign)
        here.wait_for(campaign, lambda _: rests())
        assert "SMTP" in rests()["why"]
    assert here.counts(campaign)["pending"] == 1
    assert not recorder.messages()


def test_a_server_slow_at_the_dot_leaves_an_uncertain_email_when_we_must_end(here, new_recorder):
    """SMTP-TIME-08, SMTP-WINDOW-04: shutting down does not wait ten minutes, and nobody guesses."""
    recorder = new_recorder(silent_at_dot=True)
    listed = write_csv(here.directory / "list.csv", [("ana@example.org", "Ana", "x")])
    here.add_mailbox(recorder.port)
    campaign = here.create_campaign(listed, "--pace", "none")
    server = here.start_server()
    here.send(campaign)
    assert recorder.got_dot.wait(60)
    assert server.terminate(seconds=60) == 0
    with here.serving():
        here.wait_for(campaign, lambda shown: shown["counts"]["uncertain"] == 1)
    assert len(recorder.messages()) == 1, "never sent again by itself"
