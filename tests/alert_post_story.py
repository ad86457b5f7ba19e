"""Alerts are posted, signed, to an address of the operator's: beside the mail, through crashes, and nowhere else."""

import base64
import contextlib
import hashlib
import hmac
import json
import re
import sqlite3
from pathlib import Path

import pytest

from postrider.lists import people, write_csv
from postrider.ports import free_port
from postrider.receiver import Receiver
from postrider.waiting import wait_until

SECRET = "a secret that only we two know"
OWNER = "owner@home.example"


def posting(port, **more):
    return {"ALERT_URL": f"http://127.0.0.1:{port}/alerts?channel=mail", "ALERT_SECRET": SECRET,
            "POSTRIDER_ALLOW_PRIVATE_TARGETS": "127.0.0.1", **more}


def verified(request, secret=SECRET.encode()):
    """The body, if its signature is ours."""
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    ours = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(ours, request.headers["webhook-signature"])
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    said = json.loads(request.body)
    assert said["id"] == request.headers["webhook-id"]
    assert set(said) == {"id", "cause", "at", "campaign_id", "campaign_name", "mailbox_id", "mailbox_name", "sentence",
                         "link"}
    return said


def documented():
    """The function is_ours of docs/alerts.md."""
    page = Path(__file__).resolve().parent.parent / "docs/alerts.md"
    names = {}
    exec(re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[1], names)
    return names["is_ours"]


def rows(here):
    """state, post_state, post_tries and post_trouble of each alert."""
    with contextlib.closing(sqlite3.connect(f"file:{here.database}?mode=ro", uri=True)) as database:
        return database.execute("SELECT state, post_state, post_tries, post_trouble FROM alert ORDER BY id").fetchall()


def new_campaign(here, name="News"):
    return here.create_campaign(write_csv(here.directory / "list.csv", people(2)), "--pace", "none", name=name)


def test_a_finished_campaign_is_posted_once_and_signed(here, catcher):
    here.add_mailbox(catcher.port)
    campaign = new_campaign(here)
    with Receiver() as receiver:
        with here.serving(**posting(receiver.port, PUBLIC_URL="https://mail.example.org")) as server:
            here.send(campaign, "--wait")
            [request] = receiver.wait_for(1)
            wait_until(lambda: rows(here) == [(2, 1, 1, "")], 60, "the alert is told")
        said = verified(request)
        assert documented()(request.headers, request.body, SECRET.encode())
        assert not documented()(request.headers, request.body + b" ", SECRET.encode())
        assert request.path == "/alerts?channel=mail"
        assert (said["cause"], said["campaign_id"], said["campaign_name"]) == ("campaign_completed", campaign, "News")
        assert said["mailbox_id"] is None and said["sentence"].startswith(f'Campaign {campaign} "News" is finished at 2')
        assert said["link"] == f"https://mail.example.org/api/campaigns/{campaign}"
        with here.serving(**posting(receiver.port)):
            here.run("mailbox", "list")
        assert len(receiver.requests) == 1
    everything = server.output() + here.run("settings").out + json.dumps(here.ask("settings"))
    assert SECRET not in everything and "channel=mail" not in server.output()


def test_a_stopped_mailbox_is_posted_where_no_other_mailbox_could_tell(here, new_catcher):
    closed = new_catcher("--login", "ana:another one", "--tls", "starttls")
    here.run("mailbox", "add", "--name", "box", "--from", "ana@sender.example", "--smtp-host", "localhost",
             "--smtp-port", closed.port, "--tls", "starttls", "--tls-ca", closed.ca, "--user", "ana", "--cap-24h", "0",
             POSTRIDER_SMTP_PASSWORD="open sesame")
    campaign = new_campaign(here)
    key = base64.b64encode(b"thirty-two bytes of a random key").decode()
    with Receiver() as receiver, here.serving(**posting(receiver.port, ALERT_SECRET=f"whsec_{key}", ALERT_EMAIL=OWNER)):
        here.send(campaign)
        said = verified(receiver.wait_for(1)[0], base64.b64decode(key))
        assert (said["cause"], said["mailbox_name"], said["campaign_id"]) == ("mailbox_stopped", "box", None)
        wait_until(lambda: rows(here)[0][:3] == (0, 1, 1), 60, "posted, and not mailed")


def test_a_receiver_that_is_down_hears_after_a_crash(here, catcher):
    """The mail goes out meanwhile, once; what was tried before the crash comes again under the same id."""
    here.add_mailbox(catcher.port)
    port = free_port()
    server = here.start_server(**posting(port, ALERT_EMAIL=OWNER))
    here.send(new_campaign(here), "--wait")
    wait_until(lambda: rows(here) and rows(here)[0][2] >= 1, 60, "a try that fails")
    [(_, state, _, trouble)] = rows(here)
    assert state == 0 and "nobody answers" in trouble and "channel" not in trouble
    wait_until(lambda: rows(here)[0][0] == 1, 60, "the mail is told")
    server.kill()
    with Receiver(503, port=port) as receiver, here.serving(**posting(port, ALERT_EMAIL=OWNER)):
        first = verified(receiver.wait_for(1)[0])
        receiver.answer = lambda request: 204
        again = verified(receiver.wait_for(2)[1])
        assert first == again
        wait_until(lambda: rows(here)[0][1] == 1, 60, "the alert is posted")
    assert len([entry for entry in catcher.log() if OWNER in entry["to"]]) == 1
    assert len(receiver.requests) == 2


def test_a_receiver_that_is_gone_is_left_alone(here, catcher):
    here.add_mailbox(catcher.port)
    with Receiver(410) as receiver, here.serving(**posting(receiver.port)) as server:
        here.send(new_campaign(here), "--wait")
        server.wait_for_line("alert_not_posted.*410")
        assert rows(here)[0][1] == 2 and len(receiver.requests) == 1


HOSTILE = {
    "metadata": "https://169.254.169.254/",
    "mapped": "https://[::ffff:127.0.0.1]:{port}/",
    "octal": "https://0177.0.0.1:{port}/",
    "decimal": "https://2130706433:{port}/",
    "short": "https://127.1:{port}/",
    "a name": "https://inner.localhost:{port}/",
    "this machine": "http://127.0.0.1:{port}/",
    "this machine by name": "http://localhost:{port}/",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_allowed_never_gets_a_request(here, catcher, kind):
    here.add_mailbox(catcher.port)
    with Receiver() as receiver:
        url = HOSTILE[kind].format(port=receiver.port)
        with here.serving(ALERT_URL=url, ALERT_SECRET=SECRET):
            here.send(new_campaign(here), "--wait")
            wait_until(lambda: rows(here) and rows(here)[0][2] >= 1, 60, "a try")
            assert "is not a public address. POSTRIDER_ALLOW_PRIVATE_TARGETS" in rows(here)[0][3]
        assert receiver.connections == 0


def test_the_metadata_server_stays_closed_when_private_addresses_are_open(here, catcher):
    here.add_mailbox(catcher.port)
    with here.serving(ALERT_URL="https://169.254.169.254/", ALERT_SECRET=SECRET, POSTRIDER_ALLOW_PRIVATE_TARGETS="true"):
        here.send(new_campaign(here), "--wait")
        wait_until(lambda: rows(here) and rows(here)[0][2] >= 1, 60, "a try")
        assert "is not a public address" in rows(here)[0][3]


def test_a_redirect_is_not_followed_and_a_long_answer_not_read(here, catcher):
    here.add_mailbox(catcher.port)
    with Receiver() as inner, Receiver() as receiver:
        answers = iter([(302, {"Location": f"http://127.0.0.1:{inner.port}/"}, b""), (200, {}, b"x" * 100_000)])
        receiver.answer = lambda request: next(answers, 204)
        with here.serving(**posting(receiver.port)):
            here.send(new_campaign(here), "--wait")
            wait_until(lambda: rows(here) and rows(here)[0][2] == 1, 60, "the redirect")
            assert "answered 302" in rows(here)[0][3]
            wait_until(lambda: rows(here)[0][2] == 2, 60, "the long answer")
            assert "more than 65536 bytes" in rows(here)[0][3]
        assert inner.connections == 0


def test_what_happened_without_a_url_is_not_posted_later(here, catcher):
    here.add_mailbox(catcher.port)
    with here.serving():
        here.send(new_campaign(here, "First"), "--wait")
        wait_until(lambda: rows(here) and rows(here)[0][1] == 2, 60, "the alert is given up")
    with Receiver() as receiver, here.serving(**posting(receiver.port)):
        here.send(new_campaign(here, "Second"), "--wait")
        [request] = receiver.wait_for(1)
        assert verified(request)["campaign_name"] == "Second"


@pytest.mark.parametrize(("wrong", "words"), [
    ({"ALERT_URL": "http://hooks.example.org/"}, "only https"),
    ({"ALERT_URL": "http://0177.0.0.1/"}, "only https"),
    ({"ALERT_URL": "ftp://hooks.example.org/"}, "only https"),
    ({"ALERT_URL": "hooks.example.org"}, "names no server"),
    ({"ALERT_URL": "https://ana:pass@hooks.example.org/"}, "holds a login"),
    ({"ALERT_URL": "https://hooks.example.org/%0d a"}, "space"),
    ({"ALERT_URL": "https://hooks.example.org/", "ALERT_SECRET": ""}, "ALERT_SECRET is needed"),
    ({"ALERT_SECRET": "too short"}, "at least 16"),
    ({"POSTRIDER_ALLOW_PRIVATE_TARGETS": "10.0.0.0/40"}, "POSTRIDER_ALLOW_PRIVATE_TARGETS must be"),
])
def test_a_wrong_setting_stops_the_start_and_repeats_no_secret(here, wrong, words):
    said = here.run("serve", expect=2, **{"ALERT_SECRET": SECRET, **wrong}).err
    assert words in said
    assert "too short" not in said and "ana:pass" not in said and SECRET not in said
